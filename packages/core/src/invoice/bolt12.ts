import { sha256 } from '@noble/hashes/sha2.js'
import {
  concat,
  type Digest,
  digest,
  type PaymentHash,
  type PublicKey,
  paymentHash,
  publicKey,
} from '../bytes.ts'
import { err, ok, type Result } from '../result.ts'
import { bytesOfWords } from './bech32-words.ts'
import { parseTlvStream, type TlvRecord, truncatedUnsigned } from './tlv-stream.ts'

/** What a BOLT 12 text is: an offer, an invoice request or an invoice. */
export type Bolt12Kind = 'offer' | 'invoice_request' | 'invoice'

/** A BOLT 12 text: what it is, and its records. */
export type Bolt12Text = { readonly kind: Bolt12Kind; readonly records: readonly TlvRecord[] }

/** Why a text or a stream is refused. */
export type Bolt12Problem = { readonly message: string }

/** The longest text that is read, in characters. */
export const maxBolt12Length = 131_072

const kinds: Readonly<Record<string, Bolt12Kind>> = {
  lno: 'offer',
  lnr: 'invoice_request',
  lni: 'invoice',
}
const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/**
 * Reads a BOLT 12 text: bech32 without a checksum, whose parts `+` and white space may join.
 * The records are checked as a TLV stream; what they mean is for others.
 *
 * @param text - upper or lower case, not mixed, at most 131,072 characters.
 * @see https://github.com/lightning/bolts/blob/master/12-offer-encoding.md#encoding
 * @example
 * ```ts
 * import { parseBolt12 } from '@boltwarden/core/invoice/bolt12'
 * parseBolt12('lno1') // { ok: false, error: { message: … } }
 * ```
 */
export function parseBolt12(text: string): Result<Bolt12Text, Bolt12Problem> {
  if (text.length > maxBolt12Length) return problem('text is too long')
  const parts = text.split(/\+[ \t\r\n]*/)
  if (parts.some((part) => part === '')) return problem('"+" joins nothing')
  const joined = parts.join('')
  const lower = joined.toLowerCase()
  if (joined !== lower && joined !== joined.toUpperCase()) return problem('text mixes cases')
  const kind = kinds[lower.slice(0, 3)]
  if (kind === undefined || lower[3] !== '1') return problem('prefix is not lno, lnr or lni')
  const words = Array.from(lower.slice(4), (character) => alphabet.indexOf(character))
  if (words.includes(-1)) return problem('text is not bech32')
  const bytes = bytesOfWords(words)
  if (bytes === undefined) return problem('text has wrong padding')
  if (bytes.length === 0) return problem('text is empty')
  const records = parseTlvStream(bytes)
  return records.ok ? ok({ kind, records: records.value }) : err(records.error)
}

function problem(message: string): Result<never, Bolt12Problem> {
  return err({ message })
}

/** Types of records that hold signatures, and which no signature covers. */
const firstSignatureType = 240
const lastSignatureType = 1000

/**
 * The Merkle root over the records of a stream, signatures left out.
 *
 * @returns 32 bytes.
 * @throws {RangeError} if there is no record to hash.
 * @see https://github.com/lightning/bolts/blob/master/12-offer-encoding.md#signature-calculation
 */
export function merkleRoot(records: readonly TlvRecord[]): Uint8Array {
  const covered = records.filter(
    ({ type }) => type < firstSignatureType || type > lastSignatureType,
  )
  const [first] = covered
  if (first === undefined) throw new RangeError('"records" expected at least one, got none')
  const nonce = tagger(concat(ascii('LnNonce'), first.encoded))
  let level = covered.map((record) =>
    branch(leafTag(record.encoded), nonce(record.encoded.subarray(0, record.typeLength))),
  )
  while (level.length > 1) level = level.flatMap(pairUp)
  return level[0] ?? new Uint8Array(32)
}

