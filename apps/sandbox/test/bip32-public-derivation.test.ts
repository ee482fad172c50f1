import { HDKey } from '@scure/bip32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseXpub, publicDescendant } from '../src/pairing/extended-public-key.ts'

const master = HDKey.fromMasterSeed(new Uint8Array(32).fill(1))

describe('public derivation of BIP 32', () => {
  test('agrees with @scure/bip32', () => {
    const child = fc.integer({ min: 0, max: 2 ** 31 - 1 })
    fc.assert(
      fc.property(fc.array(child, { maxLength: 3 }), (path) => {
        const expected = path.reduce((key, number) => key.deriveChild(number), master)
        const root = parseXpub(master.publicExtendedKey)
        expect(publicDescendant(root, path)).toBe(
          Buffer.from(expected.publicKey ?? []).toString('hex'),
        )
      }),
      { numRuns: 50 },
    )
  })

  test('hardened children are out of reach', () => {
    const root = parseXpub(master.publicExtendedKey)
    expect(() => publicDescendant(root, [2 ** 31])).toThrow(RangeError)
  })

  test.each([
    ['an extended private key', master.privateExtendedKey],
    ['no Base58Check', `${master.publicExtendedKey.slice(0, -1)}0`],
    ['nothing', ''],
  ])('%s is no xpub', (_name, text) => {
    expect(() => parseXpub(text)).toThrow(RangeError)
  })
})
