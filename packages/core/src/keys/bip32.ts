import { hmac } from '@noble/hashes/hmac.js'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { bytes, integer } from '../assert.ts'
import { type PublicKey, publicKey } from '../bytes.ts'
import type { Secp256k1 } from '../secp256k1/secp256k1.ts'
import { type ExtendedPublicKey, serialiseExtendedPublicKey } from './extended-public-key.ts'

/** Added to a child number, it makes the child hardened. */
export const hardenedOffset = 0x8000_0000

/** The version bytes before a serialised public key, as a number. */
export const xpubVersions = { mainnet: 0x0488_b21e, testnet: 0x0435_87cf } as const

const masterKey = Uint8Array.from('Bitcoin seed', (letter) => letter.charCodeAt(0))

type Parts = {
  readonly privateKey: Uint8Array
  readonly chainCode: Uint8Array
  readonly depth: number
  readonly childNumber: number
}

/**
 * A BIP 32 extended private key. It prints as an empty object; the private key is only lent to a
 * callback. {@link ExtendedPrivateKey.dispose} overwrites it.
 *
 * @see https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki
 * @example
 * ```ts
 * import { ExtendedPrivateKey, hardenedOffset } from '@boltwarden/core/keys/bip32'
 * import { portable } from '@boltwarden/core/secp256k1/portable'
 * const master = ExtendedPrivateKey.fromSeed(new Uint8Array(16).fill(1), portable)
 * const account = master.child(84 + hardenedOffset)
 * account.publicKey.length // 33
 * ```
 */
export class ExtendedPrivateKey {
  readonly #secp256k1: Secp256k1
  readonly #parts: Parts
  #publicKey: PublicKey | undefined
  #disposed = false

  private constructor(secp256k1: Secp256k1, parts: Parts) {
    this.#secp256k1 = secp256k1
    this.#parts = parts
  }

  /**
   * The master key of a seed.
   *
   * @param seed - 16 to 64 bytes, secret. Not changed.
   * @throws {RangeError} if the seed has another length, or (one in 2^127) gives no key.
   */
  static fromSeed(seed: Uint8Array, secp256k1: Secp256k1): ExtendedPrivateKey {
    integer('seed length in bytes', bytes('seed', seed).length, 16, 64)
    const both = hmac(sha512, masterKey, seed)
    const privateKey = both.slice(0, 32)
    const chainCode = both.slice(32)
    both.fill(0)
    if (!secp256k1.isPrivateKey(privateKey)) throw new RangeError('"seed" gives no master key')
    return new ExtendedPrivateKey(secp256k1, { privateKey, chainCode, depth: 0, childNumber: 0 })
  }

  /**
   * The child of that number; from {@link hardenedOffset} on it is a hardened one.
   *
   * @throws {RangeError} if `childNumber` is not below 2^32, or (one in 2^127) has no key.
   * @throws {TypeError} if the key was disposed of.
   */
  child(childNumber: number): ExtendedPrivateKey {
    integer('childNumber', childNumber, 0, 0xffff_ffff)
    const { privateKey, chainCode, depth } = this.#alive()
    const data = new Uint8Array(37)
    if (childNumber >= hardenedOffset) data.set(privateKey, 1)
    else data.set(this.#point())
    new DataView(data.buffer).setUint32(33, childNumber)
    const both = hmac(sha512, chainCode, data)
    data.fill(0)
    const tweak = both.subarray(0, 32)
    const parts = {
      privateKey: this.#secp256k1.privateKeyTweakAdd(privateKey, tweak),
      chainCode: both.slice(32),
      depth: integer('depth', depth + 1, 0, 255),
      childNumber,
    }
    both.fill(0)
    return new ExtendedPrivateKey(this.#secp256k1, parts)
  }

  /** The point of the private key, 33 bytes, a copy. */
  get publicKey(): PublicKey {
    this.#alive()
    return publicKey(this.#point().slice())
  }

  /** The first four bytes of HASH160 of the public key. */
  get fingerprint(): Uint8Array {
    this.#alive()
    return ripemd160(sha256(this.#point())).slice(0, 4)
  }

  /** Lends the private key, 32 bytes, to `fn`, which must neither keep nor change it. */
  usePrivateKey<T>(fn: (privateKey: Uint8Array) => T): T {
    return fn(this.#alive().privateKey)
  }

  /**
   * The extended *public* key in Base58Check, 111 characters.
   *
   * @param version - see {@link xpubVersions}.
   * @param parent - the key this one is a child of, for its fingerprint; none for a master key.
   * @throws {RangeError} if `parent` does not stand one level above.
   */
  toXpub(version: number, parent?: ExtendedPrivateKey): string {
    return serialiseExtendedPublicKey(this.toExtendedPublicKey(parent), version)
  }

  /**
   * Its public half, which derives the same non-hardened children. A copy.
   *
   * @param parent - the key this one is a child of, for its fingerprint; none for a master key.
   * @throws {RangeError} if `parent` does not stand one level above.
   * @see https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki#private-parent-key--public-child-key
   */
  toExtendedPublicKey(parent?: ExtendedPrivateKey): ExtendedPublicKey {
    const { chainCode, depth, childNumber } = this.#alive()
    if (depth !== (parent === undefined ? 0 : parent.#alive().depth + 1)) {
      throw new RangeError(`"parent" expected a key one level above level ${depth}`)
    }
    return {
      publicKey: this.publicKey,
      chainCode: chainCode.slice(),
      depth,
      parentFingerprint: parent?.fingerprint ?? new Uint8Array(4),
      childNumber,
    }
  }

  /** Overwrites private key and chain code with zeros. */
  dispose(): void {
    this.#parts.privateKey.fill(0)
    this.#parts.chainCode.fill(0)
    this.#disposed = true
  }

  #alive(): Parts {
    if (this.#disposed) throw new TypeError('"extended private key" was disposed of')
    return this.#parts
  }

  #point(): PublicKey {
    this.#publicKey ??= this.#secp256k1.publicKey(this.#parts.privateKey)
    return this.#publicKey
  }
}
