import type { OutPoint, Transaction, TxOut } from '@boltwarden/core/bitcoin/transaction'
import type { Txid } from '@boltwarden/core/bytes'
import type { Result } from '@boltwarden/core/result'
import type { FeeratePerKw, Sats } from '@boltwarden/core/units'
import type { Block, BlockHash } from './block.ts'
import type { Rejection } from './rejection.ts'

/** The last block of the chain. */
export type Tip = { readonly height: number; readonly hash: BlockHash }

/** Where a transaction is confirmed; `index` counts from 0, the coinbase. */
export type Confirmation = Tip & { readonly index: number }

/** A transaction that waits for a block. */
export type MempoolEntry = {
  readonly txid: Txid
  readonly transaction: Transaction
  /** What its inputs are worth more than its outputs. */
  readonly fee: Sats
  /** BIP 141 weight units. */
  readonly weight: number
}

/** A transaction the chain knows; without `confirmation` it waits in the mempool. */
export type KnownTransaction = {
  readonly txid: Txid
  readonly transaction: Transaction
  readonly confirmation: Confirmation | undefined
}

/** An output that nobody has spent, neither in a block nor in the mempool. */
export type UnspentOutput = OutPoint & {
  readonly output: TxOut
  /** Undefined while its transaction waits in the mempool. */
  readonly height: number | undefined
  readonly coinbase: boolean
}

/** The input that spends an output. */
export type Spend = { readonly spender: KnownTransaction; readonly inputIndex: number }

/** Why a transaction left the mempool without being confirmed. */
export type Eviction = 'replaced' | 'conflicts-with-block' | 'no-longer-valid'

/**
 * What happens on the chain, told at once and in order. The chain is consistent whenever it calls:
 * a listener may look things up and submit transactions, as a Lightning node does, but not mine.
 */
export type ChainListener = {
  readonly blockConnected?: (block: Block) => void
  /** Blocks go from the tip downwards; the tip is already the one below. */
  readonly blockDisconnected?: (block: Block) => void
  readonly transactionAccepted?: (entry: MempoolEntry) => void
  readonly transactionEvicted?: (entry: MempoolEntry, why: Eviction) => void
}

/** What decides which transactions a new block takes. */
export type Mining = {
  /** Transactions whose package pays less stay in the mempool. Default 0. */
  readonly feerateFloor?: FeeratePerKw
}

/** A reorganisation: what the new branch has instead of the old one. */
export type Reorganisation = {
  /** How many blocks are disconnected, from 1; never more than were mined since the premine. */
  readonly depth: number
  /** How many blocks take their place. Default one more, as the longer chain wins. */
  readonly length?: number
  /**
   * Raw transactions that the first new block confirms, in this order, before anything else is
   * looked at: double spends of what was confirmed, for example. Everything else returns to the
   * mempool where it is still valid, and waits there for the next `mine`.
   */
  readonly confirming?: readonly Uint8Array[]
}

/** Which of the transactions to confirm, counted from 0, breaks a rule on the new branch. */
export type ReorganisationProblem = { readonly at: number; readonly rejection: Rejection }

/**
 * A Bitcoin regtest chain in memory. Nothing that Bitcoin's consensus refuses confirms: amounts,
 * double spends, lock times, relative lock times and scripts are checked. There is no minimum
 * relay fee: a transaction without a fee is accepted and is mined with the child that pays for it.
 * A transaction that conflicts with waiting ones replaces them when it pays a higher fee than all
 * of them together and a higher feerate than each.
 */
export type Chain = {
  readonly tip: () => Tip
  /** A block of the active chain; height 0 is regtest's own genesis. */
  readonly blockAt: (height: number) => Block | undefined

  /**
   * Offers a transaction to the mempool. Again the same is accepted again.
   *
   * @param raw - as it goes over the wire, with its witnesses.
   */
  readonly submit: (raw: Uint8Array) => Result<Txid, Rejection>
  /** Waiting transactions, parents before children. */
  readonly mempool: () => readonly MempoolEntry[]

  /**
   * Mines blocks; each takes what is waiting and final, by the feerate of packages.
   *
   * @param count - of blocks, from 1. Default 1.
   */
  readonly mine: (count?: number, mining?: Mining) => readonly Block[]
  /** Takes blocks back and mines others instead. Where it fails, nothing has happened. */
  readonly reorganise: (
    reorganisation: Reorganisation,
  ) => Result<readonly Block[], ReorganisationProblem>

  /** Any transaction that is confirmed or waits. */
  readonly transaction: (txid: Txid) => KnownTransaction | undefined
  /** Every unspent output with this scriptPubKey, confirmed ones first, oldest first. */
  readonly unspent: (scriptPubKey: Uint8Array) => readonly UnspentOutput[]
  /** Who spends an output, in a block or in the mempool; undefined while nobody does. */
  readonly spend: (outPoint: OutPoint) => Spend | undefined

  /**
   * Pays from the faucet: submits a transaction with this output, which waits for the next block.
   *
   * @throws {RangeError} if the faucet's mature coins do not reach.
   */
  readonly fund: (scriptPubKey: Uint8Array, value: Sats) => OutPoint & TxOut

  /** What a node's fee estimator is told; nothing else depends on it. Starts at 1,000. */
  readonly feerate: () => FeeratePerKw
  readonly setFeerate: (feerate: FeeratePerKw) => void

  /** Returns what ends the subscription. */
  readonly subscribe: (listener: ChainListener) => () => void
}

/** A coin that exists from the start without a transaction: for recorded transactions. */
export type Allocation = OutPoint & TxOut

/** How a chain begins. The same options give the same chain, hash by hash. */
export type ChainOptions = {
  /** Seconds since 1970. Each block has at least this time and the median rule's least. */
  readonly nowSeconds: () => number
  /**
   * Blocks mined before anything else, ten minutes apart, ending now. The coinbases of all but the
   * last 100 are the faucet's. Default 120.
   */
  readonly premine?: number
  /** Count as confirmed in the genesis block. */
  readonly allocations?: readonly Allocation[]
}
