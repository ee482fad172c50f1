import { sha256 } from '@noble/hashes/sha2.js'
import { bech32 } from '@scure/base'
import {
  type CompactSignature,
  compactSignature,
  concat,
  type Digest,
  digest,
  type PaymentHash,
  type PublicKey,
  paymentHash,
  publicKey,
} from '../bytes.ts'
import type { Network } from '../network.ts'
import { err, ok, type Result } from '../result.ts'
import type { Secp256k1 } from '../secp256k1/secp256k1.ts'
import { bytesOfWords, numberOfWords, paddedBytesOfWords } from './bech32-words.ts'
import { amountMsatOf, hasUnknownFeature, prefixPattern } from './bolt11-fields.ts'

/** A field of an invoice, known or not: its type and its 5-bit words. */
export type TaggedField = { readonly type: number; readonly words: readonly number[] }

/** A BOLT 11 invoice. Who made it is for {@link payeeOf} to say. */
export type Bolt11Invoice = {
  readonly network: Network
  /** Millisatoshis; undefined where the payer chooses. */
  readonly amountMsat: bigint | undefined
  /** Seconds since 1970. */
  readonly timestamp: number
  readonly paymentHash: PaymentHash
  readonly paymentSecret: Uint8Array
  /** UTF-8, written by a stranger; undefined where its hash is given instead. */
  readonly description: Uint8Array | undefined
  readonly descriptionHash: Uint8Array | undefined
  /** Seconds after the timestamp; 3,600 where the invoice does not say. */
  readonly expiry: number
  readonly minFinalCltvExpiryDelta: number
  /** The `n` field: the payee as the invoice claims it, not verified. */
  readonly claimedPayee: PublicKey | undefined
  /** All fields in order, those above among them. */
  readonly fields: readonly TaggedField[]
  /** What the payee signed. */
  readonly signedHash: Digest
  readonly signature: CompactSignature
  readonly recoveryId: number
}

/** Why a text is no BOLT 11 invoice. */
export type InvoiceProblem = { readonly message: string }

/** The longest invoice that is read, in characters. */
export const maxInvoiceLength = 8192

const timestampWords = 7
const signatureWords = 104
const fieldTypes = { p: 1, 9: 5, x: 6, d: 13, s: 16, n: 19, h: 23, c: 24 } as const

/**
 * Reads a BOLT 11 invoice. Unknown fields, and fields whose fixed length is wrong, are passed over
 * as the BOLT's vectors ask; a known field that stands twice is refused.
 *
 * The signature is not checked: see {@link payeeOf}.
 *
 * @param text - upper or lower case, not mixed, at most 8,192 characters.
 * @see https://github.com/lightning/bolts/blob/master/11-payment-encoding.md
 * @example
 * ```ts
 * import { parseBolt11 } from '@boltwarden/core/invoice/bolt11'
 * parseBolt11('lnbc1') // { ok: false, error: { message: … } }
 * ```
 */
export function parseBolt11(text: string): Result<Bolt11Invoice, InvoiceProblem> {
  const decoded = decodeBech32(text)
  const prefix = decoded && prefixPattern.exec(decoded.prefix)
  if (!decoded || !prefix) return problem('invoice is not bech32 with a known prefix')
  const amountMsat = amountMsatOf(prefix)
  if (amountMsat === 'malformed') return problem('amount is malformed')
  const signatureAt = decoded.words.length - signatureWords
  if (signatureAt < timestampWords) return problem('invoice is too short')
  const signed = decoded.words.slice(0, signatureAt)
  const fields = splitFields(signed.slice(timestampWords))
  if (fields === undefined) return problem('field is cut short')
  const known = readFields(fields)
  if (!known.ok) return known
  const signature = bytesOfWords(decoded.words.slice(signatureAt))
  const recoveryId = signature?.[64]
  if (signature === undefined || recoveryId === undefined || recoveryId > 3) {
    return problem('recovery id is above 3')
  }
  return ok({
    network: networkOf(prefix[1]),
    amountMsat,
    timestamp: signed.slice(0, timestampWords).reduce((sum, word) => sum * 32 + word, 0),
    ...known.value,
    fields,
    signedHash: signedHashOf(decoded.prefix, signed),
    signature: compactSignature(signature.slice(0, 64)),
    recoveryId,
  })
}

function problem(message: string): Result<never, InvoiceProblem> {
  return err({ message })
}

function decodeBech32(text: string): { prefix: string; words: number[] } | undefined {
  if (text.length > maxInvoiceLength) return undefined
  try {
    return bech32.decode(text, maxInvoiceLength)
  } catch {
    // The decoder's message quotes the text; that it is no bech32 is all there is to say.
    return undefined
  }
}

