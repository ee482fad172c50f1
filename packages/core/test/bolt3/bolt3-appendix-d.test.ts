import {
  emptyCounterpartySecrets,
  insertSecret,
  lookUpSecret,
} from '@boltwarden/core/bolt3/counterparty-secrets'
import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { commitmentSecret } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { commitmentIndex } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'

const generation = readVectors<{
  source: string
  cases: { name: string; seed: string; index: number; expected: string }[]
}>('bolt3-appendix-d/generation.json')

describe(generation.source, () => {
  test.each(generation.cases)('$name', ({ seed, index, expected }) => {
    expect(toHex(perCommitmentSecret(hexToBytes(seed), commitmentIndex(index)))).toBe(expected)
  })
})

const storage = readVectors<{
  source: string
  cases: { name: string; inserts: { index: number; secret: string; expected: string }[] }[]
}>('bolt3-appendix-d/storage.json')

describe(storage.source, () => {
  test.each(storage.cases)('$name', ({ inserts }) => {
    let store = emptyCounterpartySecrets
    for (const { index, secret, expected } of inserts) {
      const at = commitmentIndex(index)
      const result = insertSecret(store, at, commitmentSecret(hexToBytes(secret)))
      expect(result.ok ? 'ok' : 'error').toBe(expected)
      if (!result.ok) {
        expect(result.error.reason).toBe('contradicts')
        continue
      }
      store = result.value
      for (const known of inserts.filter((insert) => insert.index >= index)) {
        const found = lookUpSecret(store, commitmentIndex(known.index))
        expect(found && toHex(found)).toBe(known.secret)
      }
    }
  })
})
