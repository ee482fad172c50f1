import { integer } from '@boltwarden/core/assert'
import type { EventId } from '@boltwarden/core/ids'
import { type AuditActName, type Author, auditAct } from '../audit/row.ts'
import {
  type Claim,
  type FailedAttempt,
  farAheadMs,
  freshMs,
  type NewAnswer,
  type Outbox,
  type OutboxRow,
  type OutboxSummary,
  type Queued,
  takenOver,
} from '../outbox.ts'
import { outboxColumns, outboxRowOf, outboxSummaryOf } from '../outbox-rows.ts'
import { type Page, pageLimit } from '../page.ts'
import { text } from '../rows.ts'
import { Chain } from './chain.ts'
import type { Connection } from './connection.ts'

const columns = outboxColumns.join(', ')

const sql = {
  has: 'SELECT 1 FROM outbox WHERE event = ?',
  // What is no first attempt under way, as `isFresh` has it, waits.
  lane: `SELECT
    NOT EXISTS (SELECT 1 FROM outbox WHERE lane = ?1 AND set_aside_at IS NULL) AS is_first,
    NOT EXISTS (SELECT 1 FROM outbox WHERE lane = ?1 AND set_aside_at IS NULL
      AND (claimed_until IS NULL OR last_error IS NOT NULL
        OR claimed_until <= ?2 OR claimed_until > ?3
        OR (claimed_by IS NOT ?4 AND received_at < ?5))) AS is_clear`,
  add: `INSERT INTO outbox (sequence, event, lane, request, verdict, body, received_at, is_first,
    next_attempt_at, claimed_by, claimed_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  laneOf: 'SELECT lane FROM outbox WHERE event = ?',
  remove: 'DELETE FROM outbox WHERE event = ?',
  demote: 'UPDATE outbox SET is_first = 0 WHERE lane = ? AND is_first = 1',
  promote: `UPDATE outbox SET is_first = 1 WHERE sequence =
    (SELECT min(sequence) FROM outbox WHERE lane = ? AND set_aside_at IS NULL)`,
  due: `SELECT event FROM outbox WHERE is_first = 1
    AND (next_attempt_at <= ?2 OR next_attempt_at > ?3)
    AND (claimed_until IS NULL OR claimed_until <= ?1 OR claimed_until > ?3)
    ORDER BY next_attempt_at, sequence LIMIT ?4`,
  claim: `UPDATE outbox SET claimed_by = ?, claimed_until = ?,
    last_error = coalesce(last_error, '${takenOver}') WHERE event = ?`,
  postpone: `UPDATE outbox SET attempts = attempts + 1, next_attempt_at = ?, last_error = ?,
    claimed_by = NULL, claimed_until = NULL WHERE event = ? AND claimed_by = ?`,
  setAside: `UPDATE outbox SET set_aside_reason = ?, set_aside_at = ?, is_first = 0,
    claimed_by = NULL, claimed_until = NULL WHERE event = ? AND set_aside_at IS NULL`,
  resume: `UPDATE outbox SET set_aside_reason = NULL, set_aside_at = NULL, next_attempt_at = ?
    WHERE event = ? AND set_aside_at IS NOT NULL`,
  row: `SELECT ${columns} FROM outbox WHERE event = ?`,
  rows: `SELECT ${columns} FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?`,
  summary: `SELECT count(*) AS count, count(set_aside_at) AS set_aside,
    min(CASE WHEN set_aside_at IS NULL THEN received_at END) AS oldest FROM outbox`,
} as const

/** Puts an answer into the outbox, within the caller's transaction. */
export function enqueue(
  connection: Connection,
  sequence: number,
  owed: NewAnswer,
): Queued | undefined {
  const { event, lane, request, verdict, body, receivedAtMs, claim, nowMs } = owed
  if (connection.get(sql.has, event) !== undefined) return undefined
  const own = claim?.instance ?? null
  const times = [nowMs, nowMs + farAheadMs, own, nowMs - freshMs]
  const { is_first: isFirst, is_clear: isClear } = connection.get(sql.lane, lane, ...times) ?? {}
  connection.run(
    sql.add,
    sequence,
    event,
    lane,
    request,
    verdict,
    body,
    receivedAtMs,
    isFirst === 1 ? 1 : 0,
    receivedAtMs,
    claim?.instance ?? null,
    claim?.untilMs ?? null,
  )
  return { sequence, isClear: isClear === 1 }
}

/** Takes an answer out of the outbox, within the caller's transaction. */
export function dequeue(connection: Connection, event: EventId): void {
  const row = connection.get(sql.laneOf, event)
  if (row === undefined) return
  connection.run(sql.remove, event)
  connection.run(sql.promote, text(row, 'lane'))
}

/** The outbox of one SQLite file. */
export class SqliteOutbox implements Outbox {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async claim(
    { instance, untilMs }: Claim,
    nowMs: number,
    limit: number,
    dueByMs: number = nowMs,
  ): Promise<readonly OutboxRow[]> {
    integer('limit', limit, 1, 1000)
    const due = (most: number) =>
      this.#connection.all(sql.due, nowMs, dueByMs, nowMs + farAheadMs, most)
    // Most of the time nothing is due, and then no lock is taken.
    if (due(1).length === 0) return []
    return Chain.inTurn(this.#connection, () =>
      due(limit).flatMap((row) => {
        const event = text(row, 'event')
        this.#connection.run(sql.claim, instance, untilMs, event)
        return this.#connection.all(sql.row, event).map(outboxRowOf)
      }),
    )
  }

  async postpone(
    event: EventId,
    instance: string,
    { nextAttemptAtMs, error }: FailedAttempt,
  ): Promise<boolean> {
    const values = [nextAttemptAtMs, error, event, instance]
    return Chain.inTurn(this.#connection, () => this.#connection.run(sql.postpone, ...values) === 1)
  }

  async setAside(event: EventId, reason: string, author: Author): Promise<boolean> {
    const change = () => this.#connection.run(sql.setAside, reason, author.atMs, event)
    return this.#change(event, change, 'answer-set-aside', `${event} ${reason}`, author)
  }

  async resume(event: EventId, author: Author): Promise<boolean> {
    const change = () => this.#connection.run(sql.resume, author.atMs, event)
    return this.#change(event, change, 'answer-resumed', event, author)
  }

  async drop(event: EventId, author: Author): Promise<boolean> {
    const change = () => this.#connection.run(sql.remove, event)
    return this.#change(event, change, 'answer-dropped', event, author)
  }

  async row(event: EventId): Promise<OutboxRow | undefined> {
    const row = this.#connection.get(sql.row, event)
    return row && outboxRowOf(row)
  }

  async rows(page: Page<number> = {}): Promise<readonly OutboxRow[]> {
    return this.#connection.all(sql.rows, page.after ?? 0, pageLimit(page)).map(outboxRowOf)
  }

  async summary(): Promise<OutboxSummary> {
    return outboxSummaryOf(this.#connection.get(sql.summary) ?? {})
  }

  /** Changes whether a row belongs to its lane, and finds the first of the lane anew. */
  #change(
    event: EventId,
    change: () => number,
    act: AuditActName,
    detail: string,
    author: Author,
  ): Promise<boolean> {
    return Chain.inTurn(this.#connection, (chain) => {
      const row = this.#connection.get(sql.laneOf, event)
      if (row === undefined || change() === 0) return false
      const lane = text(row, 'lane')
      this.#connection.run(sql.demote, lane)
      this.#connection.run(sql.promote, lane)
      chain.append(auditAct(act, author, detail))
      return true
    })
  }
}
