import type { ChannelId, EventId, InvoiceId } from '@boltwarden/core/ids'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import type { Intent } from '@boltwarden/policy/state/intent'
import type { InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import type { NodeState } from '@boltwarden/policy/state/node-state'
import type { Scope, View, Writes } from '@boltwarden/policy/view'
import type { Checkpoint } from './audit/checkpoint.ts'
import type {
  AuditAct,
  AuditDecision,
  AuditHead,
  AuditRow,
  AuditSeal,
  Author,
} from './audit/row.ts'
import type { NewAnswer, Outbox, Queued } from './outbox.ts'
import type { Page } from './page.ts'

/** What a step leaves behind and what it tells its caller. */
export type Step<T> = {
  readonly writes: Writes
  /** Absent where there is no new decision, only the same answer again. */
  readonly recorded?: Recorded
  readonly value: T
}

/** What is recorded of a decision beside the ledger. */
export type Recorded = {
  /** The next row of the audit log. */
  readonly audit: AuditDecision
  /** A row of the outbox; one that stands there for this event already stays as it is. */
  readonly owed?: NewAnswer
}

/** One decision of a {@link Batch}. */
export type Task<T> = {
  /** What the step sees and may write: what is to be locked. */
  readonly scope: Scope
  /** Pure and synchronous; called again where the transaction has to be tried again. */
  readonly step: (view: View) => Step<T>
}

/** An answer that the platform accepted. */
export type AcceptedAnswer = {
  readonly event: EventId
  /** SHA-256 of what was sent, 32 bytes. */
  readonly digest: Uint8Array
  /** Milliseconds since 1970. */
  readonly atMs: number
}

/** What is committed at once. */
export type Batch<T> = {
  readonly tasks: readonly Task<T>[]
  readonly accepted: readonly AcceptedAnswer[]
}

/** What became of a task. */
export type Done<T> = {
  readonly value: T
  /** Present where the step put an answer into the outbox. */
  readonly queued?: Queued
}

/** What became of each part of a {@link Batch}, in its order. */
export type BatchOutcome<T> = {
  readonly tasks: readonly PromiseSettledResult<Done<T>>[]
  readonly accepted: readonly PromiseSettledResult<void>[]
}

/** How much is remembered. */
export type Counts = {
  readonly channels: number
  readonly invoices: number
  readonly events: number
}

/** How far a store has come: tells an old copy, or another one, from what it should be. */
export type Generation = {
  /** 16 random bytes in hex: drawn when the store is made, and anew when somebody accepts it. */
  readonly lineage: string
  /** One more with every commit. */
  readonly generation: number
  /** Where the audit log ends. */
  readonly head: AuditHead
}

/** The log of every decision and of what was done beside them; each row chained to the one before. */
export interface AuditLog {
  /** Rows by ascending sequence. */
  rows(page?: Page<number>): Promise<readonly AuditRow[]>
  /** Adds a row about something that changes nothing else in the store. */
  append(fact: AuditAct | AuditSeal): Promise<AuditRow>
  /** What stands for the rows that were pruned, if any were. */
  anchor(): Promise<Checkpoint | undefined>
  /**
   * Keeps `anchor` in the place of the rows up to its sequence, records that, and removes the
   * oldest of them: at most 1,000 at once, so that nobody waits long.
   *
   * @returns how many rows were removed; asked again until it is 0.
   * @throws {RangeError} if the row of that sequence has another hash, or is not there.
   */
  prune(anchor: Checkpoint, author: Author): Promise<number>
}

/** What a database must do for a `Store`; `@boltwarden/store/testing` tests it. */
export interface Backend {
  readonly outbox: Outbox
  readonly audit: AuditLog
  /**
   * Commits a batch durably, in one transaction, and only then resolves. First the accepted answers
   * are noted: the first one of an event stays, its row of the outbox goes. Then the tasks run in
   * their order, each under an exclusive lock of its scope, each seeing what those before it write.
   *
   * What concerns one part only rejects that part, which leaves nothing: a step that throws (with
   * what it threw), writes that would change what never changes (`STORE_CONFLICT`), a row that does
   * not read (`STORE_CORRUPT`), an accepted answer to an event that was never decided
   * (`RangeError`).
   *
   * @throws {StoreFault} if the database fails; nothing was written then, unless the fault is
   *   `STORE_OUTCOME_UNKNOWN`.
   */
  commit<T>(batch: Batch<T>): Promise<BatchOutcome<T>>
  /** Channels by ascending path. */
  channels(page?: Page<number>): Promise<readonly ChannelState[]>
  /** Invoices by ascending id. */
  invoices(page?: Page<InvoiceId>): Promise<readonly InvoiceState[]>
  channelById(id: ChannelId): Promise<ChannelState | undefined>
  /**
   * Adds a channel that was opened before this signer knew of it; recorded in the audit log.
   *
   * @throws {StoreFault} `STORE_CONFLICT` if its path or its id is known.
   */
  adopt(channel: ChannelState, author: Author): Promise<void>
  intent(id: string): Promise<Intent | undefined>
  /** Intents by ascending id. */
  intents(page?: Page<string>): Promise<readonly Intent[]>
  /**
   * Adds an intent; recorded in the audit log.
   *
   * @throws {StoreFault} `STORE_CONFLICT` if there is one of this id.
   */
  registerIntent(intent: Intent, author: Author): Promise<void>
  /** Resolves to whether there was one of this id; recorded in the audit log if there was. */
  removeIntent(id: string, author: Author): Promise<boolean>
  node(): Promise<NodeState>
  event(event: EventId): Promise<LedgerEntry | undefined>
  counts(): Promise<Counts>
  /** How far the store has come. */
  generation(): Promise<Generation>
  /**
   * Goes on with this store although it is not the one that was expected: gives it a new lineage and
   * a generation above `atLeast`, and records it in the audit log.
   *
   * @param reason - in the operator's words; public.
   */
  accept(author: Author, reason: string, atLeast: number): Promise<Generation>
  /**
   * Forgets events that arrived and are dated before `beforeMs` and are closed: answered, held, or
   * refused without a mutation; never one whose answer stands in the outbox. Recorded in the audit
   * log, and shown to every decision from then on (`View.forgottenBeforeMs`).
   *
   * @param limit - the most events at once, 1 to 1,000; asked again until it gives 0.
   * @returns how many events were forgotten.
   */
  prune(beforeMs: number, author: Author, limit?: number): Promise<number>
  /** Resolves if a durable write is possible now. */
  health(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
