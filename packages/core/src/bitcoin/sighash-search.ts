import { integer } from '../assert.ts'
import { type Digest, equalBytes } from '../bytes.ts'
import type { Sats } from '../units.ts'
import { type Hash, Preimage, SharedHashes, type SighashType, scriptCode } from './bip143.ts'
import type { Transaction } from './transaction.ts'

/** A digest and where it belongs: the input it spends, and how it was made. */
export type SighashMatch = {
  readonly inputIndex: number
  readonly sighash: SighashType
  readonly digest: Digest
}

/**
 * The longest script that {@link SighashSearch} tries, in bytes: a received HTLC of an anchor channel
 * whose expiry takes four bytes. It is hashed anew for every input, so the limit bounds the
 * work.
 */
export const maxSearchedScriptBytes = 143

/** How many digests may still be computed. One budget serves any number of searches. */
export class DigestBudget {
  #left: number
  #isExceeded = false

  constructor(limit: number) {
    this.#left = integer('limit', limit, 0, Number.MAX_SAFE_INTEGER)
  }

  /** Takes one. False where none is left: what is asked for then is not computed. */
  take(): boolean {
    if (this.#left === 0) this.#isExceeded = true
    else this.#left--
    return !this.#isExceeded
  }

  /** Digests that may still be computed. */
  get left(): number {
    return this.#left
  }

  /** Whether more was asked for than there was, so that a search ended without an answer. */
  get isExceeded(): boolean {
    return this.#isExceeded
  }
}

/**
 * Finds what digests sign of one transaction, for any number of jobs, which do not say it: the input,
 * and whether with SIGHASH_ALL or with SINGLE|ANYONECANPAY and an output beside it.
 *
 * What the inputs share is hashed once. Where the jobs come in the order of the inputs, or against
 * it, each is found at the first try; else a job costs a digest for each input that is tried.
 *
 * @example
 * ```ts
 * import { bip143Digest } from '@boltwarden/core/bitcoin/bip143'
 * import { DigestBudget, SighashSearch } from '@boltwarden/core/bitcoin/sighash-search'
 * import { txid } from '@boltwarden/core/bytes'
 * import { sats } from '@boltwarden/core/units'
 *
 * const transaction = {
 *   version: 2,
 *   inputs: [0, 1].map((vout) => ({
 *     txid: txid(new Uint8Array(32)),
 *     vout,
 *     scriptSig: new Uint8Array(),
 *     sequence: 0,
 *     witness: [],
 *   })),
 *   outputs: [{ value: sats(900n), scriptPubKey: Uint8Array.of(0x51) }],
 *   locktime: 0,
 * }
 * const script = Uint8Array.of(0x51)
 * const digest = bip143Digest(transaction, 1, script, sats(1000n), 'all')
 * const search = new SighashSearch(transaction)
 * search.find(script, sats(1000n), [digest], new DigestBudget(10))?.inputIndex // 1
 * ```
 */
export class SighashSearch {
  readonly #shared: SharedHashes
  readonly #taken = new Set<number>()
  #last = -1

  /** @param hash - SHA-256 twice; given by those who count the work. */
  constructor(transaction: Transaction, hash?: Hash) {
    this.#shared = new SharedHashes(transaction, hash)
  }

  /**
   * Finds the input whose BIP 143 digest is one of `digests`: with SIGHASH_ALL every input is tried,
   * then with SINGLE|ANYONECANPAY.
   *
   * @param script - a witness script, a P2WPKH scriptPubKey, or the latter's script code.
   * @param amount - of the output that is spent.
   * @param budget - one is taken for each digest that is computed; unlimited where none is given.
   * @returns the match; undefined where there is none, or the budget was exceeded before it.
   */
  find(
    script: Uint8Array,
    amount: Sats,
    digests: readonly Digest[],
    budget: DigestBudget = new DigestBudget(Number.MAX_SAFE_INTEGER),
  ): SighashMatch | undefined {
    if (script.length > maxSearchedScriptBytes) return undefined
    const code = scriptCode(script)
    for (const sighash of ['all', 'single-anyonecanpay'] as const) {
      const preimage = new Preimage(this.#shared, code, amount, sighash)
      for (const inputIndex of this.#candidates(sighash)) {
        if (!budget.take()) return undefined
        const computed = preimage.digest(inputIndex)
        const digest = digests.find((candidate) => equalBytes(computed, candidate))
        if (digest === undefined) continue
        this.#taken.add(inputIndex)
        this.#last = inputIndex
        return { inputIndex, sighash, digest }
      }
    }
    return undefined
  }

  /** Every input once: the neighbours of the last match, others not matched yet, the rest. */
  *#candidates(sighash: SighashType): Iterable<number> {
    const { inputs, outputs } = this.#shared.transaction
    const count = sighash === 'all' ? inputs.length : Math.min(inputs.length, outputs.length)
    const near = [this.#last + 1, this.#last - 1].filter(
      (index) => index >= 0 && index < count && !this.#taken.has(index),
    )
    yield* near
    for (let index = 0; index < count; index++) {
      if (!this.#taken.has(index) && !near.includes(index)) yield index
    }
    for (const index of this.#taken) if (index < count) yield index
  }
}
