import type { CompactSignature, Digest, PublicKey } from '../bytes.ts'

/**
 * The curve operations that keys need. Both backends give the same bytes and refuse the same
 * inputs, so which one runs changes speed and side-channel resistance, never an answer.
 *
 * Private keys are 32 bytes, big-endian, from 1 to n-1. Every result is a fresh array; no argument
 * is changed. Whatever the curve refuses is a `RangeError` that quotes no input.
 *
 * @example
 * ```ts
 * import { digest } from '@boltwarden/core/bytes'
 * import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
 * const secp256k1 = await loadSecp256k1('auto')
 * const key = new Uint8Array(32).fill(1)
 * const signature = secp256k1.sign(digest(new Uint8Array(32)), key)
 * secp256k1.verify(signature, digest(new Uint8Array(32)), secp256k1.publicKey(key)) // true
 * ```
 */
export interface Secp256k1 {
  /** Which implementation this is: for logs and metrics. */
  readonly backend: Secp256k1Backend
  /** Whether `key` is 32 bytes that stand for 1 to n-1. */
  isPrivateKey(key: Uint8Array): boolean
  /** Whether `key` is 33 bytes, a compressed point of the curve. */
  isPublicKey(key: Uint8Array): boolean
  /** The point of a private key. */
  publicKey(privateKey: Uint8Array): PublicKey
  /** ECDSA with the nonce of RFC 6979 and low S: 64 bytes, the same on every call. */
  sign(digest: Digest, privateKey: Uint8Array): CompactSignature
  /** As {@link Secp256k1.sign}, with the id 0 to 3 that {@link Secp256k1.recover} needs. */
  signRecoverable(digest: Digest, privateKey: Uint8Array): RecoverableSignature
  /** Whether a signature holds. High S and r or s out of range are false, not thrown. */
  verify(signature: CompactSignature, digest: Digest, publicKey: PublicKey): boolean
  /** The key that made a signature, or undefined where no key could have. */
  recover(signature: CompactSignature, recoveryId: number, digest: Digest): PublicKey | undefined
  /** key + tweak mod n. A tweak of 0 is allowed; n and above, or a sum of 0, is refused. */
  privateKeyTweakAdd(key: Uint8Array, tweak: Uint8Array): Uint8Array
  /** key · tweak mod n. The tweak is from 1 to n-1. */
  privateKeyTweakMul(key: Uint8Array, tweak: Uint8Array): Uint8Array
  /** key + tweak·G. A tweak of 0 is allowed; n and above, or a sum at infinity, is refused. */
  publicKeyTweakAdd(key: PublicKey, tweak: Uint8Array): PublicKey
  /** tweak · key. The tweak is from 1 to n-1. */
  publicKeyTweakMul(key: PublicKey, tweak: Uint8Array): PublicKey
  /** a + b; refused where the sum is at infinity. */
  publicKeyAdd(a: PublicKey, b: PublicKey): PublicKey
  /** SHA-256 of the compressed point privateKey · publicKey, 32 bytes: libsecp256k1's default. */
  ecdh(publicKey: PublicKey, privateKey: Uint8Array): Uint8Array
  /**
   * Blinds later operations with 32 fresh random bytes, where the backend can be told to; `core`
   * has no entropy of its own. No result changes.
   */
  randomize?(seed: Uint8Array): void
}

/** The two implementations: libsecp256k1 in C, and @noble/curves in JavaScript. */
export type Secp256k1Backend = 'libsecp256k1' | 'noble-curves'

/** A signature from which the public key can be recovered. */
export type RecoverableSignature = {
  readonly signature: CompactSignature
  readonly recoveryId: number
}
