import { bech32, bech32m } from '@scure/base'
import { concat, equalBytes } from '../bytes.ts'
import type { Network } from '../network.ts'
import { err, ok, type Result } from '../result.ts'
import { decodeBase58Check, encodeBase58Check } from './base58check.ts'
import { witnessProgramOf } from './output-script.ts'
import { opcodes } from './script.ts'

/** Why a text is no address of a network. */
export type AddressProblem = { readonly message: string }

/** The prefix of segwit addresses. Testnet and signet share one. */
const prefixes: Readonly<Record<Network, string>> = {
  MAINNET: 'bc',
  TESTNET: 'tb',
  SIGNET: 'tb',
  REGTEST: 'bcrt',
}

/** The byte before the hash of an older address. All test networks share them. */
const versions = { main: { p2pkh: 0x00, p2sh: 0x05 }, test: { p2pkh: 0x6f, p2sh: 0xc4 } } as const

/** The longest bech32 text, in characters. */
const maxAddressLength = 90

/**
 * The address of an output: bech32 for segwit version 0, bech32m for later ones, Base58Check for
 * P2PKH and P2SH.
 *
 * @returns undefined where the scriptPubKey is none of these.
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
  if (witness === undefined) return olderAddressOf(scriptPubKey, network)
  if (!isProgramLength(witness.version, witness.program.length)) return undefined
  const coder = witness.version === 0 ? bech32 : bech32m
  return coder.encode(prefixes[network], [witness.version, ...coder.toWords(witness.program)])
}

/**
 * The scriptPubKey that an address of `network` pays: segwit, P2PKH or P2SH.
 *
 * @param text - bech32 in upper or lower case, not mixed.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki#segwit-address-format
 * @see https://github.com/bitcoin/bips/blob/master/bip-0013.mediawiki
 */
export function parseAddress(text: string, network: Network): Result<Uint8Array, AddressProblem> {
  if (text.length > maxAddressLength) return err({ message: 'address is too long' })
  const v0 = bech32.decodeUnsafe(text)
  const decoded = v0 ?? bech32m.decodeUnsafe(text)
  if (decoded === undefined) return parseOlderAddress(text, network)
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

function versionsOf(network: Network): { readonly p2pkh: number; readonly p2sh: number } {
  return versions[network === 'MAINNET' ? 'main' : 'test']
}

function parseOlderAddress(text: string, network: Network): Result<Uint8Array, AddressProblem> {
  const raw = decodeBase58Check(text)
  if (raw === undefined || raw.length !== 21) {
    return err({ message: 'address is neither bech32 nor Base58Check' })
  }
  const { p2pkh, p2sh } = versionsOf(network)
  const hash = raw.subarray(1)
  if (raw[0] === p2pkh) return ok(concat(p2pkhHead, hash, p2pkhTail))
  if (raw[0] === p2sh) return ok(concat(p2shHead, hash, p2shTail))
  return err({ message: `address is not of ${network}` })
}

const p2pkhHead = Uint8Array.of(opcodes.OP_DUP, opcodes.OP_HASH160, 20)
const p2pkhTail = Uint8Array.of(opcodes.OP_EQUALVERIFY, opcodes.OP_CHECKSIG)
const p2shHead = Uint8Array.of(opcodes.OP_HASH160, 20)
const p2shTail = Uint8Array.of(opcodes.OP_EQUAL)

function olderAddressOf(scriptPubKey: Uint8Array, network: Network): string | undefined {
  const { p2pkh, p2sh } = versionsOf(network)
  const keyHash = between(scriptPubKey, p2pkhHead, p2pkhTail)
  if (keyHash !== undefined) return encodeBase58Check(concat(Uint8Array.of(p2pkh), keyHash))
  const scriptHash = between(scriptPubKey, p2shHead, p2shTail)
  return scriptHash && encodeBase58Check(concat(Uint8Array.of(p2sh), scriptHash))
}

/** The 20 bytes that stand between `head` and `tail`. */
function between(script: Uint8Array, head: Uint8Array, tail: Uint8Array): Uint8Array | undefined {
  const end = head.length + 20
  if (script.length !== end + tail.length) return undefined
  const fits =
    equalBytes(script.subarray(0, head.length), head) && equalBytes(script.subarray(end), tail)
  return fits ? script.slice(head.length, end) : undefined
}
