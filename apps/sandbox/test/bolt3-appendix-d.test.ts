import { readFileSync } from 'node:fs'
import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { toHex } from '@boltwarden/core/hex'
import { commitmentIndex, maxCommitmentIndex } from '@boltwarden/core/units'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contradiction, deriveSecret } from '../src/verify/commitment-secrets.ts'

type Insert = { readonly index: number; readonly secret: string; readonly expected: string }
const vectors: {
  readonly source: string
  readonly cases: readonly { readonly name: string; readonly inserts: readonly Insert[] }[]
} = JSON.parse(
  readFileSync(new URL('../../../vectors/bolt3-appendix-d/storage.json', import.meta.url), 'utf8'),
)

describe(vectors.source, () => {
  test.each(vectors.cases)('$name', ({ inserts }) => {
    const known = new Map<number, string>()
    for (const { index, secret, expected } of inserts) {
      expect(contradiction(known, index, secret) === undefined).toBe(expected === 'ok')
      known.set(index, secret)
    }
  })
})

test('a secret gives those that its index covers, as core derives them from the seed', () => {
  const seed = new Uint8Array(32).fill(9)
  const secretOf = (index: number) => toHex(perCommitmentSecret(seed, commitmentIndex(index)))
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: maxCommitmentIndex }),
      fc.integer({ min: 0, max: 47 }),
      (index, bits) => {
        const from = index - (index % 2 ** bits)
        expect(deriveSecret(secretOf(from), from, index)).toBe(secretOf(index))
      },
    ),
  )
})
