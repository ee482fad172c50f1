import { bytesToHex, hexToBytes as decode } from '@noble/hashes/utils.js'
import { bytes, typeName } from './assert.ts'

const hexText = /^(?:[0-9a-fA-F]{2})*$/

/**
 * Lower-case hex of some bytes. Not for secrets: a string cannot be wiped.
 *
 * @example
 * ```ts
 * import { toHex } from '@boltwarden/core/hex'
 * toHex(Uint8Array.of(0xde, 0xad)) // 'dead'
 * ```
 */
export function toHex(value: Uint8Array): string {
  return bytesToHex(bytes('value', value))
}

/**
 * The bytes of a hex text; upper and lower case are read.
 *
 * @throws {TypeError} if `text` is not a string.
 * @throws {RangeError} if it is not an even number of hex digits. The text is not quoted.
 * @example
 * ```ts
 * import { hexToBytes } from '@boltwarden/core/hex'
 * hexToBytes('dead') // Uint8Array [0xde, 0xad]
 * ```
 */
export function hexToBytes(text: string): Uint8Array {
  if (typeof text !== 'string') {
    throw new TypeError(`"hex" expected string, got ${typeName(text)}`)
  }
  if (!hexText.test(text)) {
    throw new RangeError('"hex" expected an even number of hex digits')
  }
  return decode(text)
}
