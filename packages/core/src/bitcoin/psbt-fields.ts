import { type ByteReader, parseBytes } from './byte-reader.ts'
import type { PsbtRecord } from './psbt.ts'
import { maxTransactionBytes, readWitness } from './transaction.ts'

/** What is wrong with a record; undefined where nothing is. */
type PsbtRule = (record: PsbtRecord) => string | undefined

/** The records of one map that BIP 174 defines, by type. Types that are missing are unknown. */
export type PsbtRules = ReadonlyMap<number, PsbtRule>

/** A record whose key is its type alone. */
function single(name: string): PsbtRule {
  return ({ keyData }) => (keyData.length > 0 ? `${name} has key data` : undefined)
}

function singleOf(name: string, parse: (reader: ByteReader) => unknown): PsbtRule {
  return ({ keyData, value }) => {
    if (keyData.length > 0) return `${name} has key data`
    const parsed = parseBytes(value, maxTransactionBytes, parse)
    return parsed.ok ? undefined : `${name}: ${parsed.error.message}`
  }
}

function keyed(name: string, ...lengths: readonly number[]): PsbtRule {
  return ({ keyData }) =>
    lengths.includes(keyData.length)
      ? undefined
      : `${name} expected ${lengths.join(' or ')} bytes of key data, got ${keyData.length}`
}

/** A record whose key is a public key, compressed or not. */
function ofPublicKey(name: string, isValue: (value: Uint8Array) => boolean): PsbtRule {
  return ({ keyData, value }) => {
    const [first] = keyData
    const compressed = keyData.length === 33 && (first === 2 || first === 3)
    const uncompressed = keyData.length === 65 && first === 4
    if (!compressed && !uncompressed) return `${name} has no public key as its key data`
    return isValue(value) ? undefined : `${name} has a malformed value`
  }
}

/** A fingerprint, then path components, of 4 bytes each. */
const isKeyOrigin = (value: Uint8Array): boolean => value.length >= 4 && value.length % 4 === 0

/** An extended key holds its depth in byte 4; its origin has as many components. */
const extendedKey: PsbtRule = ({ keyData, value }) =>
  keyData.length === 78 && value.length === 4 * (1 + (keyData[4] ?? 0))
    ? undefined
    : 'PSBT_GLOBAL_XPUB is malformed'

const version: PsbtRule = ({ keyData, value }) =>
  keyData.length === 0 && value.length === 4 && value.every((byte) => byte === 0)
    ? undefined
    : 'PSBT version is not 0'

const onlyVersion2: PsbtRule = ({ type }) =>
  `record type 0x${type.toString(16).padStart(2, '0')} belongs to PSBT version 2`

/** The global map of version 0. */
export const globalRules: PsbtRules = new Map([
  [0x00, single('PSBT_GLOBAL_UNSIGNED_TX')],
  [0x01, extendedKey],
  ...[0x02, 0x03, 0x04, 0x05, 0x06].map((type) => [type, onlyVersion2] as const),
  [0xfb, version],
])

/** The map of one input of version 0. */
export const inputRules: PsbtRules = new Map([
  [0x00, single('PSBT_IN_NON_WITNESS_UTXO')],
  [0x01, single('PSBT_IN_WITNESS_UTXO')],
  [0x02, ofPublicKey('PSBT_IN_PARTIAL_SIG', (value) => value.length > 0 && value.length <= 73)],
  [0x03, single('PSBT_IN_SIGHASH_TYPE')],
  [0x04, single('PSBT_IN_REDEEM_SCRIPT')],
  [0x05, single('PSBT_IN_WITNESS_SCRIPT')],
  [0x06, ofPublicKey('PSBT_IN_BIP32_DERIVATION', isKeyOrigin)],
  [0x07, single('PSBT_IN_FINAL_SCRIPTSIG')],
  [0x08, singleOf('PSBT_IN_FINAL_SCRIPTWITNESS', readWitness)],
  [0x0a, keyed('PSBT_IN_RIPEMD160', 20)],
  [0x0b, keyed('PSBT_IN_SHA256', 32)],
  [0x0c, keyed('PSBT_IN_HASH160', 20)],
  [0x0d, keyed('PSBT_IN_HASH256', 32)],
  ...[0x0e, 0x0f, 0x10, 0x11, 0x12].map((type) => [type, onlyVersion2] as const),
])

/** The map of one output of version 0. */
export const outputRules: PsbtRules = new Map([
  [0x00, single('PSBT_OUT_REDEEM_SCRIPT')],
  [0x01, single('PSBT_OUT_WITNESS_SCRIPT')],
  [0x02, ofPublicKey('PSBT_OUT_BIP32_DERIVATION', isKeyOrigin)],
  ...[0x03, 0x04].map((type) => [type, onlyVersion2] as const),
])
