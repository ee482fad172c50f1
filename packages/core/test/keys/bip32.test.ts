import { equalBytes } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { ExtendedPrivateKey, hardenedOffset, xpubVersions } from '@boltwarden/core/keys/bip32'
import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'
import { HDKey } from '@scure/bip32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'
import { backends, native } from '../secp256k1/backends.ts'

type Case = { name: string; seed: string; path: string; xpub: string; xprv: string }
const vectors = readVectors<{ source: string; cases: Case[] }>('bip32/derivation.json')
const base58check = createBase58check(sha256)
const seed = new Uint8Array(32).fill(3)

/** The key of a path and the one above it. */
function derive(master: ExtendedPrivateKey, path: string) {
  let [key, parent]: [ExtendedPrivateKey, ExtendedPrivateKey | undefined] = [master, undefined]
  for (const part of path.split('/').slice(1)) {
    const number = Number.parseInt(part, 10) + (part.endsWith("'") ? hardenedOffset : 0)
    ;[key, parent] = [key.child(number), key]
  }
  return { key, parent }
}

describe.each(backends)(`${vectors.source}: $backend`, (secp256k1) => {
  test.each(vectors.cases)('$name', (vector) => {
    const master = ExtendedPrivateKey.fromSeed(hexToBytes(vector.seed), secp256k1)
    const { key, parent } = derive(master, vector.path)
    const privateKey = base58check.decode(vector.xprv).slice(46)
    expect(key.toXpub(xpubVersions.mainnet, parent)).toBe(vector.xpub)
    expect(key.usePrivateKey((bytes) => equalBytes(bytes, privateKey))).toBe(true)
  })
})

describe('@scure/bip32', () => {
  test('derives the same keys', () => {
    const paths = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 5 })
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), paths, (raw, path) => {
        let [ours, above]: [ExtendedPrivateKey, ExtendedPrivateKey | undefined] = [
          ExtendedPrivateKey.fromSeed(raw, native),
          undefined,
        ]
        let theirs = HDKey.fromMasterSeed(raw)
        for (const number of path) {
          ;[ours, above] = [ours.child(number), ours]
          theirs = theirs.deriveChild(number)
        }
        expect(ours.toXpub(xpubVersions.mainnet, above)).toBe(theirs.publicExtendedKey)
        expect(ours.usePrivateKey(toHex)).toBe(toHex(theirs.privateKey ?? new Uint8Array()))
        expect(ours.publicKey).toEqual(theirs.publicKey)
      }),
      { numRuns: 40 },
    )
  })
})

describe('ExtendedPrivateKey', () => {
  test.each([0, 15, 65])('refuses a seed of %i bytes', (length) => {
    expect(() => ExtendedPrivateKey.fromSeed(new Uint8Array(length), native)).toThrow(
      new RangeError(`"seed length in bytes" expected integer 16..64, got ${length}`),
    )
  })

  test('refuses a seed that gives no key', () => {
    const none = { ...native, isPrivateKey: () => false }
    expect(() => ExtendedPrivateKey.fromSeed(seed, none)).toThrow('"seed" gives no master key')
  })

  test.each([-1, 0.5, 2 ** 32])('has no child %d', (number) => {
    const master = ExtendedPrivateKey.fromSeed(seed, native)
    expect(() => master.child(number)).toThrow('"childNumber" expected integer 0..4294967295')
  })

  test('has at most 255 levels', () => {
    let key = ExtendedPrivateKey.fromSeed(seed, native)
    for (let depth = 0; depth < 255; depth++) key = key.child(0)
    expect(() => key.child(0)).toThrow('"depth" expected integer 0..255, got 256')
  })

  test('is written with the key above it', () => {
    const master = ExtendedPrivateKey.fromSeed(seed, native)
    const child = master.child(1)
    const message = '"parent" expected a key one level above level'
    expect(() => child.toXpub(xpubVersions.testnet)).toThrow(`${message} 1`)
    expect(() => child.toXpub(xpubVersions.testnet, child)).toThrow(`${message} 1`)
    expect(() => master.toXpub(xpubVersions.testnet, child)).toThrow(`${message} 0`)
    expect(child.toXpub(xpubVersions.testnet, master)).toMatch(/^tpub/)
  })

  test('cannot be changed through what it hands out', () => {
    const master = ExtendedPrivateKey.fromSeed(seed, native)
    const before = master.child(0).publicKey
    master.publicKey.fill(0)
    master.fingerprint.fill(0)
    expect(master.child(0).publicKey).toEqual(before)
  })

  test('overwrites its bytes and cannot be used again', () => {
    const master = ExtendedPrivateKey.fromSeed(seed, native)
    const lent = master.usePrivateKey((bytes) => bytes)
    master.dispose()
    expect(lent).toEqual(new Uint8Array(32))
    const disposed = new TypeError('"extended private key" was disposed of')
    expect(() => master.child(0)).toThrow(disposed)
    expect(() => master.publicKey).toThrow(disposed)
    expect(() => master.fingerprint).toThrow(disposed)
    expect(() => master.usePrivateKey(() => 0)).toThrow(disposed)
    expect(() => master.toXpub(xpubVersions.mainnet)).toThrow(disposed)
  })
})
