import { readdirSync, readFileSync } from 'node:fs'
import { hash160Of } from '@boltwarden/core/bitcoin/hash'
import {
  parseTransaction,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { concat, txid } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { describe, expect, test } from 'vitest'
import { type Allocation, type Chain, createChain } from '../src/index.ts'
import { raw } from './open-coins.ts'

// Every transaction that real nodes confirmed in the recordings confirms here at the same height,
// and none that differs in what a rule is about.

type Recorded = { readonly txid: string; readonly height: number; readonly raw: string }

const folder = new URL('../../../vectors/corpus/', import.meta.url)
const recordings = readdirSync(folder)
  .filter((name) => name.endsWith('.header.json'))
  .map((name) => {
    const { scenario, chain_txs }: { scenario: string; chain_txs: readonly Recorded[] } =
      JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
    const sorted = chain_txs.toSorted((a, b) => a.height - b.height)
    return { scenario, transactions: sorted.map((one) => ({ ...one, ...parsed(one.raw) })) }
  })

function parsed(hex: string): { readonly transaction: Transaction } {
  const result = parseTransaction(hexToBytes(hex))
  if (!result.ok) throw new Error(result.error.message)
  return { transaction: result.value }
}

/** The wallets' coins, which the recordings spend and do not contain: 0.2 bitcoin to one key. */
function walletCoins(transactions: readonly Transaction[]): readonly Allocation[] {
  const made = new Set(transactions.map((transaction) => toHex(transactionId(transaction))))
  return transactions
    .flatMap(({ inputs }) => inputs)
    .filter((input) => !made.has(toHex(input.txid)))
    .map(({ txid, vout, witness }) => ({
      txid,
      vout,
      value: sats(20_000_000n),
      scriptPubKey: concat(Uint8Array.of(0, 20), hash160Of(witness[1] ?? new Uint8Array())),
    }))
}

type Visit = (chain: Chain, transaction: Transaction) => void

/** Plays a recording; `visit` sees each transaction before it is submitted. */
function play({ transactions }: (typeof recordings)[number], visit: Visit = () => {}): Chain {
  const allocations = walletCoins(transactions.map(({ transaction }) => transaction))
  const chain = createChain({ nowSeconds: () => 1_700_000_000, premine: 0, allocations })
  for (const { height, transaction } of transactions) {
    if (chain.tip().height < height - 1) chain.mine(height - 1 - chain.tip().height)
    visit(chain, transaction)
    expect(chain.submit(raw(transaction))).toMatchObject({ ok: true })
  }
  chain.mine()
  return chain
}

const ruleOf = (chain: Chain, transaction: Transaction) => {
  const result = chain.submit(raw(transaction))
  return result.ok ? 'accepted' : result.error.rule
}

describe.each(recordings)('$scenario', (recording) => {
  test('every transaction confirms at its height', () => {
    const chain = play(recording)
    for (const { txid: id, height } of recording.transactions) {
      const known = chain.transaction(txid(hexToBytes(id).reverse()))
      expect([id, known?.confirmation?.height]).toEqual([id, height])
    }
  })

  test('none is accepted with a bit of a signature flipped', () => {
    const rules = new Set<string>()
    play(recording, (chain, transaction) => {
      for (const [at] of transaction.inputs.entries()) {
        for (const mutant of withSpoiltSignatures(transaction, at)) rules.add(ruleOf(chain, mutant))
      }
    })
    expect([...rules]).toEqual(['script'])
  })

  test('none is accepted with another amount', () => {
    const rules = new Set<string>()
    play(recording, (chain, transaction) => {
      for (const [at, { value }] of transaction.outputs.entries()) {
        const less = { ...transaction, outputs: withValue(transaction, at, value - 1n) }
        rules.add(ruleOf(chain, less))
        const most = { ...transaction, outputs: withValue(transaction, at, value + 20_000_000n) }
        rules.add(ruleOf(chain, most))
      }
    })
    expect([...rules].toSorted()).toEqual(['inflation', 'script'])
  })
})

function withValue(transaction: Transaction, at: number, value: bigint) {
  return transaction.outputs.map((output, vout) =>
    vout === at ? { ...output, value: sats(value) } : output,
  )
}

/** The transaction once for each signature of an input, with its last byte of S changed. */
function withSpoiltSignatures(transaction: Transaction, at: number): readonly Transaction[] {
  const witness = transaction.inputs[at]?.witness ?? []
  const signatures = [...witness.keys()].filter((i) => witness[i]?.[0] === 0x30)
  return signatures.map((place) => ({
    ...transaction,
    inputs: transaction.inputs.map((input, index) =>
      index === at
        ? { ...input, witness: input.witness.map((item, i) => (i === place ? spoilt(item) : item)) }
        : input,
    ),
  }))
}

/** The byte before the sighash type, one bit changed. */
function spoilt(signature: Uint8Array): Uint8Array {
  const copy = signature.slice()
  copy[copy.length - 2] = (copy[copy.length - 2] ?? 0) ^ 1
  return copy
}

test('a delayed output cannot be spent one block early', () => {
  const early: string[] = []
  for (const recording of recordings) {
    const { transactions } = recording
    const heights = new Map(transactions.map(({ txid: id, height }) => [id, height]))
    for (const { transaction, height } of transactions) {
      const waits = transaction.inputs.some(({ txid: id, sequence }) => {
        const made = heights.get(toHex(id.toReversed()))
        return (
          sequence > 1 && sequence < 0x1_0000 && made !== undefined && height === made + sequence
        )
      })
      if (!waits) continue
      const allocations = walletCoins(transactions.map((one) => one.transaction))
      const chain = createChain({ nowSeconds: () => 1_700_000_000, premine: 0, allocations })
      for (const before of transactions.filter((one) => one.height < height)) {
        if (chain.tip().height < before.height - 1) {
          chain.mine(before.height - 1 - chain.tip().height)
        }
        chain.submit(raw(before.transaction))
      }
      if (chain.tip().height < height - 2) chain.mine(height - 2 - chain.tip().height)
      early.push(ruleOf(chain, transaction))
      chain.mine()
      early.push(ruleOf(chain, transaction))
    }
  }
  expect(new Set(early)).toEqual(new Set(['relative-lock-time', 'accepted']))
  expect(early.filter((rule) => rule === 'accepted')).toHaveLength(early.length / 2)
})
