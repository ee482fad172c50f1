import { describe, expect, test } from 'vitest'
import { JsonNumber } from '../../src/json/json-value.ts'
import { Malformed } from '../../src/json/malformed.ts'
import { maxJsonDepth, parseJson } from '../../src/json/parse.ts'
import { utf8 } from '../vectors.ts'

const parse = (text: string) => parseJson(utf8(text))

/** What is wrong with a text, as `path: expected`. */
function problem(data: string | Uint8Array): string {
  try {
    parseJson(typeof data === 'string' ? utf8(data) : data)
  } catch (error) {
    if (error instanceof Malformed) return `${error.path}: ${error.expected}`
    throw error
  }
  return 'none'
}

describe('RFC 8259', () => {
  test.each([
    'null',
    ' true ',
    'false\n',
    '0',
    '-1',
    '9007199254740991',
    '1.5',
    '-0.25e-3',
    '""',
    '"\\u0041\\n\\"\\\\\\/\\b\\f\\r\\t"',
    '"\\ud83d\\ude00 😀 é"',
    '[]',
    '{}',
    '[1,[2,{"a":[]}]]',
    '{"a":{"b":[true,null]},"":1,"constructor":2,"0":3}',
    '\t{ "a" : [ 1 , 2 ] }\r\n',
  ])('%s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  test.each([
    ['', ': a JSON value'],
    ['{', ': a key in quotes'],
    ['{"a"}', 'a: a colon after the key'],
    ['{"a":1,}', 'a: a key in quotes'],
    ['{a:1}', ': a key in quotes'],
    ['{"a":1 "b":2}', 'a: a comma or the end of the list'],
    ['[1,]', '[1]: a JSON value'],
    ['[1', '[0]: a comma or the end of the list'],
    ['[tru]', '[0]: a JSON value'],
    ['01', ': no leading zeros'],
    ['+1', ': a JSON value'],
    ['-', ': a JSON value'],
    ['1.', ': a digit after the point'],
    ['1e+', ': a digit in the exponent'],
    ['.5', ': a JSON value'],
    ['NaN', ': a JSON value'],
    ["'a'", ': a JSON value'],
    ['1 2', ': nothing after the JSON value'],
    ['{}{}', ': nothing after the JSON value'],
    ['"a', ': a string that ends, without control characters'],
    ['"a\nb"', ': a string that ends, without control characters'],
    ['"\\x"', ': a known escape'],
    ['"\\', ': a known escape'],
    ['"\\u12g4"', ': four hex digits after \\u'],
    ['// comment', ': a JSON value'],
  ])('%s is refused', (text, expected) => {
    expect(problem(text)).toBe(expected)
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })
})

describe('what two readers could understand differently', () => {
  test.each([
    ['a doubled key', '{"data":{"id":1,"id":2}}', 'data.id: a key only once'],
    ['one of them escaped', '{"id":1,"\\u0069d":2}', 'id: a key only once'],
    ['doubled with other keys between', '{"a":1,"b":2,"a":3}', 'a: a key only once'],
    ['a prototype', '{"a":{"__proto__":{"x":1}}}', 'a.__proto__: no key of this name'],
    ['an escaped one', '{"\\u005f_proto__":1}', '__proto__: no key of this name'],
    ['a lone high surrogate', '["\\ud83d"]', '[0]: no lone surrogate'],
    ['a lone low surrogate', '["\\ude00x"]', '[0]: no lone surrogate'],
    ['surrogates the wrong way round', '["\\ude00\\ud83d"]', '[0]: no lone surrogate'],
    ['a byte order mark', '\ufeff{}', ': a JSON value'],
  ])('%s is refused', (_, text, expected) => {
    expect(problem(text)).toBe(expected)
  })

  test.each([
    ['a cut character', [0x22, 0xc3, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['latin-1', [0x22, 0xe9, 0x22]],
  ])('%s is no UTF-8', (_, data) => {
    expect(problem(Uint8Array.from(data))).toBe(': UTF-8')
  })

  test('a key named like a method is a key like others', () => {
    expect(parse('{"toString":1,"hasOwnProperty":2}')).toEqual({ toString: 1, hasOwnProperty: 2 })
  })
})

describe('numbers', () => {
  test.each([
    '281474976710655.0000000000000001',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740992',
    '1.0',
    '1e3',
    '1E400',
    '-0',
    '1e-400',
  ])('%s is kept as it was written', (text) => {
    const value = parse(text)
    expect(value).toBeInstanceOf(JsonNumber)
    expect(String(value)).toBe(text)
    expect(Number(value)).toBe(Number(text))
  })
})

describe('more work than a body deserves', () => {
  test('levels are counted from the outside', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expect(problem(nested(maxJsonDepth))).toBe('none')
    expect(problem(nested(maxJsonDepth + 1))).toMatch(/: at most 16 levels$/)
    expect(problem('['.repeat(4_000_000))).toMatch(/: at most 16 levels$/)
    expect(problem('{"a":'.repeat(700_000))).toMatch(/: at most 16 levels$/)
  })

  test.each([
    ['digits', '1'.repeat(4_000_000)],
    ['a fraction', `0.${'1'.repeat(4_000_000)}`],
    ['an exponent', `1e${'1'.repeat(4_000_000)}`],
    ['a string', `"${'a'.repeat(4_000_000)}"`],
    ['escapes', `"${'\\n'.repeat(2_000_000)}"`],
    ['an open string', `"${'a'.repeat(4_000_000)}`],
    ['space', ' '.repeat(4_000_000)],
    ['keys', `{${Array.from({ length: 300_000 }, (_, i) => `"k${i}":0`).join()}}`],
    ['numeric keys', `{${Array.from({ length: 300_000 }, (_, i) => `"${i * 7919}":0`).join()}}`],
    ['elements', `[${'0,'.repeat(2_000_000)}0]`],
    ['objects', `[${'{},'.repeat(1_000_000)}{}]`],
  ])('four megabytes of %s are read or refused in a moment', { timeout: 10_000 }, (_, text) => {
    expect(problem(text)).not.toContain('1111')
  })
})

describe('what an error tells', () => {
  test('the path names keys and indexes', () => {
    const text = '{"data":{"signing_jobs":[{},{},{},{"amount":tru}]}}'
    expect(problem(text)).toBe('data.signing_jobs[3].amount: a JSON value')
  })

  test('what is no name is not shown', () => {
    const secret = 'a'.repeat(64)
    expect(problem(`{"${secret}":tru}`)).toBe('?: a JSON value')
    expect(problem('{"a b":tru}')).toBe('?: a JSON value')
  })
})
