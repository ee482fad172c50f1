import type { Clock } from '../clock.ts'
import { isFault, SignerFault } from '../fault.ts'
import type { WebhookCall } from '../http/webhook-server.ts'
import { errorFacts, type Logger } from '../logging.ts'
import type { Metrics } from '../metrics.ts'
import type { Ending } from './ending.ts'

/** Where calls are counted and logged. */
export type RecordDeps = {
  readonly logger: Logger
  readonly metrics: Metrics
  readonly clock: Clock
}

/** One line and one count for each call. */
export function record(ending: Ending, call: WebhookCall, deps: RecordDeps): void {
  const { logger, metrics, clock } = deps
  const { outcome, reply, facts, error } = ending
  const ms = clock.monotonicMs() - call.startedMs
  metrics.delivered(outcome, ms / 1000)
  const line = {
    request_id: call.id,
    outcome,
    status: reply.status,
    ...facts,
    ms: Math.round(ms * 100) / 100,
    ...(error !== undefined && { error: errorFacts(error) }),
  }
  if (isFault(error, 'OVERLOADED')) metrics.overloaded(error.fault.limit)
  if (error !== undefined) {
    metrics.faulted(error instanceof SignerFault ? error.code : 'INTERNAL')
    logger.error(line, 'webhook')
  } else if (quiet.has(outcome)) logger.info(line, 'webhook')
  else logger.warn(line, 'webhook')
}

const quiet: ReadonlySet<string> = new Set(['answered', 'acknowledged', 'other-event'])
