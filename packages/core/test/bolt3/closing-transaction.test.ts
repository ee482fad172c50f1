import { readFileSync } from 'node:fs'
import { parseTransaction, serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { buildClosing, buildSimpleClosing } from '@boltwarden/core/bolt3/closing-transaction'
import { txid } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { okValue } from '../bitcoin/vectors.ts'

const funding = { txid: txid(new Uint8Array(32).fill(0xab)), vout: 1 }
const ours = hexToBytes(`0014${'01'.repeat(20)}`)
const theirs = hexToBytes(`0014${'02'.repeat(20)}`)
const opReturn = hexToBytes('6a0155')

describe('closing_signed', () => {
  const parameters = {
    funding,
    funderOutput: { value: sats(10_000n), scriptPubKey: theirs },
    otherOutput: { value: sats(9_500n), scriptPubKey: ours },
    fee: sats(1_000n),
    dustLimit: sats(546n),
  }

  test('the funder pays the fee, and the outputs are sorted', () => {
    expect(buildClosing(parameters)).toMatchObject({
      version: 2,
      locktime: 0,
      inputs: [{ ...funding, sequence: 0xffff_ffff }],
      outputs: [
        { value: 9_000n, scriptPubKey: theirs },
        { value: 9_500n, scriptPubKey: ours },
      ],
    })
  })

  test.each<[string, bigint, bigint, bigint[]]>([
    ['an output at the dust limit stays', 1_546n, 9_500n, [546n, 9_500n]],
    ['an output below it goes', 1_545n, 9_500n, [9_500n]],
    ['a funder who cannot pay has none', 999n, 9_500n, [9_500n]],
    ['the other side may have none', 10_000n, 0n, [9_000n]],
  ])('%s', (_, funder, other, expected) => {
    const transaction = buildClosing({
      ...parameters,
      funderOutput: { value: sats(funder), scriptPubKey: theirs },
      otherOutput: { value: sats(other), scriptPubKey: ours },
    })
    expect(transaction.outputs.map(({ value }) => value)).toEqual(expected)
  })

  test('a close that pays nobody is misuse', () => {
    const nothing = { value: sats(0n), scriptPubKey: ours }
    expect(() =>
      buildClosing({ ...parameters, funderOutput: nothing, otherOutput: nothing }),
    ).toThrow('"outputs" expected at least one, got none')
  })

  test('the closes that were recorded', () => {
    const folder = new URL('../../../../vectors/corpus/', import.meta.url)
    const recorded = ['coop-close-legacy', 'coop-close-anchors'].flatMap((scenario) =>
      readFileSync(new URL(`${scenario}.ndjson`, folder), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter(({ label }) => label === 'sign_closing_transaction')
        .flatMap(({ event }) => event.data.signing_jobs),
    )
    expect(recorded).toHaveLength(8)
    for (const job of recorded) {
      const { inputs, outputs } = okValue(parseTransaction(hexToBytes(job.transaction)))
      const [input] = inputs
      const [first, second] = outputs
      if (!input || !first || !second) throw new Error('not a close of two sides')
      const built = buildClosing({
        funding: input,
        funderOutput: second,
        otherOutput: first,
        fee: sats(0n),
        dustLimit: sats(354n),
      })
      expect(toHex(serialiseTransaction(built))).toBe(job.transaction)
    }
  })
})

describe('closing_complete', () => {
  const parameters = {
    funding,
    closerOutput: { value: sats(10_000n), scriptPubKey: ours },
    closeeOutput: { value: sats(20_000n), scriptPubKey: theirs },
    fee: sats(1_000n),
    locktime: 800_000,
  }

  test('the closer pays the fee', () => {
    expect(buildSimpleClosing(parameters)).toMatchObject({
      version: 2,
      locktime: 800_000,
      inputs: [{ ...funding, sequence: 0xffff_fffd }],
      outputs: [
        { value: 9_000n, scriptPubKey: ours },
        { value: 20_000n, scriptPubKey: theirs },
      ],
    })
  })

  test('a side may be left out, and OP_RETURN gets nothing', () => {
    const closeeOutput = { value: sats(20_000n), scriptPubKey: opReturn }
    expect(buildSimpleClosing({ ...parameters, closeeOutput }).outputs).toEqual([
      { value: 0n, scriptPubKey: opReturn },
      { value: 9_000n, scriptPubKey: ours },
    ])
    expect(buildSimpleClosing({ ...parameters, closerOutput: undefined }).outputs).toEqual([
      parameters.closeeOutput,
    ])
    expect(() =>
      buildSimpleClosing({ ...parameters, closerOutput: undefined, closeeOutput: undefined }),
    ).toThrow(RangeError)
  })

  test('a closer who cannot pay the fee is misuse', () => {
    expect(() => buildSimpleClosing({ ...parameters, fee: sats(10_001n) })).toThrow(RangeError)
  })
})
