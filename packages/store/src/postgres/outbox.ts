import { integer } from '@boltwarden/core/assert'
import type { EventId } from '@boltwarden/core/ids'
import { type AuditActName, type Author, auditAct } from '../audit/row.ts'
import {
  type Claim,
  type FailedAttempt,
  farAheadMs,
  type Outbox,
  type OutboxRow,
  type OutboxSummary,
  takenOver,
} from '../outbox.ts'
import { outboxColumns, outboxRowOf, outboxSummaryOf } from '../outbox-rows.ts'
import { type Page, pageLimit } from '../page.ts'
import { text } from '../rows.ts'
import type { Sessions, Statement } from './session.ts'
import type { Transactions } from './transaction.ts'

const columns = outboxColumns.join(', ')

// Rows are only touched under the lock of the chain, which makes the order of locks easy.
const sql = {
  due: `SELECT ${columns} FROM outbox WHERE is_first = 1
    AND (next_attempt_at <= $2 OR next_attempt_at > $3)
    AND (claimed_until IS NULL OR claimed_until <= $1 OR claimed_until > $3)
    ORDER BY next_attempt_at, sequence LIMIT $4`,
  claim: `UPDATE outbox SET claimed_by = $1, claimed_until = $2,
    last_error = coalesce(last_error, '${takenOver}') WHERE event = ANY($3::text[])`,
  held: 'SELECT lane FROM outbox WHERE event = $1 AND claimed_by = $2',
  postpone: `UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $1, last_error = $2,
    claimed_by = NULL, claimed_until = NULL WHERE event = $3`,
  remove: 'DELETE FROM outbox WHERE event = $1',
  there: 'SELECT lane FROM outbox WHERE event = $1',
  inLane: 'SELECT lane FROM outbox WHERE event = $1 AND set_aside_at IS NULL',
  aside: 'SELECT lane FROM outbox WHERE event = $1 AND set_aside_at IS NOT NULL',
  setAside: `UPDATE outbox SET set_aside_reason = $1, set_aside_at = $2, is_first = 0,
    claimed_by = NULL, claimed_until = NULL WHERE event = $3`,
  resume: `UPDATE outbox SET set_aside_reason = NULL, set_aside_at = NULL, next_attempt_at = $1
    WHERE event = $2`,
  demote: 'UPDATE outbox SET is_first = 0 WHERE lane = $1 AND is_first = 1',
  promote: `UPDATE outbox SET is_first = 1 WHERE sequence =
    (SELECT min(sequence) FROM outbox WHERE lane = $1 AND set_aside_at IS NULL)`,
  row: `SELECT ${columns} FROM outbox WHERE event = $1`,
  rows: `SELECT ${columns} FROM outbox WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
  summary: `SELECT count(*) AS count, count(set_aside_at) AS set_aside,
    min(CASE WHEN set_aside_at IS NULL THEN received_at END) AS oldest FROM outbox`,
} as const

/** The outbox of one PostgreSQL database. */
export class PostgresOutbox implements Outbox {
  readonly #sessions: Sessions
  readonly #transactions: Transactions

  constructor(sessions: Sessions, transactions: Transactions) {
    this.#sessions = sessions
    this.#transactions = transactions
  }

  async claim(
    claim: Claim,
    nowMs: number,
    limit: number,
    dueByMs: number = nowMs,
  ): Promise<readonly OutboxRow[]> {
    integer('limit', limit, 1, 1000)
    const due = (most: number) => ({
      name: 'due',
      text: sql.due,
      values: [nowMs, dueByMs, nowMs + farAheadMs, most],
    })
    // Most of the time nothing is due, and then no lock is taken.
    if ((await this.#sessions.rows(due(1))).length === 0) return []
    return this.#transactions.run(async (transaction) => {
      const { results } = await transaction.lockChain([due(limit)])
      const rows = (results[0]?.rows ?? []).map(outboxRowOf)
      if (rows.length === 0) return []
      const events = rows.map(({ event }) => event)
      const { instance, untilMs } = claim
      const values = [instance, untilMs, events]
      await transaction.commit([{ name: 'claim', text: sql.claim, values }])
      const taken = { claim: { instance, untilMs } }
      return rows.map((row) => ({ ...row, ...taken, lastError: row.lastError ?? takenOver }))
    })
  }

  postpone(
    event: EventId,
    instance: string,
    { nextAttemptAtMs, error }: FailedAttempt,
  ): Promise<boolean> {
    const held = { name: 'held', text: sql.held, values: [event, instance] }
    const values = [nextAttemptAtMs, error, event]
    return this.#transactions.run(async (transaction) => {
      const { results } = await transaction.lockChain([held])
      if (results[0]?.rows.length !== 1) return false
      await transaction.commit([{ name: 'postpone', text: sql.postpone, values }])
      return true
    })
  }

  setAside(event: EventId, reason: string, author: Author): Promise<boolean> {
    const change = { text: sql.setAside, values: [reason, author.atMs, event] }
    const fact = [`answer-set-aside`, `${event} ${reason}`] as const
    return this.#change(sql.inLane, event, change, fact, author)
  }

  resume(event: EventId, author: Author): Promise<boolean> {
    const change = { text: sql.resume, values: [author.atMs, event] }
    return this.#change(sql.aside, event, change, ['answer-resumed', event], author)
  }

  drop(event: EventId, author: Author): Promise<boolean> {
    const change = { text: sql.remove, values: [event] }
    return this.#change(sql.there, event, change, ['answer-dropped', event], author)
  }

  async row(event: EventId): Promise<OutboxRow | undefined> {
    const [row] = await this.#sessions.rows({ text: sql.row, values: [event] })
    return row && outboxRowOf(row)
  }

  async rows(page: Page<number> = {}): Promise<readonly OutboxRow[]> {
    const values = [page.after ?? 0, pageLimit(page)]
    return (await this.#sessions.rows({ text: sql.rows, values })).map(outboxRowOf)
  }

  async summary(): Promise<OutboxSummary> {
    const [row = {}] = await this.#sessions.rows({ text: sql.summary })
    return outboxSummaryOf(row)
  }

  /** Changes whether a row belongs to its lane, and finds the first of the lane anew. */
  #change(
    find: string,
    event: EventId,
    change: Statement,
    [act, detail]: readonly [act: AuditActName, detail: string],
    author: Author,
  ): Promise<boolean> {
    return this.#transactions.run(async (transaction) => {
      const { results } = await transaction.lockChain([{ text: find, values: [event] }])
      const [row] = results[0]?.rows ?? []
      if (row === undefined) return false
      const values = [text(row, 'lane')]
      const statements = [change, { text: sql.demote, values }, { text: sql.promote, values }]
      await transaction.commit(statements, [auditAct(act, author, detail)])
      return true
    })
  }
}
