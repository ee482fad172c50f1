import { inspect } from 'node:util'
import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { concat, digest, preimageNonce, publicKey, tweak } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import type { KeyPath } from '@boltwarden/core/keys/key-path'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { Secret } from '@boltwarden/core/secret'
import { commitmentIndex } from '@boltwarden/core/units'
import { sha256 } from '@noble/hashes/sha2.js'
import { HDKey } from '@scure/bip32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytes32, native, order } from '../secp256k1/backends.ts'
import { keyPaths } from './key-paths.ts'

const seed = Uint8Array.from({ length: 64 }, (_, i) => 17 * i + 5)
const options = { secp256k1: native }
const funding = { purpose: 'channel-key', channel: 7, key: 'funding' } as const
const message = digest(sha256(Uint8Array.of(1)))
const nonce = preimageNonce(new Uint8Array(32).fill(9))
const index = commitmentIndex(2 ** 48 - 1)
const keychain = Keychain.fromSeed(seed, options)

describe('keys', () => {
  test('the fingerprint is that of the master key', () => {
    const { fingerprint } = HDKey.fromMasterSeed(seed)
    expect(keychain.fingerprint).toBe(fingerprint.toString(16).padStart(8, '0'))
  })

  test('a seed may come as a Secret', () => {
    const fromSecret = Keychain.fromSeed(new Secret(seed), options)
    expect(fromSecret.publicKey(funding)).toEqual(keychain.publicKey(funding))
  })

  test('the seed is neither kept nor changed', () => {
    const copy = seed.slice()
    const own = Keychain.fromSeed(copy, options)
    expect(copy).toEqual(seed)
    copy.fill(0)
    expect(own.publicKey(funding)).toEqual(keychain.publicKey(funding))
  })

  test('a small cache gives the same keys as a large one', () => {
    const small = Keychain.fromSeed(seed, { ...options, maxCachedKeys: 1 })
    fc.assert(
      fc.property(keyPaths, (path) => {
        expect(small.publicKey(path)).toEqual(keychain.publicKey(path))
      }),
    )
  })

  test.each([
    { purpose: 'channel-seed', channel: 2 ** 31 },
    { purpose: 'channel-seed', channel: -1 },
    { purpose: 'channel-key', channel: 2 ** 31, key: 'funding' },
    { purpose: 'destination', index: 0.5 },
    { purpose: 'l1-wallet', coin: 0, change: 0, index: 2 ** 31 },
  ] satisfies KeyPath[])('refuses %j, which is out of range', (path) => {
    expect(() => keychain.publicKey(path)).toThrow(RangeError)
  })

  test('counts the keys that it holds ready', () => {
    const small = Keychain.fromSeed(seed, { ...options, maxCachedKeys: 3 })
    expect(small.cachedKeys).toBe(0)
    small.publicKey({ purpose: 'node-identity' })
    expect(small.cachedKeys).toBe(0)
    small.publicKey(funding)
    expect(small.cachedKeys).toBe(2)
    small.publicKey({ purpose: 'destination', index: 0 })
    small.publicKey({ purpose: 'destination', index: 1 })
    expect(small.cachedKeys).toBe(3)
    small.dispose()
    expect(small.cachedKeys).toBe(0)
  })

  test('what is handed out can be changed without harm', () => {
    const before = toHex(keychain.publicKey({ purpose: 'channel-seed', channel: 3 }))
    keychain.publicKey({ purpose: 'channel-seed', channel: 3 }).fill(0)
    expect(toHex(keychain.publicKey({ purpose: 'channel-seed', channel: 3 }))).toBe(before)
  })
})

describe('signing', () => {
  const one = tweak(bytes32(1n))
  const point = keychain.publicKey(funding)

  test('by the key itself', () => {
    expect(native.verify(keychain.sign(funding, message), message, point)).toBe(true)
  })

  test('multiplies first and adds then', () => {
    const three = tweak(bytes32(3n))
    const tweaked = native.publicKeyTweakAdd(native.publicKeyTweakMul(point, three), one)
    const signature = keychain.sign(funding, message, { mulTweak: three, addTweak: one })
    expect(native.verify(signature, message, tweaked)).toBe(true)
  })

  test('with one tweak only', () => {
    const add = keychain.sign(funding, message, { addTweak: one })
    const mul = keychain.sign(funding, message, { mulTweak: one })
    expect(native.verify(add, message, native.publicKeyTweakAdd(point, one))).toBe(true)
    expect(mul).toEqual(keychain.sign(funding, message))
  })

  test.each([0n, order])('refuses to multiply by %d', (value) => {
    const mulTweak = tweak(bytes32(value))
    expect(() => keychain.sign(funding, message, { mulTweak })).toThrow(
      new RangeError('"tweak" expected a scalar from 1 to n-1'),
    )
  })

  test('refuses a key that must not sign, even past the types', () => {
    const identity = JSON.parse('{"purpose":"node-identity"}')
    expect(() => keychain.sign(identity, message)).toThrow(
      new TypeError('"key" expected a signing key'),
    )
  })
})

test('node identity: ECDH and invoices', () => {
  const identity = keychain.publicKey({ purpose: 'node-identity' })
  const peerKey = bytes32(12_345n)
  const { signature, recoveryId } = keychain.signInvoiceHash(message)
  expect(keychain.sharedSecret(native.publicKey(peerKey))).toEqual(native.ecdh(identity, peerKey))
  expect(native.recover(signature, recoveryId, message)).toEqual(identity)
})

