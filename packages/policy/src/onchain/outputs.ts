import { isP2wpkh, isP2wsh, p2wpkh, witnessProgramOf } from '@boltwarden/core/bitcoin/output-script'
import type { TxOut } from '@boltwarden/core/bitcoin/transaction'
import type { PublicKey } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { type KeyPath, l1CoinOf } from '@boltwarden/core/keys/key-path'
import type { OwnScriptPath } from '@boltwarden/core/keys/own-scripts'
import type { Network } from '@boltwarden/core/network'

/** What kind of scriptPubKey an output has. */
export type OutputForm = 'p2wpkh' | 'p2wsh' | 'witness' | 'p2pkh' | 'p2sh' | 'data' | 'other'

/** An output, and our key that it pays. */
export type OutputFacts = TxOut & {
  readonly form: OutputForm
  readonly own: OwnScriptPath | undefined
}

/** What recognising our own outputs needs. */
export type OutputPorts = {
  readonly network: Network
  readonly keys: {
    publicKey(path: KeyPath): PublicKey
    ownScripts(network: Network): { find(scriptPubKey: Uint8Array): OwnScriptPath | undefined }
  }
}

/**
 * Recognises outputs.
 *
 * @param named - destination paths that the jobs name: they count wherever their index stands.
 */
export function recogniseOutputs(
  outputs: readonly TxOut[],
  named: readonly KeyPath[],
  { network, keys }: OutputPorts,
): readonly OutputFacts[] {
  const byScript = new Map<string, OwnScriptPath>()
  for (const path of named) {
    if (isOwnScriptPath(path, network)) byScript.set(toHex(p2wpkh(keys.publicKey(path))), path)
  }
  const own = keys.ownScripts(network)
  return outputs.map((output) => ({
    ...output,
    form: formOf(output.scriptPubKey),
    own: byScript.get(toHex(output.scriptPubKey)) ?? own.find(output.scriptPubKey),
  }))
}

/** Whether a key may receive: a destination, or the wallet of this network's coin. */
export function isOwnScriptPath(path: KeyPath, network: Network): path is OwnScriptPath {
  if (path.purpose === 'l1-wallet') return path.coin === l1CoinOf(network)
  return path.purpose === 'destination'
}

/** The kind of a scriptPubKey. */
export function formOf(script: Uint8Array): OutputForm {
  if (isP2wpkh(script)) return 'p2wpkh'
  if (isP2wsh(script)) return 'p2wsh'
  if (witnessProgramOf(script) !== undefined) return 'witness'
  if (script[0] === 0x6a) return 'data'
  const starts = (...bytes: number[]) => bytes.every((byte, at) => script[at] === byte)
  if (script.length === 25 && starts(0x76, 0xa9, 20) && script[24] === 0xac) return 'p2pkh'
  return script.length === 23 && starts(0xa9, 20) && script[22] === 0x87 ? 'p2sh' : 'other'
}
