import { equalBytes, type PublicKey } from '@boltwarden/core/bytes'
import type { EventId } from '@boltwarden/core/ids'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { Checkpoint } from '../audit/checkpoint.ts'
import type { AuditHead } from '../audit/row.ts'
import { type AuditReport, AuditVerification } from '../audit/verify.ts'
import { anchorOf, auditRowOf, forgottenBeforeOf, generationOf } from '../audit-rows.ts'
import type { Backend, Generation } from '../backend.ts'
import { isStoreFault } from '../fault.ts'
import type { Halt } from '../halt.ts'
import type { Row } from '../rows.ts'
import type { Upkeep } from '../upkeep.ts'
import { AuditedDecisions, verifyLedger, verifyOutbox } from './decisions.ts'
import { everyRow } from './every-row.ts'
import { Findings, type StoreFinding } from './findings.ts'
import { verifyStates } from './states.ts'

/** What a store is verified with. */
export type StoreTrust = {
  /** Of the audit key. */
  readonly publicKey: PublicKey
  readonly secp256k1: Secp256k1
  /** Places of the audit log that were kept elsewhere. */
  readonly kept?: readonly AuditHead[]
}

/** What a verification of a store found. */
export type StoreReport = {
  /** How many rows of each kind were looked at. */
  readonly rows: {
    readonly states: number
    readonly ledger: number
    readonly outbox: number
    readonly audit: number
  }
  readonly generation: Generation | undefined
  readonly audit: AuditReport
  readonly halted: Halt | undefined
  /** How many things are wrong; none where 0. */
  readonly problems: number
  /** The first 100 of them. */
  readonly findings: readonly StoreFinding[]
}

/**
 * Verifies everything that a store holds: the database itself, that every row reads, that what is
 * derived or stands twice says the same, and the audit log to its end. A store that is in use gives
 * false alarms: it changes while it is read.
 */
export async function verifyStore(
  upkeep: Upkeep,
  backend: Pick<Backend, 'event'>,
  trust: StoreTrust,
): Promise<StoreReport> {
  const findings = new Findings()
  for (const problem of await upkeep.integrity()) findings.add('database', '', problem)
  const states = await verifyStates(upkeep, findings)
  const [chain] = await upkeep.rows('chain', 1)
  const { anchor, generation, forgottenBeforeMs } = readChain(chain, findings)
  const audited = new AuditedDecisions(forgottenBeforeMs)
  const audit = await verifyLog(upkeep, { ...trust, anchor }, audited, findings)
  if (generation !== undefined) compareHeads(generation.head, audit.head, findings)
  const isPruned = anchor !== undefined
  const outbox = await verifyOutbox(upkeep, audited, readableIn(backend), isPruned, findings)
  const ledger = await verifyLedger(upkeep, audited, isPruned, findings)
  const halted = await upkeep.halted()
  return {
    rows: { states, ledger, outbox, audit: audit.rows },
    generation,
    audit,
    halted,
    problems: findings.count,
    findings: findings.list,
  }
}

/** An entry that does not read is told where the ledger is looked at. */
function readableIn(backend: Pick<Backend, 'event'>) {
  return async (event: EventId) => {
    try {
      return await backend.event(event)
    } catch (error) {
      if (isStoreFault(error, 'STORE_CORRUPT')) return undefined
      throw error
    }
  }
}

function readChain(
  row: Row | undefined,
  findings: Findings,
): {
  readonly anchor: Checkpoint | undefined
  readonly generation: Generation | undefined
  readonly forgottenBeforeMs: number
} {
  if (row === undefined) {
    findings.add('audit', 'chain', 'the row is missing')
    return { anchor: undefined, generation: undefined, forgottenBeforeMs: 0 }
  }
  return {
    anchor: findings.read('audit', 'anchor', () => anchorOf(row)),
    generation: findings.read('audit', 'chain', () => generationOf(row)),
    forgottenBeforeMs: findings.read('audit', 'forgotten', () => forgottenBeforeOf(row)) ?? 0,
  }
}

async function verifyLog(
  upkeep: Upkeep,
  trust: StoreTrust & { readonly anchor: Checkpoint | undefined },
  audited: AuditedDecisions,
  findings: Findings,
): Promise<AuditReport> {
  const verification = new AuditVerification(trust)
  for await (const row of everyRow(upkeep, 'audit')) {
    const read = findings.read('audit', String(row['sequence']), () => auditRowOf(row))
    // What was pruned is removed step by step, and what is left of it stands for nothing.
    if (read === undefined || read.sequence <= (trust.anchor?.sequence ?? 0)) continue
    verification.add(read)
    audited.add(read)
  }
  const report = verification.report()
  for (const { sequence, flaw } of report.findings) findings.add('audit', `${sequence}`, flaw)
  return report
}

function compareHeads(known: AuditHead, found: AuditHead, findings: Findings): void {
  if (known.sequence === found.sequence && equalBytes(known.hash, found.hash)) return
  findings.add('audit', `${known.sequence}`, `the log ends at ${found.sequence} instead`)
}
