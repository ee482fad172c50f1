import type { EventId } from '@boltwarden/core/ids'
import type { OutboxRow, Store } from '@boltwarden/store'
import type { Clock } from '../clock.ts'
import { SignerFault } from '../fault.ts'
import type { Logger } from '../logging.ts'

/** What the register works with. */
export type OutboxRegisterDeps = {
  readonly store: Store
  readonly clock: Clock
  readonly logger: Logger
}

/** The answers that the platform has not accepted, for an operator. */
export class OutboxRegister {
  readonly #deps: OutboxRegisterDeps

  constructor(deps: OutboxRegisterDeps) {
    this.#deps = deps
  }

  /** Every answer, in the order in which they were decided. */
  async list(): Promise<readonly ShownAnswer[]> {
    const found: ShownAnswer[] = []
    for (let after = 0; ; ) {
      const page = await this.#deps.store.outbox.rows({ after, limit: pageSize })
      found.push(...page.map(showAnswer))
      const last = page.at(-1)
      if (page.length < pageSize || last === undefined) return found
      after = last.sequence
    }
  }

  /**
   * Puts an answer that was set aside back into its lane. One that waits is tried anyway.
   *
   * @throws {SignerFault} `ADMIN_UNKNOWN`, or `ADMIN_CONFLICT` where it is not set aside.
   */
  async retry(who: string, event: EventId) {
    const { store, clock, logger } = this.#deps
    const row = await store.outbox.row(event)
    if (row === undefined) throw unknown(event)
    if (!(await store.outbox.resume(event, { who, atMs: clock.nowMs() }))) {
      const reason = `the answer to ${event} is not set aside: it is tried without being told`
      throw new SignerFault({ code: 'ADMIN_CONFLICT', reason })
    }
    logger.info({ audit: true, who, event_id: event }, 'answer is tried again')
    return { event, retried: true }
  }

  /**
   * Gives an answer up. The platform gets it where it asks again.
   *
   * @throws {SignerFault} `ADMIN_UNKNOWN`.
   */
  async drop(who: string, event: EventId) {
    const { store, clock, logger } = this.#deps
    if (!(await store.outbox.drop(event, { who, atMs: clock.nowMs() }))) throw unknown(event)
    logger.warn({ audit: true, who, event_id: event }, 'answer dropped')
    return { event, dropped: true }
  }
}

const pageSize = 100

function unknown(event: EventId): SignerFault {
  return new SignerFault({ code: 'ADMIN_UNKNOWN', what: `answer to ${event}` })
}

/** A row without its body. */
function showAnswer(row: OutboxRow) {
  const { setAside, claim } = row
  return {
    event: row.event,
    lane: row.lane,
    request: row.request,
    verdict: row.verdict,
    received_at: new Date(row.receivedAtMs).toISOString(),
    state: setAside === undefined ? 'waiting' : 'set-aside',
    reason: setAside?.reason ?? null,
    attempts: row.attempts,
    last_error: row.lastError ?? null,
    next_attempt_at: new Date(row.nextAttemptAtMs).toISOString(),
    worked_on_by: claim?.instance ?? null,
  }
}

/** A row of the outbox as the admin API shows it. */
export type ShownAnswer = ReturnType<typeof showAnswer>
