import { createHash } from 'node:crypto'
import { bytes, integer } from '@boltwarden/core/assert'
import { type Digest, digest } from '@boltwarden/core/bytes'

/**
 * Bytes to be hashed, one part after another, so that no two different lists of parts give the same
 * bytes: numbers take 8 bytes, hashes 32, and every text says how long it is.
 */
export class Layout {
  readonly #hash = createHash('sha256')

  /** @param name - what these bytes are for: a hash of one kind can never pass for another. */
  constructor(name: string) {
    this.text(name)
  }

  /** 8 bytes, big-endian; safe integers only. */
  number(value: number): this {
    const part = Buffer.allocUnsafe(8)
    part.writeBigUInt64BE(BigInt(integer('number', value, 0, Number.MAX_SAFE_INTEGER)))
    this.#hash.update(part)
    return this
  }

  /** 32 bytes. */
  hash(value: Uint8Array): this {
    this.#hash.update(bytes('hash', value, 32))
    return this
  }

  /** 64 bytes. */
  signature(value: Uint8Array): this {
    this.#hash.update(bytes('signature', value, 64))
    return this
  }

  /** A byte that says whether there is one, and then its 32 bytes. */
  optionalHash(value: Uint8Array | undefined): this {
    this.#hash.update(Uint8Array.of(value === undefined ? 0 : 1))
    return value === undefined ? this : this.hash(value)
  }

  /** Its length in 4 bytes, big-endian, and its UTF-8. */
  text(value: string): this {
    const utf8 = Buffer.from(value)
    this.#count(utf8.length)
    this.#hash.update(utf8)
    return this
  }

  /** Their number in 4 bytes, big-endian, and each of them. */
  texts(values: readonly string[]): this {
    this.#count(values.length)
    for (const value of values) this.text(value)
    return this
  }

  /** SHA-256 of all parts; nothing can be added after it. */
  digest(): Digest {
    return digest(new Uint8Array(this.#hash.digest()))
  }

  #count(value: number): void {
    const part = Buffer.allocUnsafe(4)
    part.writeUInt32BE(value)
    this.#hash.update(part)
  }
}
