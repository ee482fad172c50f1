import { readFileSync } from 'node:fs'
import { hexToBytes } from '@boltwarden/core/hex'
import type { Result } from '@boltwarden/core/result'

const root = new URL('../../../../vectors/', import.meta.url)

/** Reads a vector file by its path below `vectors/`. */
export function readVectors<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'))
}

/** The value of a success; a failure fails the test with its message. */
export function okValue<T>(result: Result<T, unknown>): T {
  if (result.ok) return result.value
  throw new Error(JSON.stringify(result.error))
}

/** A txid in internal byte order of its display form. */
export function fromDisplayOrder(text: string): Uint8Array {
  return hexToBytes(text).reverse()
}
