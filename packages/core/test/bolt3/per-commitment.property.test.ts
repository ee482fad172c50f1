import {
  deriveSecret,
  perCommitmentPoint,
  perCommitmentSecret,
} from '@boltwarden/core/bolt3/per-commitment'
import { type CommitmentIndex, commitmentIndex } from '@boltwarden/core/units'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { native } from '../secp256k1/backends.ts'

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
const indexes = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 2n ** 48n - 1n }),
    fc.integer({ min: 0, max: 47 }).map((bit) => 2n ** BigInt(bit)),
    fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 48n - 1n),
  )
  .map((index) => commitmentIndex(Number(index)))

/** BOLT 3's generate_from_seed, with the 48-bit index as a bigint. */
function generateFromSeed(seed: Uint8Array, index: CommitmentIndex): Uint8Array {
  let value = seed.slice()
  for (let bit = 47; bit >= 0; bit--) {
    if (((BigInt(index) >> BigInt(bit)) & 1n) === 0n) continue
    value[bit >> 3] = Number(value[bit >> 3]) ^ (1 << (bit & 7))
    value = sha256(value)
  }
  return value
}

test('48-bit indexes lose no bits', () => {
  fc.assert(
    fc.property(seeds, indexes, (seed, index) => {
      const before = seed.slice()
      expect(perCommitmentSecret(seed, index)).toEqual(generateFromSeed(seed, index))
      expect(seed).toEqual(before)
    }),
  )
})

test('the point is that of the secret', () => {
  fc.assert(
    fc.property(seeds, indexes, (seed, index) => {
      const secret = perCommitmentSecret(seed, index)
      expect(perCommitmentPoint(native, seed, index)).toEqual(native.publicKey(secret))
    }),
  )
})

test('a secret gives those of the indexes below it', () => {
  fc.assert(
    fc.property(seeds, indexes, fc.integer({ min: 0, max: 48 }), (seed, index, bits) => {
      const base = commitmentIndex(Math.floor(index / 2 ** bits) * 2 ** bits)
      const secret = perCommitmentSecret(seed, base)
      expect(deriveSecret(secret, bits, index)).toEqual(perCommitmentSecret(seed, index))
    }),
  )
})

test('refuses a seed or an index of another size', () => {
  const wrong: CommitmentIndex = JSON.parse('281474976710656')
  const index = commitmentIndex(1)
  expect(() => perCommitmentSecret(new Uint8Array(31), index)).toThrow('"seed" expected 32 bytes')
  expect(() => perCommitmentSecret(new Uint8Array(32), wrong)).toThrow('"index" expected integer')
})
