import { compareOutputs } from '@boltwarden/core/bolt3/output-order'
import { hexToBytes } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'

const vectors = readVectors<{
  source: string
  cases: { name: string; outputs: { amountSats: string; scriptPubKey: string }[] }[]
}>('bip69/vectors.json')

describe(vectors.source, () => {
  test.each(vectors.cases)('$name', ({ outputs }) => {
    const sorted = outputs.map(({ amountSats, scriptPubKey }) => ({
      value: sats(BigInt(amountSats)),
      scriptPubKey: hexToBytes(scriptPubKey),
    }))
    expect(sorted.toReversed().sort(compareOutputs)).toEqual(sorted)
  })
})

test('value, then script, then its length, then expiry', () => {
  const output = (value: bigint, hex: string, cltvExpiry?: number) => ({
    value: sats(value),
    scriptPubKey: hexToBytes(hex),
    ...(cltvExpiry !== undefined && { cltvExpiry }),
  })
  const sorted = [
    output(1n, 'ff'),
    output(2n, '00'),
    output(2n, '0001'),
    output(2n, '0001', 500),
    output(2n, '0001', 501),
    output(2n, '01'),
  ]
  expect(sorted.toReversed().sort(compareOutputs)).toEqual(sorted)
  expect(compareOutputs(output(1n, '00'), output(1n, '00'))).toBe(0)
})
