import { err, ok, type Result } from '../result.ts'

/** Why some bytes are refused, and where: `offset` counts bytes from the start of the input. */
export type ParseProblem = { readonly message: string; readonly offset: number }

/** Ends a parse from any depth; {@link parseBytes} turns it into a value. */
class Malformed extends Error {
  readonly problem: ParseProblem
  constructor(problem: ParseProblem) {
    super(problem.message)
    this.problem = problem
  }
}

/** Reads numbers and byte strings from front to back and never past the end. */
export class ByteReader {
  readonly #source: Uint8Array
  #at = 0

  constructor(source: Uint8Array) {
    this.#source = source
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#at
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#source.length - this.#at
  }

  /** Ends the parse with a problem at this place, or at `offset`. */
  fail(message: string, offset: number = this.#at): never {
    throw new Malformed({ message, offset })
  }

  /** The byte `ahead` places on, without reading it; undefined past the end. */
  peek(ahead = 0): number | undefined {
    return this.#source[this.#at + ahead]
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    if (length > this.remaining) {
      this.fail(`expected ${length} more bytes, got ${this.remaining}`)
    }
    this.#at += length
    return this.#source.subarray(this.#at - length, this.#at)
  }

  u8(): number {
    return this.#unsigned(1)
  }

  /** Two bytes, little-endian. */
  u16(): number {
    return this.#unsigned(2)
  }

  /** Four bytes, little-endian. */
  u32(): number {
    return this.#unsigned(4)
  }

  /** Eight bytes, little-endian; a value above 2^53-1 is refused. */
  u64(): number {
    const start = this.#at
    const low = this.u32()
    const value = this.u32() * 2 ** 32 + low
    return Number.isSafeInteger(value) ? value : this.fail('number is out of range', start)
  }

  /** Bitcoin's variable-length integer; refused unless it is in its shortest form. */
  compactSize(): number {
    const start = this.#at
    const first = this.u8()
    if (first < 0xfd) return first
    const [value, least] =
      first === 0xfd
        ? [this.u16(), 0xfd]
        : first === 0xfe
          ? [this.u32(), 0x1_0000]
          : [this.u64(), 2 ** 32]
    return value >= least ? value : this.fail('compact size is not in its shortest form', start)
  }

  /**
   * A count of things of at least `leastBytes` each. A count that the remaining bytes cannot hold
   * is refused before anything is allocated for it.
   */
  count(leastBytes: number): number {
    const start = this.#at
    const value = this.compactSize()
    return value * leastBytes <= this.remaining
      ? value
      : this.fail(`count ${value} exceeds what the remaining bytes can hold`, start)
  }

  /** Bytes with a compact size before them, as a view. */
  sized(): Uint8Array {
    return this.take(this.compactSize())
  }

  #unsigned(length: 1 | 2 | 4): number {
    if (length > this.remaining) {
      this.fail(`expected ${length} more bytes, got ${this.remaining}`)
    }
    let value = 0
    for (let i = length - 1; i >= 0; i--) {
      value = value * 256 + (this.#source[this.#at + i] ?? 0)
    }
    this.#at += length
    return value
  }
}

/**
 * Runs `parse` over all of `bytes`: what is malformed, or left over, is a problem and not an
 * exception. The bytes are copied first, so the result shares no memory with the input.
 *
 * @param limit - the most bytes that are looked at.
 */
export function parseBytes<T>(
  bytes: Uint8Array,
  limit: number,
  parse: (reader: ByteReader) => T,
): Result<T, ParseProblem> {
  if (bytes.length > limit) {
    return err({ message: `expected at most ${limit} bytes, got ${bytes.length}`, offset: limit })
  }
  const reader = new ByteReader(new Uint8Array(bytes))
  try {
    const value = parse(reader)
    if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes left over`)
    return ok(value)
  } catch (error) {
    if (error instanceof Malformed) return err(error.problem)
    throw error
  }
}
