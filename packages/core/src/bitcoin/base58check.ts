import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'

const coder = createBase58check(sha256)

/** The longest Base58Check text that is looked at, in characters; an extended key has 111. */
const maxTextLength = 120

/**
 * The bytes of a Base58Check text without its checksum.
 *
 * @returns undefined where a letter or the checksum is wrong.
 * @see https://en.bitcoin.it/wiki/Base58Check_encoding
 * @example
 * ```ts
 * import { decodeBase58Check } from '@boltwarden/core/bitcoin/base58check'
 * decodeBase58Check('1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2')?.length // 21
 * decodeBase58Check('1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3') // undefined
 * ```
 */
export function decodeBase58Check(text: string): Uint8Array | undefined {
  if (text.length > maxTextLength) return undefined
  try {
    return coder.decode(text)
  } catch {
    return undefined
  }
}

/** The inverse of {@link decodeBase58Check}. */
export function encodeBase58Check(value: Uint8Array): string {
  return coder.encode(value)
}
