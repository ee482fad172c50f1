import type { EventId } from '@boltwarden/core/ids'
import {
  type AuditFact,
  type Author,
  auditAct,
  type Claim,
  type FailedAttempt,
  farAheadMs,
  isFresh,
  type NewAnswer,
  type Outbox,
  type OutboxRow,
  type OutboxSummary,
  type Page,
  type Queued,
  takenOver,
} from '@boltwarden/store'
import { pageLimit } from '#src/page'

/** Who is first is found whenever a row is shown. */
type Kept = Omit<OutboxRow, 'isFirst'>

type Ports = { readonly record: (fact: AuditFact) => void; readonly written: () => void }

/** The outbox of the model. */
export class MemoryOutbox implements Outbox {
  readonly #rows = new Map<EventId, Kept>()
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  add(sequence: number, answer: NewAnswer): Queued | undefined {
    if (this.#rows.has(answer.event)) return undefined
    const { nowMs: _nowMs, ...owed } = answer
    const isClear = this.#sorted().every(
      (row) => row.lane !== owed.lane || row.setAside !== undefined || isFresh(row, answer),
    )
    const nextAttemptAtMs = owed.receivedAtMs
    this.#rows.set(owed.event, { ...owed, sequence, attempts: 0, nextAttemptAtMs })
    return { sequence, isClear }
  }

  has(event: EventId): boolean {
    return this.#rows.has(event)
  }

  remove(event: EventId): boolean {
    return this.#rows.delete(event)
  }

  async claim(
    claim: Claim,
    nowMs: number,
    limit: number,
    dueByMs: number = nowMs,
  ): Promise<readonly OutboxRow[]> {
    const isOver = (atMs: number, byMs: number) => atMs <= byMs || atMs > nowMs + farAheadMs
    const due = [...this.#rows.values()]
      .filter((row) => this.#first(row.lane) === row && isOver(row.nextAttemptAtMs, dueByMs))
      .filter((row) => row.claim === undefined || isOver(row.claim.untilMs, nowMs))
      .sort((a, b) => a.nextAttemptAtMs - b.nextAttemptAtMs || a.sequence - b.sequence)
      .slice(0, pageLimit({ limit }))
      .map((row) => ({ ...row, claim, lastError: row.lastError ?? takenOver }))
    for (const row of due) this.#rows.set(row.event, row)
    if (due.length > 0) this.#ports.written()
    return due.map((row) => this.#shown(row))
  }

  async postpone(event: EventId, instance: string, failure: FailedAttempt): Promise<boolean> {
    const row = this.#rows.get(event)
    if (row?.claim?.instance !== instance) return false
    const { claim: _claim, ...rest } = row
    const { nextAttemptAtMs, error: lastError } = failure
    this.#rows.set(event, { ...rest, attempts: row.attempts + 1, nextAttemptAtMs, lastError })
    this.#ports.written()
    return true
  }

  async setAside(event: EventId, reason: string, author: Author): Promise<boolean> {
    const row = this.#rows.get(event)
    if (row === undefined || row.setAside !== undefined) return false
    const { claim: _claim, ...rest } = row
    this.#rows.set(event, { ...rest, setAside: { reason, atMs: author.atMs } })
    this.#ports.record(auditAct('answer-set-aside', author, `${event} ${reason}`))
    this.#ports.written()
    return true
  }

  async resume(event: EventId, author: Author): Promise<boolean> {
    const row = this.#rows.get(event)
    if (row?.setAside === undefined) return false
    const { setAside: _setAside, ...rest } = row
    this.#rows.set(event, { ...rest, nextAttemptAtMs: author.atMs })
    this.#ports.record(auditAct('answer-resumed', author, event))
    this.#ports.written()
    return true
  }

  async drop(event: EventId, author: Author): Promise<boolean> {
    if (!this.#rows.delete(event)) return false
    this.#ports.record(auditAct('answer-dropped', author, event))
    this.#ports.written()
    return true
  }

  async row(event: EventId): Promise<OutboxRow | undefined> {
    const row = this.#rows.get(event)
    return row && this.#shown(row)
  }

  async rows(page: Page<number> = {}): Promise<readonly OutboxRow[]> {
    return this.#sorted()
      .filter(({ sequence }) => sequence > (page.after ?? 0))
      .slice(0, pageLimit(page))
      .map((row) => this.#shown(row))
  }

  async summary(): Promise<OutboxSummary> {
    const rows = [...this.#rows.values()]
    const waiting = rows.filter(({ setAside }) => setAside === undefined)
    const oldest = Math.min(...waiting.map(({ receivedAtMs }) => receivedAtMs))
    return {
      waiting: waiting.length,
      setAside: rows.length - waiting.length,
      ...(waiting.length > 0 && { oldestReceivedAtMs: oldest }),
    }
  }

  #shown(row: Kept): OutboxRow {
    return { ...row, isFirst: this.#first(row.lane) === row }
  }

  #first(lane: string): Kept | undefined {
    return this.#sorted().find((row) => row.lane === lane && row.setAside === undefined)
  }

  #sorted(): readonly Kept[] {
    return [...this.#rows.values()].sort((a, b) => a.sequence - b.sequence)
  }
}
