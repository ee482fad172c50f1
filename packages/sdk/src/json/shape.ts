import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts'
import { below, Malformed } from './malformed.ts'

/**
 * Reads a value at a path as a `T`; absent values are `undefined`.
 *
 * @throws {Malformed} if it is something else.
 */
export type Shape<T> = (value: JsonValue | undefined, path: string) => T

/** A string of `min` to `max` UTF-16 units. */
export function text(min: number, max: number): Shape<string> {
  return (value, path) => {
    if (typeof value !== 'string' || value.length < min || value.length > max) {
      throw new Malformed(path, `a string of ${min} to ${max} characters`)
    }
    return value
  }
}

/** A string that `pattern` matches; `expected` says so in words. */
export function matching(pattern: RegExp, expected: string): Shape<string> {
  return (value, path) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw new Malformed(path, expected)
    return value
  }
}

// Looking for what is no digit takes one pass, however long the text is.
const notHexDigit = /[^0-9a-fA-F]/

/** Hex text, of exactly `bytes` bytes where a length is given. */
export function hex(bytes?: number): Shape<string> {
  const expected = bytes === undefined ? 'hex' : `${bytes} bytes of hex`
  return (value, path) => {
    const fits =
      typeof value === 'string' &&
      (bytes === undefined ? value.length % 2 === 0 : value.length === 2 * bytes) &&
      !notHexDigit.test(value)
    if (!fits) throw new Malformed(path, expected)
    return value
  }
}

/** An integer from `min` to `max`, both included, written as one. */
export function integer(min: number, max: number): Shape<number> {
  return (value, path) => {
    if (
      typeof value !== 'number' ||
      !Number.isSafeInteger(value) ||
      !(value >= min && value <= max)
    ) {
      throw new Malformed(path, `an integer from ${min} to ${max}`)
    }
    return value
  }
}

/** `true` or `false`. */
export const boolean: Shape<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new Malformed(path, 'true or false')
  return value
}

/** An object. */
export const object: Shape<JsonObject> = (value, path) => {
  if (!isJsonObject(value)) throw new Malformed(path, 'an object')
  return value
}

/** One of some words. */
export function oneOf<const T extends string>(words: readonly T[]): Shape<T> {
  return (value, path) => {
    const word = words.find((candidate) => candidate === value)
    if (word === undefined) throw new Malformed(path, `one of ${words.join(', ')}`)
    return word
  }
}

/** An array of one shape. */
export function arrayOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new Malformed(path, 'an array')
    return value.map((element, index) => item(element, below(path, index)))
  }
}

/** A value that may be absent or null. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === undefined || value === null ? undefined : shape(value, path))
}

/** A value that may be absent, null or the empty string. */
export function optionalText<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, path) => (value === '' ? undefined : optional(shape)(value, path))
}

/** The field `name` of an object that stands at `path`. */
export function field<T>(from: JsonObject, path: string, name: string, shape: Shape<T>): T {
  return shape(from[name], below(path, name))
}
