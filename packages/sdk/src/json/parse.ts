import { isUtf8 } from 'node:buffer'
import { JsonNumber, type JsonValue } from './json-value.ts'
import { Malformed } from './malformed.ts'
import { type Cursor, fail, readString } from './string.ts'

/** The deepest nesting that is read; an honest event has four levels. */
export const maxJsonDepth = 16

const tab = 0x09
const lineFeed = 0x0a
const carriageReturn = 0x0d
const space = 0x20
const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const dot = 0x2e
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const openBracket = 0x5b
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/**
 * Reads JSON strictly: RFC 8259, and refuses what two readers could understand differently.
 *
 * Refused are doubled keys (also where one is spelt with escapes), the key `__proto__`, more than
 * {@link maxJsonDepth} levels, lone surrogates, a byte order mark, invalid UTF-8 and text after
 * the value. The work is linear in the size of the text. What is accepted is what `JSON.parse`
 * makes of it, but for numbers that it would change: see {@link JsonNumber}.
 *
 * @param data - the text as UTF-8.
 * @throws {Malformed} if it is not such a text.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export function parseJson(data: Uint8Array): JsonValue {
  if (!isUtf8(data)) throw new Malformed('', 'UTF-8')
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
  const cursor: Cursor = { text, at: 0, depth: 0, path: [] }
  const value = readValue(cursor)
  skipSpace(cursor)
  if (cursor.at < text.length) throw new Malformed('', 'nothing after the JSON value')
  return value
}

function readValue(cursor: Cursor): JsonValue {
  skipSpace(cursor)
  switch (cursor.text.charCodeAt(cursor.at)) {
    case quote:
      return readString(cursor)
    case openBrace:
      return readObject(cursor)
    case openBracket:
      return readArray(cursor)
    case 0x74:
      return readWord(cursor, 'true', true)
    case 0x66:
      return readWord(cursor, 'false', false)
    case 0x6e:
      return readWord(cursor, 'null', null)
    default:
      return readNumber(cursor)
  }
}

function readObject(cursor: Cursor): JsonValue {
  const level = enter(cursor)
  const out: { [key: string]: JsonValue } = {}
  if (!closesAtOnce(cursor, closeBrace)) {
    do {
      skipSpace(cursor)
      if (cursor.text.charCodeAt(cursor.at) !== quote) fail(cursor, 'a key in quotes')
      const key = readString(cursor)
      cursor.path[level] = key
      if (key === '__proto__') fail(cursor, 'no key of this name')
      if (Object.hasOwn(out, key)) fail(cursor, 'a key only once')
      skipSpace(cursor)
      if (cursor.text.charCodeAt(cursor.at) !== colon) fail(cursor, 'a colon after the key')
      cursor.at++
      out[key] = readValue(cursor)
    } while (!closes(cursor, closeBrace))
  }
  cursor.depth--
  return out
}

function readArray(cursor: Cursor): JsonValue {
  const level = enter(cursor)
  const out: JsonValue[] = []
  if (!closesAtOnce(cursor, closeBracket)) {
    do {
      cursor.path[level] = out.length
      out.push(readValue(cursor))
    } while (!closes(cursor, closeBracket))
  }
  cursor.depth--
  return out
}

/** Steps into an object or array and returns where its steps of the path are noted. */
function enter(cursor: Cursor): number {
  const level = cursor.depth
  if (level >= maxJsonDepth) fail(cursor, `at most ${maxJsonDepth} levels`)
  cursor.at++
  cursor.path[level] = undefined
  cursor.depth = level + 1
  return level
}

/** Whether the object or array that was just opened is empty. */
function closesAtOnce(cursor: Cursor, close: number): boolean {
  skipSpace(cursor)
  if (cursor.text.charCodeAt(cursor.at) !== close) return false
  cursor.at++
  return true
}

/** Steps over a comma, or over the end of the object or array, which it tells. */
function closes(cursor: Cursor, close: number): boolean {
  skipSpace(cursor)
  const code = cursor.text.charCodeAt(cursor.at)
  if (code !== comma && code !== close) fail(cursor, 'a comma or the end of the list')
  cursor.at++
  return code === close
}

function readWord<T extends JsonValue>(cursor: Cursor, word: string, value: T): T {
  if (!cursor.text.startsWith(word, cursor.at)) fail(cursor, 'a JSON value')
  cursor.at += word.length
  return value
}

function readNumber(cursor: Cursor): number | JsonNumber {
  const { text, at: start } = cursor
  const negative = text.charCodeAt(start) === minus
  const whole = negative ? start + 1 : start
  let end = digitsEnd(text, whole)
  if (end === whole) fail(cursor, 'a JSON value')
  if (text.charCodeAt(whole) === zero && end > whole + 1) fail(cursor, 'no leading zeros')
  const wholeEnd = end
  if (text.charCodeAt(end) === dot) {
    end = digitsEnd(text, end + 1)
    if (end === wholeEnd + 1) fail(cursor, 'a digit after the point')
  }
  end = exponentEnd(cursor, end)
  cursor.at = end
  const written = text.slice(start, end)
  const value = Number(written)
  if (!Number.isInteger(value) && Number.isFinite(value)) return value
  const exact = end === wholeEnd && Number.isSafeInteger(value) && !(negative && value === 0)
  return exact ? value : new JsonNumber(written)
}

function exponentEnd(cursor: Cursor, at: number): number {
  const { text } = cursor
  const code = text.charCodeAt(at)
  if (code !== 0x65 && code !== 0x45) return at
  const sign = text.charCodeAt(at + 1)
  const digits = sign === minus || sign === 0x2b ? at + 2 : at + 1
  const end = digitsEnd(text, digits)
  if (end === digits) fail(cursor, 'a digit in the exponent')
  return end
}

function digitsEnd(text: string, from: number): number {
  let at = from
  for (;;) {
    const code = text.charCodeAt(at)
    // Past the end `code` is NaN, which compares false.
    if (!(code >= zero && code <= nine)) return at
    at++
  }
}

function skipSpace(cursor: Cursor): void {
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at)
    if (code !== space && code !== lineFeed && code !== carriageReturn && code !== tab) return
    cursor.at++
  }
}
