import {
  type CounterpartySecrets,
  decodeCounterpartySecrets,
  emptyCounterpartySecrets,
  encodeCounterpartySecrets,
  insertSecret,
  lookUpSecret,
  nextIndex,
} from '@boltwarden/core/bolt3/counterparty-secrets'
import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { commitmentSecret } from '@boltwarden/core/bytes'
import { type CommitmentIndex, commitmentIndex } from '@boltwarden/core/units'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { okValue } from '../bitcoin/vectors.ts'

const first = 2 ** 48 - 1
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** The store after the first `count` secrets of a seed. */
function storeOf(seed: Uint8Array, count: number): CounterpartySecrets {
  let store = emptyCounterpartySecrets
  for (let number = 0; number < count; number++) {
    const index = commitmentIndex(first - number)
    store = okValue(insertSecret(store, index, perCommitmentSecret(seed, index)))
  }
  return store
}

/**
 * A store as it is after all secrets down to `lowest`, without the way there: each slot holds the
 * secret of the lowest index that ends in just that many zero bits.
 */
function storeDownTo(seed: Uint8Array, lowest: CommitmentIndex): CounterpartySecrets {
  const slots = []
  for (let slot = 0n; slot <= 48n; slot++) {
    let index = slot === 48n ? 0n : ((BigInt(lowest) >> slot) | 1n) << slot
    if (slot < 48n && index < BigInt(lowest)) index += 2n << slot
    if (index < BigInt(lowest) || index >= 2n ** 48n) break
    slots.push(perCommitmentSecret(seed, commitmentIndex(Number(index))))
  }
  return { lowest, slots }
}

function flipBit(secret: Uint8Array, bit: number) {
  return commitmentSecret(
    secret.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
  )
}

describe('inserting', () => {
  test('takes any run of real secrets and finds each of them again', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 70 }), fc.nat(70), (seed, count, back) => {
        const store = storeOf(seed, count)
        const index = commitmentIndex(first - (back % count))
        expect(lookUpSecret(store, index)).toEqual(perCommitmentSecret(seed, index))
        expect(lookUpSecret(store, commitmentIndex(first - count))).toBeUndefined()
        expect(nextIndex(store)).toBe(first - count)
      }),
      { numRuns: 50 },
    )
  })

  test('starts at 2^48-1', () => {
    expect(nextIndex(emptyCounterpartySecrets)).toBe(first)
    expect(lookUpSecret(emptyCounterpartySecrets, commitmentIndex(first))).toBeUndefined()
  })

  test('takes only the next index', () => {
    fc.assert(
      fc.property(seeds, fc.nat(20), fc.nat(40), (seed, count, number) => {
        fc.pre(number !== count)
        const index = commitmentIndex(first - number)
        const result = insertSecret(storeOf(seed, count), index, perCommitmentSecret(seed, index))
        const expected = first - count
        expect(result).toEqual({ ok: false, error: { reason: 'not-next', expected } })
      }),
      { numRuns: 50 },
    )
  })

  test('finds a wrong secret at an even index at once, and at an odd one with the next', () => {
    const bits = fc.nat(255)
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 40 }), bits, (seed, count, bit) => {
        const store = storeOf(seed, count)
        const index = commitmentIndex(first - count)
        const wrong = flipBit(perCommitmentSecret(seed, index), bit)
        const result = insertSecret(store, index, wrong)
        expect(result.ok).toBe(index % 2 === 1)
        if (!result.ok) return
        const even = commitmentIndex(index - 1)
        expect(insertSecret(result.value, even, perCommitmentSecret(seed, even))).toEqual({
          ok: false,
          error: { reason: 'contradicts', index: even, contradicts: index },
        })
      }),
      { numRuns: 60 },
    )
  })

  test('does not change the store it is given, nor keep the caller’s array', () => {
    const before = storeOf(new Uint8Array(32), 5)
    const copy = structuredClone(before)
    const index = commitmentIndex(first - 5)
    const secret = perCommitmentSecret(new Uint8Array(32), index)
    const after = okValue(insertSecret(before, index, secret))
    secret.fill(0)
    expect(before).toEqual(copy)
    expect(lookUpSecret(after, index)).toEqual(perCommitmentSecret(new Uint8Array(32), index))
  })

  test('ends at index 0', () => {
    const seed = new Uint8Array(32).fill(5)
    const nearly = storeDownTo(seed, commitmentIndex(1))
    const zero = commitmentIndex(0)
    const full = okValue(insertSecret(nearly, zero, perCommitmentSecret(seed, zero)))
    expect(full).toEqual(storeDownTo(seed, zero))
    expect(full.slots.length).toBe(49)
    expect(nextIndex(full)).toBeUndefined()
    expect(insertSecret(full, zero, perCommitmentSecret(seed, zero))).toEqual({
      ok: false,
      error: { reason: 'not-next', expected: undefined },
    })
    const middle = commitmentIndex(123_456_789_012)
    expect(lookUpSecret(full, middle)).toEqual(perCommitmentSecret(seed, middle))
    expect(lookUpSecret(full, zero)).toEqual(perCommitmentSecret(seed, zero))
    expect(decodeCounterpartySecrets(encodeCounterpartySecrets(full))).toEqual({
      ok: true,
      value: full,
    })
    const wrong = flipBit(perCommitmentSecret(seed, zero), 200)
    expect(insertSecret(nearly, zero, wrong).ok).toBe(false)
  })
})

