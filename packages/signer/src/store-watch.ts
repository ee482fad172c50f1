import type { Generation, Store } from '@boltwarden/store'
import type { Clock } from './clock.ts'
import { errorFacts, type Logger } from './logging.ts'
import type { StoreFacts } from './metrics/store-gauges.ts'

/** Counting a ledger takes time that grows with it: it is counted no more often than this. */
const countEveryMs = 15_000

/**
 * Reads how the store is, for metrics and for readiness, and notices where it goes back behind
 * what this process saw of it: then a copy was put in its place, and what was promised since is
 * forgotten.
 */
export class StoreWatch {
  readonly #deps: { readonly store: Store; readonly clock: Clock; readonly logger: Logger }
  #seen: Generation | undefined
  #isRollbackSuspected = false
  #counted: { readonly atMs: number; readonly counts: StoreFacts['counts'] } | undefined

  constructor(deps: { readonly store: Store; readonly clock: Clock; readonly logger: Logger }) {
    this.#deps = deps
  }

  /** Whether the store was ever seen to go back. It stays so until somebody has looked. */
  get isRollbackSuspected(): boolean {
    return this.#isRollbackSuspected
  }

  /** What there is to tell; undefined where the store cannot be read. */
  async read(): Promise<StoreFacts | undefined> {
    const { store, clock, logger } = this.#deps
    try {
      const generation = await store.generation()
      this.#compare(generation)
      const counts = await this.#counts()
      const outbox = await store.outbox.summary()
      const isRollbackSuspected = this.#isRollbackSuspected
      return { outbox, nowMs: clock.nowMs(), counts, generation, isRollbackSuspected }
    } catch (error) {
      logger.debug({ error: errorFacts(error) }, 'store cannot be read for metrics')
      return undefined
    }
  }

  #compare(found: Generation): void {
    const seen = this.#seen
    const isBack =
      seen !== undefined && (found.lineage !== seen.lineage || found.generation < seen.generation)
    if (isBack && !this.#isRollbackSuspected) {
      const facts = { found: found.generation, seen: seen.generation }
      this.#deps.logger.error(facts, 'the store has gone back')
    }
    this.#isRollbackSuspected ||= isBack
    this.#seen = found
  }

  async #counts(): Promise<StoreFacts['counts']> {
    const nowMs = this.#deps.clock.monotonicMs()
    if (this.#counted !== undefined && nowMs - this.#counted.atMs < countEveryMs) {
      return this.#counted.counts
    }
    const counts = await this.#deps.store.counts()
    this.#counted = { atMs: nowMs, counts }
    return counts
  }
}
