import type { ParseProblem } from '@boltwarden/core/bitcoin/byte-reader'
import { type Transaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import {
  parseUnsignedTransaction,
  type UnsignedTransaction,
} from '@boltwarden/core/bitcoin/unsigned-transaction'
import { equalBytes, type Txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { SigningJob } from '@boltwarden/core/request'
import type { Result } from '@boltwarden/core/result'

/** A transaction of signing jobs, or why it is none. */
export type ParsedTransaction = Result<UnsignedTransaction, ParseProblem>

const known = new WeakMap<readonly SigningJob[], EventTransactions>()

/**
 * The transactions of one event's jobs, which mostly share one: equal bytes are parsed and
 * hashed once, for everybody who asks in the event's life.
 */
export class EventTransactions {
  readonly #byIdentity = new Map<Uint8Array, ParsedTransaction>()
  readonly #byName = new Map<string, ParsedTransaction>()
  readonly #ids = new Map<Transaction, Txid>()
  #last: { readonly bytes: Uint8Array; readonly parsed: ParsedTransaction } | undefined

  /** Those of some jobs: the same ones for the same list. */
  static of(jobs: readonly SigningJob[]): EventTransactions {
    const before = known.get(jobs)
    if (before !== undefined) return before
    const transactions = new EventTransactions()
    known.set(jobs, transactions)
    return transactions
  }

  /** A job's transaction; undefined where it has none. Of equal bytes it is the same object. */
  parsed({ transaction: bytes }: SigningJob): ParsedTransaction | undefined {
    if (bytes === undefined) return undefined
    const parsed = this.#byIdentity.get(bytes) ?? this.#ofEqualBytes(bytes)
    this.#byIdentity.set(bytes, parsed)
    return parsed
  }

  #ofEqualBytes(bytes: Uint8Array): ParsedTransaction {
    // Jobs of one transaction mostly stand together, and comparing is cheaper than naming.
    if (this.#last !== undefined && equalBytes(this.#last.bytes, bytes)) return this.#last.parsed
    const name = toHex(bytes)
    const parsed = this.#byName.get(name) ?? parseUnsignedTransaction(bytes)
    this.#byName.set(name, parsed)
    this.#last = { bytes, parsed }
    return parsed
  }

  /** The id of one of them, or of a transaction within one. */
  id(transaction: Transaction): Txid {
    const before = this.#ids.get(transaction)
    if (before !== undefined) return before
    const id = transactionId(transaction)
    this.#ids.set(transaction, id)
    return id
  }
}
