import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonNumber, type JsonValue } from '../../src/json/json-value.ts'
import { Malformed } from '../../src/json/malformed.ts'
import { parseJson } from '../../src/json/parse.ts'
import { utf8 } from '../vectors.ts'

/** What `JSON.parse` would have made: numbers as doubles. */
function asDoubles(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return value.valueOf()
  if (Array.isArray(value)) return value.map(asDoubles)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asDoubles(item)]))
}

function parsed(text: string): JsonValue | Malformed {
  try {
    return parseJson(utf8(text))
  } catch (error) {
    if (error instanceof Malformed) return error
    throw error
  }
}

describe('agreement with JSON.parse', () => {
  test('every value that it writes is read the same', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 10, stringUnit: 'binary' }), (text) => {
        fc.pre(!text.includes('__proto__') && !/\p{Surrogate}/u.test(text))
        const value = parsed(text)
        expect(value).not.toBeInstanceOf(Malformed)
        if (!(value instanceof Malformed)) expect(asDoubles(value)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('whatever is accepted is what it makes of it, and it accepts it too', () => {
    const token = fc.constantFrom(
      ...['{', '}', '[', ']', ':', ',', '"a"', '"b"', '"\\u0061"', '1', '-0', '1.0', '1e5', '01'],
      ...[
        'true',
        'null',
        ' ',
        '\n',
        '"\\ud800"',
        '"',
        '\\',
        '0.1',
        'e',
        '-',
        '__proto__',
        '"\u007f"',
      ],
    )
    const text = fc.oneof(
      fc.array(token, { maxLength: 12 }).map((all) => all.join('')),
      fc.string(),
    )
    fc.assert(
      fc.property(text, (candidate) => {
        const value = parsed(candidate)
        if (!(value instanceof Malformed)) expect(asDoubles(value)).toEqual(JSON.parse(candidate))
      }),
      { numRuns: 2_000 },
    )
  })

  test('any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (data) => {
        try {
          parseJson(data)
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed)
        }
      }),
    )
  })
})
