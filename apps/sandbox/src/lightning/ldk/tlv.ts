import { LdkError } from './ldk-error.ts'

/** The records of a TLV stream by their type. */
export type TlvRecords = ReadonlyMap<number, Uint8Array>

/**
 * Reads what LDK writes of an object: its length, then TLV records. Some of what the objects know
 * has no method in the bindings.
 *
 * @see https://github.com/lightning/bolts/blob/master/01-messaging.md#type-length-value-format
 */
export function readTlvRecords(bytes: Uint8Array): TlvRecords {
  const [length, start] = readBigSize(bytes, 0)
  const end = start + length
  const records = new Map<number, Uint8Array>()
  for (let at = start; at < end; ) {
    const [type, lengthAt] = readBigSize(bytes, at)
    const [size, valueAt] = readBigSize(bytes, lengthAt)
    at = valueAt + size
    records.set(type, bytes.slice(valueAt, at))
  }
  return records
}

/** Splits a record that is a list of objects, each with its length before it, into the objects. */
export function splitSized(bytes: Uint8Array): readonly Uint8Array[] {
  const items: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const [length, start] = readBigSize(bytes, at)
    items.push(bytes.slice(at, start + length))
    at = start + length
  }
  return items
}

/** The number at an offset, and the offset after it. */
function readBigSize(bytes: Uint8Array, at: number): readonly [value: number, next: number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const first = view.getUint8(at)
  if (first < 0xfd) return [first, at + 1]
  if (first === 0xfd) return [view.getUint16(at + 1), at + 3]
  if (first === 0xfe) return [view.getUint32(at + 1), at + 5]
  throw new LdkError('a length of 64 bits')
}
