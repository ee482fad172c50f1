import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { commitmentSecret } from '@boltwarden/core/bytes'
import { commitmentIndex } from '@boltwarden/core/units'
import {
  type AdoptedSecret,
  learnAdopted,
  lookUpAdopted,
  trailingZeros,
} from '@boltwarden/policy/state/adopted-secrets'
import { describe, expect, test } from 'vitest'

const first = 2 ** 40 + 37
const secretOf = (index: number) =>
  perCommitmentSecret(new Uint8Array(32).fill(9), commitmentIndex(index))

/** What is known after secrets of these indexes, in this order. */
function learnt(indexes: readonly number[]): readonly AdoptedSecret[] {
  return indexes.reduce<readonly AdoptedSecret[]>((known, index) => {
    const result = learnAdopted(known, commitmentIndex(index), secretOf(index))
    if (!result.ok) throw new RangeError(`${index} contradicts ${result.error.contradicts}`)
    return result.value
  }, [])
}

describe('the secrets of an adopted channel', () => {
  const falling = Array.from({ length: 70 }, (_, below) => first - below)

  test('give every one since then, and of each number of zero bits one is kept', () => {
    const known = learnt(falling)
    for (const index of falling) {
      expect(lookUpAdopted(known, commitmentIndex(index))).toEqual(secretOf(index))
    }
    const kinds = known.map(({ index }) => trailingZeros(index))
    expect(new Set(kinds).size).toBe(kinds.length)
  })

  test('that of the lowest index is kept, whichever comes first', () => {
    const kept = [{ index: first - 2, secret: secretOf(first - 2) }]
    expect(learnt([first, first - 2])).toEqual(kept)
    expect(learnt([first - 2, first])).toEqual(kept)
  })

  test('that contradict each other are refused', () => {
    const known = learnt([first])
    const other = commitmentSecret(new Uint8Array(32).fill(1))
    expect(learnAdopted(known, commitmentIndex(first), other)).toEqual({
      ok: false,
      error: { contradicts: first },
    })
    expect(learnAdopted(known, commitmentIndex(first - 1), other)).toEqual({
      ok: false,
      error: { contradicts: first },
    })
  })
})