const lowests = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 2n ** 48n - 1n }),
    fc.bigInt({ min: 0n, max: 40n }),
    fc.bigInt({ min: 2n ** 48n - 40n, max: 2n ** 48n - 1n }),
  )
  .map((index) => commitmentIndex(Number(index)))

describe('text', () => {
  test('decoding undoes encoding', () => {
    fc.assert(
      fc.property(seeds, lowests, (seed, lowest) => {
        const store = storeDownTo(seed, lowest)
        const text = encodeCounterpartySecrets(store)
        expect(decodeCounterpartySecrets(text)).toEqual({ ok: true, value: store })
        expect(text.length).toBeLessThanOrEqual(3156)
      }),
      { numRuns: 60 },
    )
  })

  test('what was inserted one by one is what its lowest index says', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 40 }), (seed, count) => {
        const built = storeDownTo(seed, commitmentIndex(first + 1 - count))
        expect(storeOf(seed, count)).toEqual(built)
      }),
      { numRuns: 30 },
    )
  })

  test('inserting into a decoded store of any height works', () => {
    fc.assert(
      fc.property(seeds, lowests, (seed, lowest) => {
        fc.pre(lowest > 0)
        const text = encodeCounterpartySecrets(storeDownTo(seed, lowest))
        const store = okValue(decodeCounterpartySecrets(text))
        const index = commitmentIndex(lowest - 1)
        const inserted = okValue(insertSecret(store, index, perCommitmentSecret(seed, index)))
        expect(inserted).toEqual(storeDownTo(seed, index))
      }),
      { numRuns: 60 },
    )
  })

  test('the empty store is one character', () => {
    expect(encodeCounterpartySecrets(emptyCounterpartySecrets)).toBe('1')
    expect(decodeCounterpartySecrets('1')).toEqual({ ok: true, value: emptyCounterpartySecrets })
  })

  test('damage to a secret that others follow from is found', () => {
    const seed = new Uint8Array(32).fill(8)
    const store = storeOf(seed, 4)
    const slots = store.slots.map((secret, slot) => (slot === 2 ? flipBit(secret, 0) : secret))
    const text = encodeCounterpartySecrets({ ...store, slots })
    expect(decodeCounterpartySecrets(text)).toEqual({
      ok: false,
      error: { reason: 'contradicts', index: first - 3, contradicts: first - 2 },
    })
  })

  const secret = 'ab'.repeat(32)
  test.each([
    '',
    '2',
    '1.',
    `1.${first}.`,
    `1.${first}.${secret}${secret}`,
    `1.${first - 1}.${secret}`,
    `1.${first}.${secret.toUpperCase()}`,
    `1.${first}.${secret.slice(1)}`,
    `1.0${first}.${secret}`,
    `1.${first + 1}.${secret}`,
    `1.-1.${secret}`,
    `1.${first}.${secret}\n`,
    `1.0.${secret.repeat(50)}`,
  ])('%j is malformed', (text) => {
    expect(decodeCounterpartySecrets(text)).toEqual({ ok: false, error: { reason: 'malformed' } })
  })
})
