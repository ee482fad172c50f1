import type { Store } from '@boltwarden/store'
import type { Clock } from '../clock.ts'
import { errorFacts, type Logger } from '../logging.ts'
import type { StoreFacts } from './store-gauges.ts'

/** Counting a ledger takes time that grows with it: it is counted no more often than this. */
const countEveryMs = 15_000

/** Reads how the store is, for the metrics; undefined where it cannot be read. */
export function storeReader(deps: {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
}): () => Promise<StoreFacts | undefined> {
  const { store, clock, logger } = deps
  let counted: { readonly atMs: number; readonly counts: StoreFacts['counts'] } | undefined
  return async () => {
    try {
      const nowMs = clock.monotonicMs()
      if (counted === undefined || nowMs - counted.atMs >= countEveryMs) {
        counted = { atMs: nowMs, counts: await store.counts() }
      }
      return {
        outbox: await store.outbox.summary(),
        nowMs: clock.nowMs(),
        counts: counted.counts,
        generation: await store.generation(),
      }
    } catch (error) {
      logger.debug({ error: errorFacts(error) }, 'store cannot be read for metrics')
      return undefined
    }
  }
}