/** Hashes each even node with its right neighbour; a last one without passes to the next level. */
function pairUp(node: Uint8Array, i: number, level: readonly Uint8Array[]): readonly Uint8Array[] {
  if (i % 2 === 1) return []
  const neighbour = level[i + 1]
  return [neighbour === undefined ? node : branch(node, neighbour)]
}

function branch(a: Uint8Array, b: Uint8Array): Uint8Array {
  const at = a.findIndex((byte, i) => byte !== b[i])
  return branchTag(at >= 0 && (a[at] ?? 0) > (b[at] ?? 0) ? concat(b, a) : concat(a, b))
}

/** The tagged hash of BIP 340, its tag hashed once. */
function tagger(tag: Uint8Array): (message: Uint8Array) => Uint8Array {
  const hash = sha256(tag)
  return (message) => sha256(concat(hash, hash, message))
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

const leafTag = tagger(ascii('LnLeaf'))
const branchTag = tagger(ascii('LnBranch'))

/**
 * The 32 bytes that BIP 340 signs for a signature field.
 *
 * @param message - the stream's name.
 * @param field - the name of the field that holds the signature.
 * @param root - the stream's {@link merkleRoot}.
 */
export function bolt12SignatureHash(
  message: 'invoice_request' | 'invoice',
  field: string,
  root: Uint8Array,
): Digest {
  return digest(tagger(ascii(`lightning${message}${field}`))(root))
}

/** What a signer needs of a BOLT 12 invoice. */
export type Bolt12Invoice = {
  readonly paymentHash: PaymentHash
  readonly amountMsat: bigint
  /** Seconds since 1970. */
  readonly createdAt: bigint
  /** Seconds after creation; 7,200 where the invoice does not say. */
  readonly relativeExpiry: bigint
  readonly nodeId: PublicKey
  /** What the node signs. */
  readonly signedHash: Digest
  /** BIP 340, 64 bytes, not verified; undefined where it is not signed yet. */
  readonly signature: Uint8Array | undefined
}

const invoiceTypes = {
  createdAt: 164,
  relativeExpiry: 166,
  paymentHash: 168,
  amount: 170,
  nodeId: 176,
  signature: 240,
} as const

/**
 * Reads the records of an invoice.
 *
 * @param records - of {@link parseBolt12} or {@link parseTlvStream}.
 * @see https://github.com/lightning/bolts/blob/master/12-offer-encoding.md#invoices
 */
export function bolt12Invoice(records: readonly TlvRecord[]): Result<Bolt12Invoice, Bolt12Problem> {
  const find = (type: number) => records.find((record) => record.type === type)?.value
  const number = (type: number, length: number, otherwise?: bigint) => {
    const value = find(type)
    return value === undefined ? otherwise : truncatedUnsigned(value, length)
  }
  const hash = find(invoiceTypes.paymentHash)
  const nodeId = find(invoiceTypes.nodeId)
  const signature = find(invoiceTypes.signature)
  const amountMsat = number(invoiceTypes.amount, 8)
  const createdAt = number(invoiceTypes.createdAt, 8)
  const relativeExpiry = number(invoiceTypes.relativeExpiry, 4, 7200n)
  if (hash?.length !== 32) return problem('payment hash is missing or malformed')
  if (nodeId?.length !== 33 || (nodeId[0] !== 2 && nodeId[0] !== 3)) {
    return problem('node id is missing or malformed')
  }
  if (amountMsat === undefined) return problem('amount is missing or malformed')
  if (createdAt === undefined) return problem('creation time is missing or malformed')
  if (relativeExpiry === undefined) return problem('expiry is malformed')
  if (signature !== undefined && signature.length !== 64) return problem('signature is malformed')
  return ok({
    paymentHash: paymentHash(hash),
    amountMsat,
    createdAt,
    relativeExpiry,
    nodeId: publicKey(nodeId),
    signedHash: bolt12SignatureHash('invoice', 'signature', merkleRoot(records)),
    signature,
  })
}
