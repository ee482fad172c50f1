import { Secret } from '@boltwarden/core/secret'
import { readHex, writeHex } from './secret-hex.ts'

/** Where a seed came from. */
export type SeedOrigin = 'bip39-24-words' | 'hex'

/** What an opened key store holds. */
export type SeedDocument = {
  readonly seed: Secret
  readonly origin: SeedOrigin
  /** BIP 32 master fingerprint, 8 hex digits. */
  readonly fingerprint: string
}

const marker = '"seed":"'
const quote = 0x22
const zero = 0x30

/**
 * The JSON that the age file encrypts: `{"version":1,"fingerprint":…,"origin":…,"seed":"<hex>"}`.
 * The seed is written as bytes, so that it never is part of a string. The caller wipes the result.
 */
export function encodeSeedDocument(document: SeedDocument): Uint8Array {
  const { fingerprint, origin } = document
  const head = `${JSON.stringify({ version: 1, fingerprint, origin }).slice(0, -1)},${marker}`
  return document.seed.use((seed) => {
    const out = new Uint8Array(head.length + 2 * seed.length + 3)
    new TextEncoder().encodeInto(head, out)
    writeHex(seed, out, head.length)
    new TextEncoder().encodeInto('"}\n', out.subarray(head.length + 2 * seed.length))
    return out
  })
}

/**
 * Reads what {@link encodeSeedDocument} wrote. `json` is wiped, and the seed never is a string.
 *
 * @returns `undefined` where it is not such a document, of version 1, with a seed of 16..64 bytes.
 */
export function decodeSeedDocument(json: Uint8Array): SeedDocument | undefined {
  try {
    const seed = takeSeed(json)
    if (seed === undefined) return undefined
    const rest = parseJson(new TextDecoder().decode(json))
    const document = rest === undefined ? undefined : readFields(rest, seed)
    if (document === undefined) seed.dispose()
    return document
  } finally {
    json.fill(0)
  }
}

/** Moves the seed's digits out of the JSON: zeros stay. */
function takeSeed(json: Uint8Array): Secret | undefined {
  const start = indexAfter(json, marker)
  if (start === undefined) return undefined
  const end = json.indexOf(quote, start)
  const bytes = end < 0 ? undefined : readHex(json.subarray(start, end))
  if (bytes === undefined || bytes.length < 16 || bytes.length > 64) return undefined
  json.fill(zero, start, end)
  const seed = new Secret(bytes)
  bytes.fill(0)
  return seed
}

function indexAfter(bytes: Uint8Array, text: string): number | undefined {
  const wanted = new TextEncoder().encode(text)
  for (let i = 0; i + wanted.length <= bytes.length; i++) {
    if (wanted.every((byte, j) => bytes[i + j] === byte)) return i + wanted.length
  }
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not JSON: the caller says so with a code; the parser's message would quote the file.
    return undefined
  }
}

function readFields(value: unknown, seed: Secret): SeedDocument | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('version' in value) || value.version !== 1) return undefined
  if (!('fingerprint' in value) || typeof value.fingerprint !== 'string') return undefined
  if (!/^[0-9a-f]{8}$/.test(value.fingerprint)) return undefined
  if (!('origin' in value) || (value.origin !== 'hex' && value.origin !== 'bip39-24-words')) {
    return undefined
  }
  return { seed, origin: value.origin, fingerprint: value.fingerprint }
}
