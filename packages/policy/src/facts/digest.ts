import { sha256 } from '@boltwarden/core/bitcoin/hash'
import {
  DigestBudget,
  type SighashMatch,
  SighashSearch,
} from '@boltwarden/core/bitcoin/sighash-search'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import { digest } from '@boltwarden/core/bytes'
import type { SigningJob } from '@boltwarden/core/request'

/**
 * The most digests that are computed to find what the jobs of one event sign. One job for each input
 * takes at most n(n+1)/2 of them for n inputs, in whatever order the jobs come: 361 inputs, more than
 * the largest body that can be configured holds.
 */
export const maxEventDigests = 65_536

/** Finds what the messages of one event's jobs sign, by computing it anew. */
export class MessageSearch {
  readonly #searches = new Map<Transaction, SighashSearch>()
  readonly #budget = new DigestBudget(maxEventDigests)

  /** Whether more digests were needed than {@link maxEventDigests}, so that not all is known. */
  get isCutShort(): boolean {
    return this.#budget.isExceeded
  }

  /**
   * What a job's message signs of its transaction. Where `isRaw` is false the platform's own clients
   * disagree whether the message is the digest or is hashed once to give it, so both readings are
   * tried; what is signed later is the digest computed here.
   *
   * @param transaction - the same object for jobs that share one, so that they share its hashes.
   */
  find(job: SigningJob, transaction: Transaction): SighashMatch | undefined {
    const { script, amount } = job
    if (script === undefined || amount === undefined) return undefined
    const readings = job.isRaw ? [job.message] : [job.message, digest(sha256(job.message))]
    const search = this.#searches.get(transaction) ?? new SighashSearch(transaction)
    this.#searches.set(transaction, search)
    return search.find(script, amount, readings, this.#budget)
  }
}
