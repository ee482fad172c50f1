import { below, Malformed } from './malformed.ts'

/** Where the reader stands in a JSON text. */
export type Cursor = {
  readonly text: string
  at: number
  /** How many objects and arrays are open. */
  depth: number
  /** For each open object or array the key or index being read. */
  readonly path: (string | number | undefined)[]
}

/** Stops at `cursor`: `expected` tells what should have stood there. */
export function fail(cursor: Cursor, expected: string): never {
  let path = ''
  for (const step of cursor.path.slice(0, cursor.depth)) {
    if (step !== undefined) path = below(path, step)
  }
  throw new Malformed(path, expected)
}

const quote = 0x22
const backslash = 0x5c
const firstPrintable = 0x20

/** Reads a string that starts at the cursor with its quote. */
export function readString(cursor: Cursor): string {
  const { text } = cursor
  const start = cursor.at + 1
  const end = plainEnd(text, start)
  if (text.charCodeAt(end) === quote) {
    cursor.at = end + 1
    return text.slice(start, end)
  }
  return readEscapedString(cursor, start, end)
}

/** Where the run of characters that stand for themselves ends. */
function plainEnd(text: string, from: number): number {
  let at = from
  for (;;) {
    const code = text.charCodeAt(at)
    // Past the end `code` is NaN, which compares false.
    if (!(code >= firstPrintable) || code === quote || code === backslash) return at
    at++
  }
}

function readEscapedString(cursor: Cursor, start: number, firstEnd: number): string {
  const { text } = cursor
  const parts = [text.slice(start, firstEnd)]
  let at = firstEnd
  while (text.charCodeAt(at) === backslash) {
    const name = text[at + 1] ?? ''
    if (name === 'u') {
      parts.push(unicodeEscape(cursor, text.slice(at + 2, at + 6)))
      at += 6
    } else {
      parts.push(escapes.get(name) ?? fail(cursor, 'a known escape'))
      at += 2
    }
    const end = plainEnd(text, at)
    parts.push(text.slice(at, end))
    at = end
  }
  if (text.charCodeAt(at) !== quote) fail(cursor, 'a string that ends, without control characters')
  cursor.at = at + 1
  const value = parts.join('')
  if (loneSurrogate.test(value)) fail(cursor, 'no lone surrogate')
  return value
}

const loneSurrogate = /\p{Surrogate}/u
const fourHexDigits = /^[0-9a-fA-F]{4}$/

function unicodeEscape(cursor: Cursor, digits: string): string {
  if (!fourHexDigits.test(digits)) fail(cursor, 'four hex digits after \\u')
  return String.fromCharCode(Number.parseInt(digits, 16))
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])
