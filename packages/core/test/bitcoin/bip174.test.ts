import { createPsbt, parsePsbt, serialisePsbt } from '@boltwarden/core/bitcoin/psbt'
import { parseUnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { describe, expect, test } from 'vitest'
import { okValue, readVectors } from './vectors.ts'

type Case = { name: string; psbt: string }
const vectors = readVectors<{
  source: string
  cases: Case[]
  invalid: Case[]
  failsSignerChecks: Case[]
}>('bip174/vectors.json')

describe(vectors.source, () => {
  test.each(vectors.cases)('$name', ({ psbt }) => {
    const parsed = okValue(parsePsbt(hexToBytes(psbt)))
    expect(toHex(serialisePsbt(parsed))).toBe(psbt)
  })

  test.each(vectors.invalid)('refused: $name', ({ psbt }) => {
    expect(parsePsbt(hexToBytes(psbt))).toMatchObject({ ok: false })
  })

  // Whether its claims fit is for whoever compares them with a job; they are well formed.
  test.each(vectors.failsSignerChecks)('read as it stands: $name', ({ psbt }) => {
    const parsed = okValue(parsePsbt(hexToBytes(psbt)))
    expect(toHex(serialisePsbt(parsed))).toBe(psbt)
  })

  test('a PSBT without inputs or outputs is nothing to sign', () => {
    const empty = vectors.cases.filter(({ name }) => name.includes('0 inputs'))
    expect(empty).toHaveLength(2)
    for (const { psbt } of empty) {
      expect(parseUnsignedTransaction(hexToBytes(psbt))).toMatchObject({ ok: false })
    }
  })

  test('one that was made lacks nothing for a signer', () => {
    const source = vectors.cases.find(({ name }) => name.startsWith('PSBT with one P2WSH'))
    const parsed = okValue(parsePsbt(hexToBytes(source?.psbt ?? '')))
    const [input] = parsed.inputs
    if (!input?.witnessUtxo || !input.witnessScript) throw new Error('no P2WSH input')
    const { witnessUtxo, witnessScript } = input
    const made = createPsbt(parsed.transaction, [{ witnessUtxo, witnessScript, sighashType: 1 }])
    const read = okValue(parseUnsignedTransaction(serialisePsbt(made)))
    expect(read.transaction).toEqual(parsed.transaction)
    expect(read.psbt).toEqual(made)
    expect(made.inputs[0]?.sighashType).toBe(1)
  })

  test('one entry is needed for each input, and no signature', () => {
    const signed = okValue(parseUnsignedTransaction(hexToBytes(vectors.invalid[0]?.psbt ?? '')))
    const { transaction } = signed
    expect(() => createPsbt(transaction, [])).toThrow('"inputs" expected 1, got 0')
    const [witnessUtxo] = transaction.outputs
    if (witnessUtxo === undefined) throw new Error('no output')
    expect(() => createPsbt(transaction, [{ witnessUtxo }])).toThrow('without signatures')
  })
})
