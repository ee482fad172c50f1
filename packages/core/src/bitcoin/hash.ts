import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { bytes } from '../assert.ts'
import type { Brand } from '../brand.ts'

/** RIPEMD-160 of a SHA-256, 20 bytes: how Bitcoin scripts name keys and payment hashes. */
export type Hash160 = Brand<Uint8Array, 'Hash160'>

/** @throws {RangeError} if `value` is not 20 bytes. */
export function hash160(value: Uint8Array): Hash160 {
  assertHash160(value)
  return value
}

function assertHash160(value: Uint8Array): asserts value is Hash160 {
  bytes('hash160', value, 20)
}

/**
 * RIPEMD-160 of SHA-256, of a public key for example.
 *
 * @returns 20 bytes.
 * @example
 * ```ts
 * import { hash160Of } from '@boltwarden/core/bitcoin/hash'
 * hash160Of(new Uint8Array(33).fill(2)).length // 20
 * ```
 */
export function hash160Of(value: Uint8Array): Hash160 {
  return hash160(ripemd160(sha256(value)))
}

/**
 * The form in which an HTLC script holds a payment hash: its RIPEMD-160.
 *
 * @param paymentHash - 32 bytes.
 * @returns 20 bytes.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#offered-htlc-outputs
 */
export function hash160OfPaymentHash(paymentHash: Uint8Array): Hash160 {
  return hash160(ripemd160(bytes('paymentHash', paymentHash, 32)))
}

/**
 * SHA-256, 32 bytes.
 *
 * @see https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 * @example
 * ```ts
 * import { sha256 } from '@boltwarden/core/bitcoin/hash'
 * sha256(new Uint8Array()).length // 32
 * ```
 */
export function sha256(value: Uint8Array): Uint8Array {
  return nobleSha256(value)
}

/** SHA-256 twice, 32 bytes. */
export function sha256d(value: Uint8Array): Uint8Array {
  return sha256(sha256(value))
}