test('a payment hash is that of its preimage', () => {
  expect(keychain.paymentHash(nonce)).toEqual(sha256(keychain.paymentPreimage(nonce)))
})

test('a per-commitment point is that of its secret', () => {
  expect(keychain.perCommitmentPoint(7, index)).toEqual(
    native.publicKey(keychain.perCommitmentSecret(7, index)),
  )
})

test('per-commitment secrets of many channels and distant indices are those of BOLT 3', () => {
  const small = Keychain.fromSeed(seed, { ...options, maxCachedKeys: 2 })
  const seedOf = (channel: number) => {
    const { privateKey } = HDKey.fromMasterSeed(seed).derive(`m/3/${channel}`)
    if (privateKey === null) throw new TypeError('the channel seed was expected')
    return sha256(concat(sha256(privateKey), new TextEncoder().encode('commitment seed')))
  }
  const last = 2 ** 48 - 1
  const indices = [last, last - 1, last - 0xffff, last - 0x1_0000, 0x1_0000, 0xffff, 0]
  for (const at of [...indices, ...indices].map(commitmentIndex)) {
    for (const channel of [7, 8, 7]) {
      const expected = perCommitmentSecret(seedOf(channel), at)
      expect(toHex(small.perCommitmentSecret(channel, at))).toBe(toHex(expected))
      // What is handed out is the caller's to overwrite.
      small.perCommitmentSecret(channel, at).fill(0)
    }
  }
  small.dispose()
})

test('an audit signature is of the key m/6h/0h', () => {
  const signature = keychain.signAudit(message)
  const key = HDKey.fromMasterSeed(seed).derive("m/6'/0'")
  expect(keychain.publicKey({ purpose: 'audit' })).toEqual(key.publicKey)
  expect(native.verify(signature, message, keychain.publicKey({ purpose: 'audit' }))).toBe(true)
})

describe('after dispose', () => {
  const disposed = Keychain.fromSeed(seed, options)
  disposed.sign(funding, message)
  disposed.perCommitmentSecret(7, index)
  disposed.dispose()
  const peer = publicKey(native.publicKey(bytes32(1n)))
  const uses: { readonly [method: string]: () => unknown } = {
    publicKey: () => disposed.publicKey(funding),
    l1AccountXpub: () => disposed.l1AccountXpub('REGTEST'),
    perCommitmentPoint: () => disposed.perCommitmentPoint(7, index),
    perCommitmentSecret: () => disposed.perCommitmentSecret(7, index),
    paymentPreimage: () => disposed.paymentPreimage(nonce),
    paymentHash: () => disposed.paymentHash(nonce),
    sign: () => disposed.sign(funding, message),
    sharedSecret: () => disposed.sharedSecret(peer),
    signInvoiceHash: () => disposed.signInvoiceHash(message),
    signAudit: () => disposed.signAudit(message),
  }

  test.each(Object.entries(uses))('%s throws', (_, use) => {
    expect(use).toThrow(new TypeError('"keychain" was disposed of'))
  })

  test('disposing again does nothing', () => {
    expect(() => disposed.dispose()).not.toThrow()
  })
})

describe('no secret becomes text', () => {
  const root = HDKey.fromMasterSeed(seed)
  const secrets = [
    'm',
    'm/0',
    'm/3',
    'm/3/7',
    'm/3/7/0',
    "m/4'",
    'm/5',
    "m/6'",
    "m/6'/0'",
    "m/84'/2'/0'",
  ].flatMap((path) => {
    const key = root.derive(path)
    return [key.privateKey, key.chainCode].map((bytes) => bytes ?? new Uint8Array())
  })
  const needles = [seed, ...secrets].flatMap((bytes) => [
    toHex(bytes),
    toHex(bytes.slice(0, 8)),
    Buffer.from(bytes).toString('base64').slice(0, 20),
    Array.from(bytes.slice(0, 8)).join(','),
    Array.from(bytes.slice(0, 8)).join(', '),
  ])
  const own = Keychain.fromSeed(seed, options)
  own.sign(funding, message)
  own.l1AccountXpub('REGTEST')
  own.paymentHash(nonce)

  const thrown = (use: () => unknown) => {
    try {
      return String(use())
    } catch (error) {
      return inspect(error, { depth: 10, showHidden: true })
    }
  }
  const texts: { readonly [what: string]: string } = {
    inspect: inspect(own, { depth: 10, showHidden: true, getters: true }),
    'inspect without its own method': inspect(own, {
      depth: 10,
      showHidden: true,
      customInspect: false,
    }),
    JSON: JSON.stringify({ own }),
    String: `${own}`,
    keys: Reflect.ownKeys(own).map(String).join(),
    'error of a tweak': thrown(() =>
      own.sign(funding, message, { mulTweak: tweak(bytes32(order)) }),
    ),
    'error of a peer': thrown(() =>
      own.sharedSecret(publicKey(hexToBytes(`02${'00'.repeat(31)}05`))),
    ),
    'error of a seed': thrown(() => Keychain.fromSeed(new Uint8Array([...seed, ...seed]), options)),
  }

  test.each(Object.entries(texts))('%s', (_, text) => {
    expect(text.length).toBeGreaterThan(3)
    for (const needle of needles) expect(text).not.toContain(needle)
  })

  test('only the fingerprint is shown', () => {
    expect(inspect(own)).toBe(`[keychain ${own.fingerprint}]`)
    expect(JSON.stringify(own)).toBe(`"[keychain ${own.fingerprint}]"`)
  })
})
