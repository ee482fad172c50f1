import { createPsbt, parsePsbt, serialisePsbt } from '@boltwarden/core/bitcoin/psbt'
import { spentOutputOf } from '@boltwarden/core/bitcoin/psbt-spent-output'
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

  test.each(vectors.failsSignerChecks)('no output to sign for: $name', ({ psbt }) => {
    const parsed = okValue(parsePsbt(hexToBytes(psbt)))
    const spent = parsed.inputs.map((_, i) => spentOutputOf(parsed, i))
    expect(spent.some((result) => !result.ok)).toBe(true)
  })

  test('what the signable ones spend', () => {
    const spent = vectors.cases.flatMap(({ psbt }, number) => {
      const parsed = okValue(parsePsbt(hexToBytes(psbt)))
      return parsed.inputs.map((_, i) => {
        const result = spentOutputOf(parsed, i)
        return [number, i, result.ok ? result.value.output.value : result.error]
      })
    })
    expect(spent).toEqual([
      [0, 0, 'the spent output is not segwit v0'],
      [1, 0, 'the spent output is not given'],
      [1, 1, 100_000_000n],
      [2, 0, 'the spent output is not segwit v0'],
      [3, 0, 'the spent output is not segwit v0'],
      [3, 1, 100_000_000n],
      [4, 0, 199_909_013n],
      [5, 0, 500_000_000n],
      [6, 0, 'the spent output is not given'],
      [7, 0, 100_000_000n],
      [7, 1, 100_000_000n],
    ])
  })

  test('an input that does not exist spends nothing', () => {
    const [first] = vectors.cases
    const parsed = okValue(parsePsbt(hexToBytes(first?.psbt ?? '')))
    expect(spentOutputOf(parsed, 7)).toEqual({ ok: false, error: 'there is no input 7' })
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
    expect(spentOutputOf(made, 0)).toEqual({
      ok: true,
      value: { output: witnessUtxo, script: witnessScript },
    })
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
