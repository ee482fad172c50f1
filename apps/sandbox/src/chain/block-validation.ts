import {
  type OutPoint,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { equalBytes } from '@boltwarden/core/bytes'
import { err, ok, type Result } from '@boltwarden/core/result'
import { checkConsensus, type Surroundings } from './admission.ts'
import { type Block, hashOf } from './block.ts'
import { type Coin, coinKey, coinsOf, isCoinbase } from './coin.ts'
import type { Ledger } from './ledger.ts'
import { weightOf } from './mempool.ts'
import { merkleRoot } from './merkle-tree.ts'
import { maxBlockWeight, meetsTarget, subsidyAt } from './regtest.ts'
import type { Rejection } from './rejection.ts'

/** A transaction, counted from 0, and the rule it breaks. */
export type RejectedAt = { readonly at: number; readonly rejection: Rejection }

/** Why a block does not follow on the tip. */
export type BlockProblem = { readonly message: string }

/**
 * Checks that a block may follow on a ledger's tip: the header links, has its work and its time,
 * the root fits, and every transaction keeps the rules, with its scripts run.
 */
export function checkBlock(block: Block, ledger: Ledger): Result<undefined, BlockProblem> {
  const message = headerProblem(block, ledger) ?? bodyProblem(block, ledger)
  return message === undefined ? ok(undefined) : err({ message })
}

function headerProblem(block: Block, ledger: Ledger): string | undefined {
  const tip = ledger.tip()
  const { medianTime } = ledger.next()
  if (!equalBytes(block.previous, tip.hash) || block.height !== tip.height + 1) {
    return 'header does not link to the tip'
  }
  if (!equalBytes(hashOf(block), block.hash)) return 'hash is not of this header'
  if (!meetsTarget(block.hash)) return 'header lacks its proof of work'
  if (block.time <= medianTime) return 'time is not after the median of eleven blocks'
  if (!equalBytes(merkleRoot(block.transactions), block.merkleRoot)) {
    return 'merkle root does not fit'
  }
  return undefined
}

function bodyProblem(block: Block, ledger: Ledger): string | undefined {
  const [coinbase, ...transactions] = block.transactions
  if (coinbase === undefined || !isCoinbase(coinbase)) return 'first transaction is no coinbase'
  const body = checkBody(transactions, ledger)
  if (!body.ok) {
    const { at, rejection } = body.error
    return `transaction ${at + 1}: ${rejection.rule}: ${rejection.message}`
  }
  if (body.value.weight > maxBlockWeight) return 'block is too heavy'
  const created = coinbase.outputs.reduce((sum, { value }) => sum + value, 0n)
  const mayCreate = subsidyAt(block.height) + body.value.fees
  return created > mayCreate ? 'coinbase creates too much' : undefined
}

/** Checks transactions that follow each other in one block, without its coinbase, scripts run. */
export function checkBody(
  transactions: readonly Transaction[],
  ledger: Ledger,
): Result<{ readonly fees: bigint; readonly weight: number }, RejectedAt> {
  const view = viewOver(ledger)
  const { height } = view.surroundings.moment
  let fees = 0n
  let weight = 0
  for (const [at, transaction] of transactions.entries()) {
    const checked = checkConsensus(transaction, view.surroundings)
    if (!checked.ok) return err({ at, rejection: checked.error })
    fees += checked.value.fee
    weight += weightOf(transaction)
    for (const input of transaction.inputs) view.spend(input)
    view.add(coinsOf(transaction, transactionId(transaction), height))
  }
  return ok({ fees, weight })
}

/** The coins as they are within a block, transaction after transaction. */
function viewOver(ledger: Ledger) {
  const made = new Map<string, Coin>()
  const spent = new Set<string>()
  const surroundings: Surroundings = {
    moment: ledger.next(),
    coin: (outPoint) => {
      const key = coinKey(outPoint)
      return spent.has(key) ? undefined : (made.get(key) ?? ledger.coin(outPoint))
    },
    isSpent: (outPoint) => spent.has(coinKey(outPoint)) || ledger.spend(outPoint) !== undefined,
  }
  return {
    surroundings,
    spend: (outPoint: OutPoint) => {
      spent.add(coinKey(outPoint))
    },
    add: (coins: readonly Coin[]) => {
      for (const coin of coins) made.set(coinKey(coin.outPoint), coin)
    },
  }
}
