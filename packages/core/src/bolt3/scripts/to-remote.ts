import { buildScript, opcodes, publicKeyOfElement } from '../../bitcoin/script.ts'
import { equalBytes, type PublicKey } from '../../bytes.ts'
import { elementsOf } from './elements.ts'

/** What pays the countersignatory of an anchor channel's commitment, after one block. */
export type ToRemoteScript = { readonly paymentPublicKey: PublicKey }

/**
 * The witness script of `to_remote` on anchor channels. Other channels pay P2WPKH of the same key.
 *
 * @returns 37 bytes.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#to_remote-output
 */
export function buildToRemote(paymentPublicKey: PublicKey): Uint8Array {
  return buildScript(
    paymentPublicKey,
    opcodes.OP_CHECKSIGVERIFY,
    opcodes.OP_1,
    opcodes.OP_CHECKSEQUENCEVERIFY,
  )
}

/** Reads an anchor channel's `to_remote` witness script; undefined for any other script. */
export function parseToRemote(script: Uint8Array): ToRemoteScript | undefined {
  const [key] = elementsOf(script)
  const paymentPublicKey = publicKeyOfElement(key)
  if (paymentPublicKey === undefined) return undefined
  return equalBytes(buildToRemote(paymentPublicKey), script) ? { paymentPublicKey } : undefined
}
