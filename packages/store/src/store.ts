import type { EventId } from '@boltwarden/core/ids'
import type { Decision } from '@boltwarden/policy/decision'
import type { Delivery } from '@boltwarden/policy/event'
import type { Judgement } from '@boltwarden/policy/judge'
import { isAnswerOwed } from '@boltwarden/policy/owed'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import { type Scope, scopeOf, type View, type Writes } from '@boltwarden/policy/view'
import { type AuditDecision, grantDigest } from './audit/row.ts'
import type { Backend, Step } from './backend.ts'
import { type BatchLimits, Gathering, type OnCommit } from './gathering.ts'
import { type Claim, laneOf, type NewAnswer, type Queued } from './outbox.ts'
import { mintPermit, type Permit } from './permit.ts'

/** What became of a delivery. */
export type Ruling = {
  readonly decision: Decision
  /** Whether this very delivery was decided before. */
  readonly repeated: boolean
  /** Present if and only if the verdict is `sign`. */
  readonly permit?: Permit
  /** What shows that the store is older than the channel, in words. */
  readonly rollback?: string
  /** Where the answer stands in the outbox; present where the decision put it there. */
  readonly queued?: Queued
}

/** What the outbox keeps of a delivery, so that its answer is brought whatever happens. */
export type Keeping = {
  /** The raw webhook body. */
  readonly body: Uint8Array
  /** Who brings the answer first. */
  readonly claim?: Claim
  /** The caller's clock, in milliseconds since 1970; the event's arrival by default. */
  readonly nowMs?: number
}

/** The enforcement state. There is no separate read and write, so they cannot come apart. */
export interface Store extends Omit<Backend, 'commit'> {
  /**
   * Decides a delivery in one exclusive transaction: `step` judges what is remembered, what it
   * wants remembered is committed with a row of the audit log, and only then is there a
   * {@link Permit}. One commit may serve several deliveries, each of which sees what those before it
   * left.
   *
   * @param step - pure: it may be called more than once.
   * @param keeping - puts an answer by mutation into the outbox, in the same transaction.
   */
  decide(delivery: Delivery, step: (view: View) => Judgement, keeping?: Keeping): Promise<Ruling>
  /**
   * Notes the first answer that the platform accepted, and takes the event out of the outbox; later
   * ones change nothing. Shares a commit with others; no reply has to wait for it.
   *
   * @param digest - SHA-256 of what was sent, 32 bytes.
   * @throws {RangeError} if the event was never decided.
   */
  markAnswered(event: EventId, digest: Uint8Array, atMs: number): Promise<void>
}

/** What can be set about a {@link Store}. */
export type StoreOptions = { readonly limits?: BatchLimits; readonly onCommit?: OnCommit }

/** A store over a backend, which it owns from now on. */
export function createStore(backend: Backend, { limits, onCommit }: StoreOptions = {}): Store {
  const gathering = new Gathering<Judgement>(backend, limits, onCommit)
  return {
    async decide(delivery, step, keeping) {
      const task = taskOf(delivery, step, keeping)
      const { value, queued } = await gathering.decide(task, keeping?.body.length ?? 0)
      const { decision, repeated, grant, rollback } = value
      return {
        decision,
        repeated,
        ...(grant !== undefined && { permit: mintPermit(grant) }),
        ...(rollback !== undefined && { rollback }),
        ...(queued !== undefined && { queued }),
      }
    },
    markAnswered: (event, digest, atMs) => gathering.accept(event, digest, atMs),
    outbox: backend.outbox,
    audit: backend.audit,
    channels: (page) => backend.channels(page),
    invoices: (page) => backend.invoices(page),
    channelById: (id) => backend.channelById(id),
    adopt: (channel, author) => backend.adopt(channel, author),
    intent: (id) => backend.intent(id),
    intents: (page) => backend.intents(page),
    registerIntent: (intent, author) => backend.registerIntent(intent, author),
    removeIntent: (id, author) => backend.removeIntent(id, author),
    node: () => backend.node(),
    event: (event) => backend.event(event),
    counts: () => backend.counts(),
    generation: () => backend.generation(),
    accept: (author, reason, atLeast) => backend.accept(author, reason, atLeast),
    prune: (beforeMs, author, limit) => backend.prune(beforeMs, author, limit),
    health: () => backend.health(),
    async [Symbol.asyncDispose]() {
      await gathering.idle()
      await backend[Symbol.asyncDispose]()
    },
  }
}

function taskOf(
  delivery: Delivery,
  step: (view: View) => Judgement,
  keeping: Keeping | undefined,
): { readonly scope: Scope; readonly step: (view: View) => Step<Judgement> } {
  const scope = scopeOf(delivery)
  return {
    scope,
    step: (view) => {
      const judgement = step(view)
      checkWithin(scope, view, judgement.writes)
      const { writes, entry } = judgement
      if (entry === undefined) return { writes, value: judgement }
      const owed = keeping && owedOf(delivery, scope, judgement, keeping)
      const audit = auditOf(entry, judgement)
      const recorded = { audit, ...(owed !== undefined && { owed }) }
      return { writes, recorded, value: judgement }
    },
  }
}

function auditOf(entry: LedgerEntry, { grant }: Judgement): AuditDecision {
  const { receivedAtMs, event, kind, bodyHash, policyHash, verdict, tags } = entry
  return {
    type: 'decision',
    atMs: receivedAtMs,
    event,
    request: kind,
    bodyHash,
    policyHash,
    verdict,
    tags,
    ...(grant !== undefined && { grantDigest: grantDigest(grant) }),
  }
}

function owedOf(
  { event, request, receivedAtMs }: Delivery,
  scope: Scope,
  { decision }: Judgement,
  { body, claim, nowMs = receivedAtMs }: Keeping,
): NewAnswer | undefined {
  if (decision.verdict === 'hold' || !isAnswerOwed(request, decision)) return undefined
  return {
    event,
    lane: laneOf(scope),
    request: request.kind,
    verdict: decision.verdict,
    body,
    receivedAtMs,
    nowMs,
    ...(claim !== undefined && { claim }),
  }
}

/** What was not locked must not be written. */
function checkWithin(scope: Scope, view: View, writes: Writes): void {
  const { event, channels, invoice, intents = [], spends = [], node } = writes
  const spendable = new Set(scope.spends)
  const shown = new Set(view.intents.map(({ id }) => id))
  const isWithin =
    spends.every((spent) => spendable.has(outPointKey(spent))) &&
    (node === undefined || scope.node) &&
    intents.every(({ id }) => shown.has(id)) &&
    (event === undefined || event.event === scope.event) &&
    (invoice === undefined || invoice.invoice === scope.invoice) &&
    channels.every(({ channel, id }) => scope.channels.includes(channel) || id === scope.channelId)
  if (!isWithin) throw new TypeError('"writes" expected nothing outside the scope')
}
