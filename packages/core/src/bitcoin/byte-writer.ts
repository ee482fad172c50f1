import { integer } from '../assert.ts'

/** Writes numbers and byte strings one after another into memory that grows. */
export class ByteWriter {
  #buffer: Uint8Array
  #length = 0

  constructor(capacity = 256) {
    this.#buffer = new Uint8Array(capacity)
  }

  /** What was written, as a copy. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }

  bytes(value: Uint8Array): this {
    this.#reserve(value.length)
    this.#buffer.set(value, this.#length)
    this.#length += value.length
    return this
  }

  u8(value: number): this {
    return this.#unsigned(integer('uint8', value, 0, 0xff), 1)
  }

  /** Two bytes, little-endian. */
  u16(value: number): this {
    return this.#unsigned(integer('uint16', value, 0, 0xffff), 2)
  }

  /** Four bytes, little-endian. */
  u32(value: number): this {
    return this.#unsigned(integer('uint32', value, 0, 0xffff_ffff), 4)
  }

  /** Eight bytes, little-endian. */
  u64(value: bigint): this {
    return this.u32(Number(value & 0xffff_ffffn)).u32(Number(value >> 32n))
  }

  /** Bitcoin's variable-length integer in its shortest form. */
  compactSize(value: number): this {
    if (value < 0xfd) return this.u8(value)
    if (value < 0x1_0000) return this.u8(0xfd).u16(value)
    if (value < 2 ** 32) return this.u8(0xfe).u32(value)
    return this.u8(0xff).u64(BigInt(value))
  }

  /** Bytes with a compact size before them. */
  sized(value: Uint8Array): this {
    return this.compactSize(value.length).bytes(value)
  }

  #unsigned(value: number, length: number): this {
    this.#reserve(length)
    // Values have 32 bits at most, for which shifts are exact.
    for (let bit = 0; bit < 8 * length; bit += 8) this.#buffer[this.#length++] = value >>> bit
    return this
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length))
    grown.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = grown
  }
}
