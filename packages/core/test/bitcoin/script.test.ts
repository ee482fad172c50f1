import {
  buildScript,
  numberElement,
  numberOfElement,
  parseScript,
  publicKeyOfElement,
} from '@boltwarden/core/bitcoin/script'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { okValue } from './vectors.ts'

const opcode = fc.oneof(fc.constant(0), fc.integer({ min: 0x4f, max: 0xff }))
// Shorter pushes may have opcodes of their own.
const push = fc.uint8Array({ minLength: 2, maxLength: 520 })

describe('properties', () => {
  test('what is built is read back', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(opcode, push), { maxLength: 12 }), (elements) => {
        expect(okValue(parseScript(buildScript(...elements)))).toEqual(elements)
      }),
    )
  })

  test('what is read is built back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (script) => {
        const parsed = parseScript(script)
        if (parsed.ok) expect(buildScript(...parsed.value)).toEqual(script)
      }),
    )
  })

  test('numbers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7fff_ffff }), (value) => {
        expect(numberOfElement(numberElement(value))).toBe(value)
      }),
    )
  })
})

test.each<[number, string]>([
  [0, '00'],
  [1, '51'],
  [16, '60'],
  [17, '0111'],
  [127, '017f'],
  [128, '028000'],
  [144, '029000'],
  [255, '02ff00'],
  [256, '020001'],
  [32_767, '02ff7f'],
  [32_768, '03008000'],
  [0x7fff_ffff, '04ffffff7f'],
])('the number %i', (value, hex) => {
  expect(toHex(buildScript(numberElement(value)))).toBe(hex)
})

test.each(['', '05', '10', '00', '80', 'ff', '1100', '9080', 'ffffffff00', '0000000080'])(
  'the bytes "%s" are no number',
  (hex) => {
    expect(numberOfElement(hexToBytes(hex))).toBeUndefined()
  },
)

test('what is no number', () => {
  expect(numberOfElement(undefined)).toBeUndefined()
  expect(numberOfElement(0x4f)).toBeUndefined()
  expect(numberOfElement(0xac)).toBeUndefined()
  expect(() => numberElement(-1)).toThrow(RangeError)
  expect(() => numberElement(2 ** 31)).toThrow(RangeError)
})

test.each([
  ['a push of 1 that has an opcode', '0101'],
  ['a push of -1 that has an opcode', '0181'],
  ['PUSHDATA1 of nothing', '4c00'],
  ['PUSHDATA1 that fits a direct push', `4c4b${'00'.repeat(75)}`],
  ['PUSHDATA2 that fits PUSHDATA1', `4dff00${'00'.repeat(255)}`],
  ['PUSHDATA4', `4e00010000${'00'.repeat(256)}`],
  ['a push above 520 bytes', `4d0902${'00'.repeat(521)}`],
  ['a push cut short', '21'],
  ['a length cut short', '4d00'],
])('refused: %s', (_, hex) => {
  expect(parseScript(hexToBytes(hex)).ok).toBe(false)
})

test('a script above 10,000 bytes is refused', () => {
  expect(parseScript(new Uint8Array(10_000)).ok).toBe(true)
  expect(parseScript(new Uint8Array(10_001)).ok).toBe(false)
})

test('short pushes get their opcodes', () => {
  expect(toHex(buildScript(new Uint8Array(), Uint8Array.of(5), Uint8Array.of(0x81)))).toBe('00554f')
})

test('a push opcode is not an element', () => {
  expect(() => buildScript(0x21)).toThrow(RangeError)
  expect(() => buildScript(new Uint8Array(521))).toThrow(RangeError)
})

test('a public key starts with 2 or 3', () => {
  expect(publicKeyOfElement(new Uint8Array(33).fill(3))).toHaveLength(33)
  expect(publicKeyOfElement(new Uint8Array(33).fill(4))).toBeUndefined()
  expect(publicKeyOfElement(new Uint8Array(32).fill(2))).toBeUndefined()
  expect(publicKeyOfElement(0x51)).toBeUndefined()
})
