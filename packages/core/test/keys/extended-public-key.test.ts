import { addressOf } from '@boltwarden/core/bitcoin/address'
import { decodeBase58Check, encodeBase58Check } from '@boltwarden/core/bitcoin/base58check'
import { hardenedOffset } from '@boltwarden/core/keys/bip32'
import {
  derivePublicChild,
  type ExtendedPublicKey,
  formatExtendedPublicKey,
  maxExpandedScripts,
  p2wpkhScriptsOf,
  parseExtendedPublicKey,
} from '@boltwarden/core/keys/extended-public-key'
import { networks } from '@boltwarden/core/network'
import { HDKey } from '@scure/bip32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'
import { backends, native } from '../secp256k1/backends.ts'

type Case = { name: string; seed: string; path: string; xpub: string }
const vectors = readVectors<{ source: string; cases: Case[] }>('bip32/derivation.json')
const invalid = readVectors<{ source: string; cases: { name: string; text: string }[] }>(
  'bip32/invalid.json',
)
const bip84 = readVectors<{
  source: string
  account: string
  cases: { name: string; chain: number; index: number; address: string }[]
}>('bip84/accounts.json')

function read(text: string, network: (typeof networks)[number] = 'MAINNET'): ExtendedPublicKey {
  const key = parseExtendedPublicKey(native, text, network)
  if (!key.ok) throw new RangeError(key.error.message)
  return key.value
}

describe.each(backends)(`${vectors.source}: $backend`, (secp256k1) => {
  test.each(vectors.cases)('$name is read and written', ({ xpub }) => {
    const key = parseExtendedPublicKey(secp256k1, xpub, 'MAINNET')
    expect(key.ok && formatExtendedPublicKey(key.value, 'MAINNET')).toBe(xpub)
  })

  test.each(vectors.cases.filter(({ path }) => /\/\d+$/.test(path)))(
    '$name is the public child of the key above',
    ({ seed, path, xpub }) => {
      const at = path.lastIndexOf('/')
      const parent = vectors.cases.find((c) => c.seed === seed && c.path === path.slice(0, at))
      const child = derivePublicChild(
        secp256k1,
        read(parent?.xpub ?? ''),
        Number(path.slice(at + 1)),
      )
      expect(formatExtendedPublicKey(child, 'MAINNET')).toBe(xpub)
    },
  )
})

describe(invalid.source, () => {
  test.each(invalid.cases)('$name is refused', ({ text }) => {
    for (const network of networks) {
      expect(parseExtendedPublicKey(native, text, network).ok).toBe(false)
    }
  })
})

describe(bip84.source, () => {
  test.each(bip84.cases)('$name', ({ chain, index, address }) => {
    const range = { branch: [chain], first: index, count: 1 }
    const [script] = p2wpkhScriptsOf(native, read(bip84.account), range)
    expect(addressOf(script ?? new Uint8Array(), 'MAINNET')).toBe(address)
  })
})

describe('@scure/bip32', () => {
  test('derives the same public keys', () => {
    const path = fc.array(fc.integer({ min: 0, max: hardenedOffset - 1 }), { maxLength: 4 })
    const seeds = fc.uint8Array({ minLength: 16, maxLength: 64 })
    fc.assert(
      fc.property(seeds, path, (seed, numbers) => {
        const master = HDKey.fromMasterSeed(seed)
        const ours = numbers.reduce(
          (key, number) => derivePublicChild(native, key, number),
          read(master.publicExtendedKey),
        )
        const theirs = numbers.reduce((key, number) => key.deriveChild(number), master)
        expect(formatExtendedPublicKey(ours, 'MAINNET')).toBe(theirs.publicExtendedKey)
      }),
      { numRuns: 40 },
    )
  })
})

describe('an extended public key', () => {
  const xpub = vectors.cases[0]?.xpub ?? ''
  const key = read(xpub)

  test('is of one kind of network', () => {
    const tpub = formatExtendedPublicKey(key, 'REGTEST')
    expect(tpub).toMatch(/^tpub/)
    for (const network of networks) {
      expect(parseExtendedPublicKey(native, xpub, network).ok).toBe(network === 'MAINNET')
      expect(parseExtendedPublicKey(native, tpub, network).ok).toBe(network !== 'MAINNET')
    }
  })

  test.each([
    ['nothing', '', 'extended public key is not Base58Check'],
    ['a wrong checksum', `${xpub.slice(0, -1)}9`, 'extended public key is not Base58Check'],
    [
      'a byte too many',
      encodeBase58Check(Uint8Array.of(...(decodeBase58Check(xpub) ?? []), 0)),
      'extended public key has a wrong length',
    ],
  ])('is not %s', (_name, text, message) => {
    expect(parseExtendedPublicKey(native, text, 'MAINNET')).toEqual({
      ok: false,
      error: { message },
    })
  })

  test('has no hardened children', () => {
    expect(() => derivePublicChild(native, key, hardenedOffset)).toThrow(
      '"childNumber" expected integer 0..2147483647, got 2147483648',
    )
  })

  test('stands at most 255 levels deep', () => {
    expect(() => derivePublicChild(native, { ...key, depth: 255 }, 0)).toThrow(
      '"depth" expected integer 0..255, got 256',
    )
  })

  test('expands to neighbouring scripts, within bounds', () => {
    const whole = p2wpkhScriptsOf(native, key, { branch: [0, 7], first: 0, count: 5 })
    const part = p2wpkhScriptsOf(native, key, { branch: [0, 7], first: 3, count: 2 })
    expect(part).toEqual(whole.slice(3))
    expect(p2wpkhScriptsOf(native, key, { branch: [], first: 0, count: 0 })).toEqual([])
    const last = { branch: [], first: hardenedOffset - 1, count: 1 }
    expect(p2wpkhScriptsOf(native, key, last)).toHaveLength(1)
    const tooMany = { branch: [], first: 0, count: maxExpandedScripts + 1 }
    expect(() => p2wpkhScriptsOf(native, key, tooMany)).toThrow('"count" expected integer')
    const beyond = { branch: [], first: hardenedOffset - 1, count: 2 }
    expect(() => p2wpkhScriptsOf(native, key, beyond)).toThrow('"first" expected integer')
  })
})
