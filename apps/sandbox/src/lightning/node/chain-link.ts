import { serialiseTransaction, type Transaction } from '@boltwarden/core/bitcoin/transaction'
import { TwoTuple_usizeTransactionZ } from 'lightningdevkit'
import { type Block, serialiseHeader } from '../../chain/block.ts'
import type { Chain } from '../../chain/chain.ts'

/** The chain's end, as far as a new node needs it. */
type BestTip = {
  /** 32 bytes, internal byte order. */
  readonly hash: Uint8Array
  readonly height: number
  /** Of the header, in seconds since 1970. */
  readonly time: number
}

/** A block as a node needs it. */
export type LinkedBlock = {
  /** 80 bytes. */
  readonly header: Uint8Array
  readonly height: number
  readonly transactions: readonly Transaction[]
}

/** Who follows the chain, block by block in both directions. */
export type ChainFollower = {
  readonly connected: (block: LinkedBlock) => void
  readonly disconnected: (block: LinkedBlock) => void
}

/** The chain as a Lightning node sees it. */
export type ChainLink = {
  readonly tip: () => BestTip
  /** Offers transactions, parents first; undefined where all are taken, else the reasons. */
  readonly broadcast: (transactions: readonly Uint8Array[]) => string | undefined
  /** Blocks above a height, lowest first; for a node that was away. */
  readonly blocksAbove: (height: number) => readonly LinkedBlock[]
  /** Hears of each block from now on, until the returned function is called. */
  readonly follow: (follower: ChainFollower) => () => void
}

/** Shows a chain to Lightning nodes. */
export function linkChain(chain: Chain): ChainLink {
  return {
    tip: () => {
      const { height, hash } = chain.tip()
      return { height, hash, time: chain.blockAt(height)?.time ?? 0 }
    },
    broadcast: (transactions) => {
      const refusals = transactions.flatMap((raw) => {
        const submitted = chain.submit(raw)
        return submitted.ok ? [] : [`${submitted.error.rule}: ${submitted.error.message}`]
      })
      return refusals.length === 0 ? undefined : refusals.join('; ')
    },
    blocksAbove: (height) => {
      const blocks: LinkedBlock[] = []
      for (let at = height + 1; at <= chain.tip().height; at++) {
        const block = chain.blockAt(at)
        if (block !== undefined) blocks.push(linked(block))
      }
      return blocks
    },
    follow: ({ connected, disconnected }) =>
      chain.subscribe({
        blockConnected: (block) => connected(linked(block)),
        blockDisconnected: (block) => disconnected(linked(block)),
      }),
  }
}

function linked(block: Block): LinkedBlock {
  return {
    header: serialiseHeader(block),
    height: block.height,
    transactions: block.transactions,
  }
}

/** A block's transactions with their places, as LDK takes them. */
export function transactionsOf({ transactions }: LinkedBlock): TwoTuple_usizeTransactionZ[] {
  return transactions.map((transaction, place) =>
    TwoTuple_usizeTransactionZ.constructor_new(place, serialiseTransaction(transaction)),
  )
}
