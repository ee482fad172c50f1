import { createHash } from 'node:crypto'
import { equalBytes } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import type { AuditDecision, AuditRow } from '../audit/row.ts'
import type { OutboxRow } from '../outbox.ts'
import { outboxRowOf } from '../outbox-rows.ts'
import { integer, ledgerEntryOf } from '../rows.ts'
import type { Upkeep } from '../upkeep.ts'
import { everyRow } from './every-row.ts'
import type { Findings } from './findings.ts'

type Rows = Pick<Upkeep, 'rows'>

/** What the audit log says was decided, kept small: one line for each decision. */
export class AuditedDecisions {
  readonly #byEvent = new Map<string, Set<string>>()
  readonly #eventAt = new Map<number, string>()
  readonly #forgottenBeforeMs: number
  #firstAtMs = Number.POSITIVE_INFINITY

  /** @param forgottenBeforeMs - events that arrived before may be gone from the ledger. */
  constructor(forgottenBeforeMs: number) {
    this.#forgottenBeforeMs = forgottenBeforeMs
  }

  add({ sequence, fact }: AuditRow): void {
    if (sequence === 1) this.#firstAtMs = fact.atMs
    if (fact.type !== 'decision') return
    this.#eventAt.set(sequence, fact.event)
    const known = this.#byEvent.get(fact.event)
    if (known === undefined) this.#byEvent.set(fact.event, new Set([lineOf(fact)]))
    else known.add(lineOf(fact))
  }

  /** Whether a decision of an entry of the ledger stands in the log. */
  has(entry: LedgerEntry): boolean {
    const { kind: request, receivedAtMs: atMs } = entry
    return this.#byEvent.get(entry.event)?.has(lineOf({ ...entry, request, atMs })) === true
  }

  /** Takes an event out; what is left at the end stands in no ledger. */
  settle(event: string): void {
    this.#byEvent.delete(event)
  }

  /** The event that was decided in a row. */
  eventAt(sequence: number): string | undefined {
    return this.#eventAt.get(sequence)
  }

  /** Events that no ledger has, and that were not forgotten because they were old and closed. */
  get unsettled(): readonly string[] {
    const lines = [...this.#byEvent].filter(([, decisions]) =>
      [...decisions].some((line) => Number(line.split(' ', 1)[0]) >= this.#forgottenBeforeMs),
    )
    return lines.map(([event]) => event)
  }

  /** Whether the row of a decision may be gone: the log was pruned, or it began later. */
  mayBeGone({ receivedAtMs }: LedgerEntry, isPruned: boolean): boolean {
    return isPruned || receivedAtMs < this.#firstAtMs
  }
}

type Decided = Pick<
  AuditDecision,
  'atMs' | 'request' | 'bodyHash' | 'policyHash' | 'verdict' | 'tags'
>

function lineOf({ atMs, request, bodyHash, policyHash, verdict, tags }: Decided): string {
  const hash = createHash('sha256')
  hash.update(`${request} ${verdict} ${tags.join()}`).update(bodyHash).update(policyHash)
  return `${atMs} ${hash.digest('base64')}`
}

/** Whether each entry of the ledger has its row in the audit log, and the reverse; how many. */
export async function verifyLedger(
  upkeep: Rows,
  audited: AuditedDecisions,
  isPruned: boolean,
  findings: Findings,
): Promise<number> {
  let count = 0
  for await (const row of everyRow(upkeep, 'events')) {
    count++
    const at = String(row['event'])
    const entry = findings.read('ledger', at, () => ledgerEntryOf(row))
    if (entry !== undefined && !audited.has(entry) && !audited.mayBeGone(entry, isPruned)) {
      findings.add('ledger', at, 'its decision stands in no row of the audit log')
    }
    audited.settle(at)
  }
  for (const event of audited.unsettled) {
    findings.add('ledger', event, 'was decided by the audit log, and is not in the ledger')
  }
  return count
}

/** Whether what is owed was decided so, and the first of each lane is known; how many rows. */
export async function verifyOutbox(
  upkeep: Rows,
  audited: AuditedDecisions,
  ledger: (event: OutboxRow['event']) => Promise<LedgerEntry | undefined>,
  isPruned: boolean,
  findings: Findings,
): Promise<number> {
  const lanes = new Set<string>()
  let count = 0
  for await (const row of everyRow(upkeep, 'outbox')) {
    count++
    const at = String(row['event'])
    const owed = findings.read('outbox', at, () => outboxRowOf(row))
    if (owed === undefined) continue
    const problem = problemOf(
      owed,
      await ledger(owed.event),
      audited.eventAt(owed.sequence),
      isPruned,
    )
    if (problem !== undefined) findings.add('outbox', at, problem)
    const isFirst = owed.setAside === undefined && !lanes.has(owed.lane)
    if (owed.setAside === undefined) lanes.add(owed.lane)
    if ((integer(row, 'is_first') === 1) !== isFirst) {
      findings.add('outbox', at, isFirst ? 'is not tried, though first' : 'is tried out of turn')
    }
  }
  return count
}

function problemOf(
  owed: OutboxRow,
  entry: LedgerEntry | undefined,
  decidedAt: string | undefined,
  isPruned: boolean,
): string | undefined {
  if (entry === undefined) return 'its event is not in the ledger'
  if (entry.answeredAtMs !== undefined) return 'its answer was accepted already'
  if (entry.verdict !== owed.verdict || entry.kind !== owed.request) return 'was decided otherwise'
  const bodyHash = createHash('sha256').update(owed.body).digest()
  if (!equalBytes(bodyHash, entry.bodyHash)) {
    return `its body is not that of ${toHex(entry.bodyHash).slice(0, 16)}…`
  }
  if (decidedAt === owed.event || (decidedAt === undefined && isPruned)) return undefined
  return `row ${owed.sequence} of the audit log does not decide it`
}
