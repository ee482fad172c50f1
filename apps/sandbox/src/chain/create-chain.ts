import {
  serialiseTransaction,
  type Transaction,
  type TxOut,
} from '@boltwarden/core/bitcoin/transaction'
import { ok } from '@boltwarden/core/result'
import { feeratePerKw } from '@boltwarden/core/units'
import type { Block } from './block.ts'
import { faucetScript } from './block-assembly.ts'
import type { Chain, ChainListener, ChainOptions } from './chain.ts'
import { faucetPayment } from './faucet.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { knownTransaction, spendOf, unspentOutputs } from './look-ups.ts'
import { createMempool, type Mempool } from './mempool.ts'
import { createMiner } from './miner.ts'
import { readRawTransaction } from './raw-transaction.ts'
import { coinbaseMaturity } from './regtest.ts'

/** What a chain went through before: its blocks from height 1, and what waited. */
export type History = {
  readonly blocks: readonly Block[]
  readonly waiting: readonly Transaction[]
}

const noHistory: History = { blocks: [], waiting: [] }
const defaultPremine = 120

/**
 * A regtest chain in memory, mined ahead so that the faucet has coins.
 *
 * @throws {RangeError} if a block of the history does not follow on the one before.
 * @example
 * ```ts
 * import { createChain } from '@boltwarden/sandbox'
 * const chain = createChain({ nowSeconds: () => 1_700_000_000 })
 * chain.mine()
 * chain.tip().height // 121
 * ```
 */
export function createChain(options: ChainOptions, history: History = noHistory): Chain {
  const premine = options.premine ?? defaultPremine
  const ledger = createLedger(options.allocations ?? [])
  const mempool = createMempool(ledger)
  const listeners = new Set<ChainListener>()
  const { nowSeconds } = options
  const miner = createMiner({ ledger, mempool, listeners, nowSeconds, premine })
  if (history.blocks.length === 0) miner.premine()
  for (const block of history.blocks) miner.follow(block)
  for (const transaction of history.waiting) mempool.offer(transaction)

  let feerate = feeratePerKw(1_000)
  const submit = (raw: Uint8Array) => submitted(mempool, listeners, raw)
  return {
    tip: ledger.tip,
    blockAt: ledger.blockAt,
    submit,
    mempool: mempool.entries,
    mine: miner.mine,
    reorganise: miner.reorganise,
    transaction: (txid) => knownTransaction(ledger, mempool, txid),
    unspent: (scriptPubKey) => unspentOutputs(ledger, mempool, scriptPubKey),
    spend: (outPoint) => spendOf(ledger, mempool, outPoint),
    fund: (scriptPubKey, value) => fund(ledger, mempool, submit, { scriptPubKey, value }),
    feerate: () => feerate,
    setFeerate: (next) => {
      feerate = next
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

function submitted(
  mempool: Mempool,
  listeners: ReadonlySet<ChainListener>,
  raw: Uint8Array,
): ReturnType<Chain['submit']> {
  const parsed = readRawTransaction(raw)
  if (!parsed.ok) return parsed
  const accepted = mempool.offer(parsed.value)
  if (!accepted.ok) return accepted
  const { entry, isNew, replaced } = accepted.value
  for (const { entry: gone, why } of replaced) {
    for (const listener of listeners) listener.transactionEvicted?.(gone, why)
  }
  if (isNew) for (const listener of listeners) listener.transactionAccepted?.(entry)
  return ok(entry.txid)
}

function fund(
  ledger: Ledger,
  mempool: Mempool,
  submit: Chain['submit'],
  payment: TxOut,
): ReturnType<Chain['fund']> {
  const { height } = ledger.next()
  const coins = unspentOutputs(ledger, mempool, faucetScript).filter(
    (coin) => !coin.coinbase || height - (coin.height ?? height) >= coinbaseMaturity,
  )
  const accepted = submit(serialiseTransaction(faucetPayment(coins, payment)))
  if (!accepted.ok) {
    throw new RangeError(`"payment" ${accepted.error.rule}: ${accepted.error.message}`)
  }
  return { txid: accepted.value, vout: 0, ...payment }
}