function networkOf(name: string | undefined): Network {
  if (name === 'bc') return 'MAINNET'
  if (name === 'tb') return 'TESTNET'
  return name === 'tbs' ? 'SIGNET' : 'REGTEST'
}

/**
 * The 32 bytes that the payee of an invoice signs.
 *
 * @param prefix - the human-readable part, lower case ASCII.
 * @param words - the data part without the signature.
 */
function signedHashOf(prefix: string, words: readonly number[]): Digest {
  const ascii = Uint8Array.from(prefix, (character) => character.charCodeAt(0))
  return digest(sha256(concat(ascii, paddedBytesOfWords(words))))
}

function splitFields(words: readonly number[]): readonly TaggedField[] | undefined {
  const fields: TaggedField[] = []
  let at = 0
  while (at < words.length) {
    const [type, high, low] = words.slice(at, at + 3)
    if (type === undefined || high === undefined || low === undefined) return undefined
    const start = at + 3
    at = start + high * 32 + low
    if (at > words.length) return undefined
    fields.push({ type, words: words.slice(start, at) })
  }
  return fields
}

type KnownFields = Pick<
  Bolt11Invoice,
  | 'paymentHash'
  | 'paymentSecret'
  | 'description'
  | 'descriptionHash'
  | 'expiry'
  | 'minFinalCltvExpiryDelta'
  | 'claimedPayee'
>

function readFields(fields: readonly TaggedField[]): Result<KnownFields, InvoiceProblem> {
  const only = (type: number, length?: number): readonly TaggedField[] =>
    fields.filter((f) => f.type === type && (length === undefined || f.words.length === length))
  const known = {
    p: only(fieldTypes.p, 52),
    s: only(fieldTypes.s, 52),
    h: only(fieldTypes.h, 52),
    n: only(fieldTypes.n, 53),
    d: only(fieldTypes.d),
    x: only(fieldTypes.x),
    c: only(fieldTypes.c),
    features: only(fieldTypes[9]),
  }
  if (Object.values(known).some((found) => found.length > 1)) return problem('field stands twice')
  const hash = bytesOf(known.p)
  const secret = bytesOf(known.s)
  const description = bytesOf(known.d)
  const descriptionHash = bytesOf(known.h)
  const payee = payeeField(known.n)
  const expiry = numberOf(known.x, 3600)
  const delta = numberOf(known.c, 18)
  if (hash === undefined) return problem('payment hash is missing or malformed')
  if (secret === undefined) return problem('payment secret is missing or malformed')
  if (known.d.length + known.h.length !== 1) {
    return problem('expected either a description or its hash')
  }
  if (description === undefined && descriptionHash === undefined) {
    return problem('description is malformed')
  }
  if (payee === 'malformed') return problem('payee is no public key')
  if (expiry === undefined || delta === undefined) return problem('number is not minimal')
  if (known.features.some(({ words }) => words[0] === 0)) return problem('features not minimal')
  if (known.features.some(({ words }) => hasUnknownFeature(words))) {
    return problem('invoice requires an unknown feature')
  }
  return ok({
    paymentHash: paymentHash(hash),
    paymentSecret: secret,
    description,
    descriptionHash,
    expiry,
    minFinalCltvExpiryDelta: delta,
    claimedPayee: payee,
  })
}

function bytesOf([field]: readonly TaggedField[]): Uint8Array | undefined {
  return field && bytesOfWords(field.words)
}

function numberOf([field]: readonly TaggedField[], otherwise: number): number | undefined {
  return field ? numberOfWords(field.words) : otherwise
}

function payeeField(found: readonly TaggedField[]): PublicKey | 'malformed' | undefined {
  if (found.length === 0) return undefined
  const point = bytesOf(found)
  return point !== undefined && (point[0] === 2 || point[0] === 3) ? publicKey(point) : 'malformed'
}

/**
 * Who signed an invoice: the `n` field where the signature is its own, else the recovered key.
 *
 * @returns undefined where the signature is invalid: then nobody vouches for the invoice. With an
 * `n` field a high S is invalid too.
 * @see https://github.com/lightning/bolts/blob/master/11-payment-encoding.md#requirements-3
 */
export function payeeOf(
  invoice: Bolt11Invoice,
  secp256k1: Pick<Secp256k1, 'isPublicKey' | 'verify' | 'recover'>,
): PublicKey | undefined {
  const { claimedPayee, signature, recoveryId, signedHash } = invoice
  if (claimedPayee === undefined) return secp256k1.recover(signature, recoveryId, signedHash)
  const isValid =
    secp256k1.isPublicKey(claimedPayee) && secp256k1.verify(signature, signedHash, claimedPayee)
  return isValid ? claimedPayee : undefined
}
