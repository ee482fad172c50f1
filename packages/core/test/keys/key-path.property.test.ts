import { formatKeyPath, isSigningKeyPath, parseKeyPath } from '@boltwarden/core/keys/key-path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keyPaths } from './key-paths.ts'

// Made of the characters of paths, so that many of these texts are nearly one.
const nearPaths = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'m/0123489\'hH"+-. M'), maxLength: 40 }),
  fc
    .tuple(
      keyPaths.map(formatKeyPath),
      fc.nat(40),
      fc.nat(2),
      fc.string({ unit: fc.constantFrom(..."m/0124'h +\n"), maxLength: 2 }),
    )
    .map(([text, at, drop, insert]) => text.slice(0, at) + insert + text.slice(at + drop)),
  fc.string(),
)

describe('key paths', () => {
  test('parsing undoes formatting', () => {
    fc.assert(
      fc.property(keyPaths, (path) => {
        expect(parseKeyPath(formatKeyPath(path))).toEqual({ ok: true, value: path })
      }),
      { numRuns: 500 },
    )
  })

  test('a text that parses is the one spelling of its key', () => {
    fc.assert(
      fc.property(nearPaths, (text) => {
        const parsed = parseKeyPath(text)
        if (parsed.ok) expect(formatKeyPath(parsed.value)).toBe(text)
      }),
      { numRuns: 5000 },
    )
  })

  test('different keys have different texts', () => {
    fc.assert(
      fc.property(keyPaths, keyPaths, (a, b) => {
        const same = JSON.stringify(a) === JSON.stringify(b)
        expect(formatKeyPath(a) === formatKeyPath(b)).toBe(same)
      }),
    )
  })

  test.each([
    'm/3/7h/0',
    'm/84h/0h/0h/0/0',
    'M/0',
    '3/7/0',
    'm/',
    '/m/0',
    'm//0',
    'm/00',
    'm/3/07',
    'm/+1',
    'm/-1',
    'm/ 0',
    'm/0 ',
    'm/0\n',
    'm/1e1',
    'm/0x1',
    "m/0''",
    'm/３',
    '',
    `m${'/0'.repeat(45_000)}`,
  ])('%j is not canonical', (text) => {
    const result = parseKeyPath(text)
    expect(result.ok ? undefined : result.error.reason).toBe('not-canonical')
  })

  test.each([
    'm',
    "m/0'",
    'm/1',
    'm/2',
    'm/3',
    "m/3'/0",
    'm/3/0/5',
    "m/3/0/0'",
    'm/3/0/0/0',
    'm/4',
    "m/4'/0",
    "m/5'",
    'm/6',
    'm/6/0',
    "m/6'",
    "m/6'/0",
    "m/6'/1'",
    "m/6'/0'/0",
    "m/84'/3'/0'/0/0",
    "m/84'/0'/1'/0/0",
    "m/84'/0'/0'/2/0",
    "m/84'/0'/0'/0/0'",
    "m/84'/0'/0'/0",
    "m/49'/0'/0'/0/0",
    'm/1/2147483648',
    'm/3/2147483648',
    'm/3/4294967296/0',
    "m/84'/0'/0'/0/9999999999",
  ])('%s is not in the table', (text) => {
    const result = parseKeyPath(text)
    expect(result.ok ? undefined : result.error.reason).toBe('not-in-table')
  })

  test('identity, seeds, preimages, operations and the audit key do not sign', () => {
    for (const text of ['m/0', 'm/3/0', "m/4'", 'm/5', "m/6'/0'"]) {
      const path = parseKeyPath(text)
      expect(path.ok && isSigningKeyPath(path.value)).toBe(false)
    }
    for (const text of ['m/1/0', 'm/3/0/0', "m/84'/0'/0'/1/5"]) {
      const path = parseKeyPath(text)
      expect(path.ok && isSigningKeyPath(path.value)).toBe(true)
    }
  })
})
