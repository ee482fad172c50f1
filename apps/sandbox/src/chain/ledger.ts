import {
  type OutPoint,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import type { Txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { type Block, blockHash } from './block.ts'
import type { Allocation, Confirmation, Tip } from './chain.ts'
import { type Coin, coinKey, coinsOf, isCoinbase } from './coin.ts'
import type { Moment } from './lock-times.ts'
import { regtestGenesis } from './regtest.ts'

/** A confirmed transaction and where it stands. */
export type Place = { readonly transaction: Transaction; readonly confirmation: Confirmation }

/** The confirmed input that spends an output. */
export type ConfirmedSpend = { readonly txid: Txid; readonly inputIndex: number }

/** The active chain's blocks and coins. It believes what it is given; others check. */
export type Ledger = {
  readonly tip: () => Tip
  readonly blockAt: (height: number) => Block | undefined
  /** When a transaction of the next block would confirm. */
  readonly next: () => Moment
  readonly coin: (outPoint: OutPoint) => Coin | undefined
  readonly coins: () => Iterable<Coin>
  readonly place: (txid: Txid) => Place | undefined
  readonly spend: (outPoint: OutPoint) => ConfirmedSpend | undefined
  readonly connect: (block: Block) => void
  /** Takes the tip back and returns it. */
  readonly disconnect: () => Block
}

/** The median of the times of up to eleven blocks. */
function medianOf(blocks: readonly Block[]): number {
  const times = blocks.map(({ time }) => time).sort((a, b) => a - b)
  return times[Math.floor(times.length / 2)] ?? 0
}

/** A ledger that has regtest's first block, and the coins that count as confirmed there. */
export function createLedger(allocations: readonly Allocation[]): Ledger {
  const blocks: Block[] = [regtestGenesis()]
  const coins = new Map<string, Coin>()
  const places = new Map<string, Place>()
  const spends = new Map<string, ConfirmedSpend>()
  const spentBy = new Map<string, readonly Coin[]>()
  for (const { txid, vout, ...output } of allocations) {
    const outPoint = { txid, vout }
    coins.set(coinKey(outPoint), { outPoint, output, height: 0, coinbase: false })
  }

  const tipBlock = (): Block => {
    const block = blocks.at(-1)
    if (block === undefined) throw new RangeError('"blocks" expected at least the first')
    return block
  }
  const medianTimeAt = (height: number) =>
    medianOf(blocks.slice(Math.max(0, height - 10), height + 1))

  const spendInputs = (transaction: Transaction, txid: Txid): readonly Coin[] =>
    transaction.inputs.flatMap((input, inputIndex) => {
      const key = coinKey(input)
      const coin = coins.get(key)
      spends.set(key, { txid, inputIndex })
      coins.delete(key)
      return coin === undefined ? [] : [coin]
    })

  const add = (block: Block, transaction: Transaction, index: number) => {
    const txid = transactionId(transaction)
    const spent = isCoinbase(transaction) ? [] : spendInputs(transaction, txid)
    spentBy.set(toHex(txid), spent)
    for (const coin of coinsOf(transaction, txid, block.height)) {
      coins.set(coinKey(coin.outPoint), coin)
    }
    const { height, hash } = block
    places.set(toHex(txid), { transaction, confirmation: { height, hash, index } })
  }

  const remove = (transaction: Transaction) => {
    const txid = transactionId(transaction)
    const key = toHex(txid)
    transaction.outputs.forEach((_, vout) => {
      coins.delete(coinKey({ txid, vout }))
    })
    for (const input of transaction.inputs) spends.delete(coinKey(input))
    for (const coin of spentBy.get(key) ?? []) coins.set(coinKey(coin.outPoint), coin)
    spentBy.delete(key)
    places.delete(key)
  }

  return {
    tip: () => {
      const { height, hash } = tipBlock()
      return { height, hash: blockHash(hash) }
    },
    blockAt: (height) => blocks[height],
    next: () => {
      const { height } = tipBlock()
      return { height: height + 1, medianTime: medianTimeAt(height), medianTimeAt }
    },
    coin: (outPoint) => coins.get(coinKey(outPoint)),
    coins: () => coins.values(),
    place: (txid) => places.get(toHex(txid)),
    spend: (outPoint) => spends.get(coinKey(outPoint)),
    connect: (block) => {
      block.transactions.forEach((transaction, index) => {
        add(block, transaction, index)
      })
      blocks.push(block)
    },
    disconnect: () => {
      const block = tipBlock()
      blocks.pop()
      for (const transaction of block.transactions.toReversed()) remove(transaction)
      return block
    },
  }
}
