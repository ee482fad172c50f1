import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import {
  obscure,
  obscuredFields,
  obscuredNumberOf,
  obscuringFactor,
} from '@boltwarden/core/bolt3/commitment-number'
import { txid } from '@boltwarden/core/bytes'
import { commitmentNumber, maxCommitmentIndex } from '@boltwarden/core/units'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const bits48 = fc.integer({ min: 0, max: maxCommitmentIndex })

function transactionOf(locktime: number, ...sequences: number[]): Transaction {
  const inputs = sequences.map((sequence) => ({
    txid: txid(new Uint8Array(32)),
    vout: 0,
    scriptSig: new Uint8Array(),
    sequence,
    witness: [],
  }))
  return { version: 2, inputs, outputs: [], locktime }
}

test('a number comes out as it went in', () => {
  fc.assert(
    fc.property(bits48.map(commitmentNumber), bits48.map(obscuringFactor), (number, factor) => {
      const { locktime, sequence } = obscuredFields(number, factor)
      const transaction = transactionOf(locktime, sequence)
      const obscured = obscuredNumberOf(transaction)
      expect(obscured).toBe(Number(BigInt(number) ^ BigInt(factor)))
      expect(obscure(commitmentNumber(obscured ?? 0), factor)).toBe(number)
    }),
  )
})

test('the first commitment of a channel tells its factor', () => {
  const factor = obscuringFactor(0x2bb038521914)
  expect(obscure(commitmentNumber(0), factor)).toBe(0x2bb038521914)
  expect(obscure(commitmentNumber(42), factor)).toBe(0x2bb03852193e)
})

test.each<[string, Transaction]>([
  ['another locktime', transactionOf(0x1fff_ffff, 0x8000_0000)],
  ['another sequence', transactionOf(0x2000_0000, 0x7fff_ffff)],
  ['a final sequence', transactionOf(0x2000_0000, 0xffff_ffff)],
  ['two inputs', transactionOf(0x2000_0000, 0x8000_0000, 0x8000_0000)],
  ['no input', transactionOf(0x2000_0000)],
])('no commitment: %s', (_, transaction) => {
  expect(obscuredNumberOf(transaction)).toBeUndefined()
})

test('48 bits and no more', () => {
  expect(() => obscuringFactor(2 ** 48)).toThrow(RangeError)
  expect(() => obscuringFactor(-1)).toThrow(RangeError)
})
