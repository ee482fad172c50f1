import { bech32, bech32m } from '@scure/base'
import { concat } from '../bytes.ts'
import type { Network } from '../network.ts'
import { err, ok, type Result } from '../result.ts'
import { witnessProgramOf } from './output-script.ts'

/** Why a text is no segwit address of a network. */
export type AddressProblem = { readonly message: string }

/** The prefix of segwit addresses. Testnet and signet share one. */
const prefixes: Readonly<Record<Network, string>> = {
  MAINNET: 'bc',
  TESTNET: 'tb',
  SIGNET: 'tb',
  REGTEST: 'bcrt',
}

/** The longest bech32 text, in characters. */
const maxAddressLength = 90

/**
 * The address of a segwit output: bech32 for version 0, bech32m for later ones.
 *
 * @returns undefined where the scriptPubKey is not segwit.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0350.mediawiki
 * @example
 * ```ts
 * import { addressOf } from '@boltwarden/core/bitcoin/address'
 * const scriptPubKey = new Uint8Array(22)
 * scriptPubKey[1] = 20
 * addressOf(scriptPubKey, 'REGTEST') // 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202'
 * ```
 */
export function addressOf(scriptPubKey: Uint8Array, network: Network): string | undefined {
  const witness = witnessProgramOf(scriptPubKey)
  if (witness === undefined || !isProgramLength(witness.version, witness.program.length)) {
    return undefined
  }
  const coder = witness.version === 0 ? bech32 : bech32m
  return coder.encode(prefixes[network], [witness.version, ...coder.toWords(witness.program)])
}

/**
 * The scriptPubKey that a segwit address of `network` pays.
 *
 * @param text - upper or lower case, not mixed.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki#segwit-address-format
 */
export function parseAddress(text: string, network: Network): Result<Uint8Array, AddressProblem> {
  if (text.length > maxAddressLength) return err({ message: 'address is too long' })
  const v0 = bech32.decodeUnsafe(text)
  const decoded = v0 ?? bech32m.decodeUnsafe(text)
  if (decoded === undefined) return err({ message: 'address is not bech32' })
  if (decoded.prefix !== prefixes[network]) return err({ message: `address is not of ${network}` })
  const [version, ...words] = decoded.words
  if (version === undefined || version > 16) return err({ message: 'witness version is unknown' })
  if ((version === 0) !== (v0 !== undefined)) {
    return err({ message: 'checksum is of another witness version' })
  }
  const program = bech32.fromWordsUnsafe(words)
  if (!program || !isProgramLength(version, program.length)) {
    return err({ message: 'witness program has a wrong length' })
  }
  const opcode = version === 0 ? 0 : 0x50 + version
  return ok(concat(Uint8Array.of(opcode, program.length), program))
}

function isProgramLength(version: number, length: number): boolean {
  return version === 0 ? length === 20 || length === 32 : length >= 2 && length <= 40
}
