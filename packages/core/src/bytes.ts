import { bytes } from './assert.ts'
import type { Brand } from './brand.ts'

/** The 32 bytes that ECDSA signs. */
export type Digest = Brand<Uint8Array, 'Digest'>
/** A compressed secp256k1 point, 33 bytes. */
export type PublicKey = Brand<Uint8Array, 'PublicKey'>
/** An ECDSA signature r ‖ s, 64 bytes, low S. */
export type CompactSignature = Brand<Uint8Array, 'CompactSignature'>
/** SHA-256 of a payment preimage, 32 bytes. */
export type PaymentHash = Brand<Uint8Array, 'PaymentHash'>
/** The 32 bytes that settle an HTLC. */
export type PaymentPreimage = Brand<Uint8Array, 'PaymentPreimage'>
/** The 32 random bytes from which one preimage is derived. Public. */
export type PreimageNonce = Brand<Uint8Array, 'PreimageNonce'>
/** A BOLT 3 per-commitment secret, 32 bytes. Revealing it revokes the commitment. */
export type CommitmentSecret = Brand<Uint8Array, 'CommitmentSecret'>
/** A scalar that tweaks a key, 32 bytes, big-endian. */
export type Tweak = Brand<Uint8Array, 'Tweak'>
/** A transaction id in internal byte order (as it stands in an outpoint), 32 bytes. */
export type Txid = Brand<Uint8Array, 'Txid'>

/** @throws {RangeError} if `value` is not 32 bytes. */
export function digest(value: Uint8Array): Digest {
  return bytes('digest', value, 32) as Digest
}

/**
 * A compressed point. Only its length and first byte are checked here; the curve equation is
 * checked by `Secp256k1.isPublicKey`.
 *
 * @throws {RangeError} if `value` is not 33 bytes starting with 2 or 3.
 */
export function publicKey(value: Uint8Array): PublicKey {
  bytes('publicKey', value, 33)
  if (value[0] !== 2 && value[0] !== 3) {
    throw new RangeError('"publicKey" expected a compressed point')
  }
  return value as PublicKey
}

/** @throws {RangeError} if `value` is not 64 bytes. */
export function compactSignature(value: Uint8Array): CompactSignature {
  return bytes('signature', value, 64) as CompactSignature
}

/** @throws {RangeError} if `value` is not 32 bytes. */
export function paymentHash(value: Uint8Array): PaymentHash {
  return bytes('paymentHash', value, 32) as PaymentHash
}

/** @throws {RangeError} if `value` is not 32 bytes. */
export function paymentPreimage(value: Uint8Array): PaymentPreimage {
  return bytes('paymentPreimage', value, 32) as PaymentPreimage
}

/** @throws {RangeError} if `value` is not 32 bytes. */
export function preimageNonce(value: Uint8Array): PreimageNonce {
  return bytes('preimageNonce', value, 32) as PreimageNonce
}

/** @throws {RangeError} if `value` is not 32 bytes. */
export function commitmentSecret(value: Uint8Array): CommitmentSecret {
  return bytes('commitmentSecret', value, 32) as CommitmentSecret
}

/** @throws {RangeError} if `value` is not 32 bytes. Whether it is below n is for the curve. */
export function tweak(value: Uint8Array): Tweak {
  return bytes('tweak', value, 32) as Tweak
}

/** @throws {RangeError} if `value` is not 32 bytes. */
export function txid(value: Uint8Array): Txid {
  return bytes('txid', value, 32) as Txid
}

/** Whether two byte strings are equal. Stops at the first difference: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}

/** One byte string of many. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
