import { type ByteReader, type ParseProblem, parseBytes } from '../bitcoin/byte-reader.ts'
import type { Result } from '../result.ts'

/** One record of a TLV stream. */
export type TlvRecord = {
  /** 0 to 2^53-1. */
  readonly type: number
  readonly value: Uint8Array
  /** Type, length and value as they came. */
  readonly encoded: Uint8Array
  /** How many bytes of `encoded` are the type. */
  readonly typeLength: number
}

/** The longest stream that is read, in bytes: the most that a message carries. */
export const maxTlvStreamBytes = 65_535

/**
 * Reads a TLV stream: types strictly increasing, numbers in their shortest form, nothing cut short.
 *
 * @see https://github.com/lightning/bolts/blob/master/01-messaging.md#type-length-value-format
 * @example
 * ```ts
 * import { parseTlvStream } from '@boltwarden/core/invoice/tlv-stream'
 * parseTlvStream(Uint8Array.of(1, 2, 3, 0xe8)) // ok: type 1, value 03e8
 * ```
 */
export function parseTlvStream(bytes: Uint8Array): Result<readonly TlvRecord[], ParseProblem> {
  return parseBytes(bytes, maxTlvStreamBytes, (reader) => {
    const records: TlvRecord[] = []
    while (reader.remaining > 0) {
      const start = reader.offset
      const record = readRecord(reader, bytes)
      const previous = records.at(-1)
      if (previous !== undefined && record.type <= previous.type) {
        reader.fail('TLV types are not strictly increasing', start)
      }
      records.push(record)
    }
    return records
  })
}

function readRecord(reader: ByteReader, source: Uint8Array): TlvRecord {
  const start = reader.offset
  const type = safeBigSize(reader)
  const typeLength = reader.offset - start
  const value = reader.take(safeBigSize(reader))
  return { type, value, encoded: new Uint8Array(source.subarray(start, reader.offset)), typeLength }
}

function safeBigSize(reader: ByteReader): number {
  const start = reader.offset
  const value = readBigSize(reader)
  return value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : reader.fail('number is out of range', start)
}

/**
 * Reads a BigSize: 1, 3, 5 or 9 bytes, big-endian, in its shortest form.
 *
 * @see https://github.com/lightning/bolts/blob/master/01-messaging.md#appendix-a-bigsize-test-vectors
 */
export function readBigSize(reader: ByteReader): bigint {
  const start = reader.offset
  const first = reader.u8()
  if (first < 0xfd) return BigInt(first)
  const [length, least] =
    first === 0xfd ? [2, 0xfdn] : first === 0xfe ? [4, 0x1_0000n] : [8, 2n ** 32n]
  const value = bigEndian(reader.take(length))
  return value >= least ? value : reader.fail('BigSize is not in its shortest form', start)
}

/** A big-endian number of any length. */
export function bigEndian(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

/** A big-endian number without leading zeros, of at most `length` bytes (`tu32`, `tu64`). */
export function truncatedUnsigned(value: Uint8Array, length: number): bigint | undefined {
  return value.length > length || value[0] === 0 ? undefined : bigEndian(value)
}
