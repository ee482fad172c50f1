import type { EventId } from '@boltwarden/core/ids'
import type { RequestKind } from '@boltwarden/core/request'
import type { Scope } from '@boltwarden/policy/view'
import type { Author } from './audit/row.ts'
import type { Page } from './page.ts'

/** Who works on an answer, and until when nobody else does. */
export type Claim = {
  /** Names one running signer; another process, or the same one started again, has another. */
  readonly instance: string
  /** When the claim ends by itself, in milliseconds since 1970 of the caller's clock. */
  readonly untilMs: number
}

/** An answer that was decided and that the platform has yet to accept. */
export type OwedAnswer = {
  readonly event: EventId
  /** Answers of one lane go out in their order; see {@link laneOf}. */
  readonly lane: string
  readonly request: RequestKind
  readonly verdict: 'sign' | 'decline'
  /** The raw webhook body, from which the answer is made again. Public facts. */
  readonly body: Uint8Array
  /** When the event arrived, in milliseconds since 1970. */
  readonly receivedAtMs: number
  /** Who brings it first; anybody at once where nobody is named. */
  readonly claim?: Claim
}

/** A row of the outbox. */
export type OutboxRow = OwedAnswer & {
  /** That of the decision's row in the audit log; the order of a lane. */
  readonly sequence: number
  /** Whether nothing older of its lane has to go out before it; false where it is set aside. */
  readonly isFirst: boolean
  /** How many attempts failed. */
  readonly attempts: number
  /** Not to be tried before, in milliseconds since 1970. */
  readonly nextAttemptAtMs: number
  /** Code of what the last attempt failed with. */
  readonly lastError?: string
  /** Present where nobody tries any more, until it is resumed. */
  readonly setAside?: { readonly reason: string; readonly atMs: number }
}

/** An answer as it goes into the outbox. */
export type NewAnswer = OwedAnswer & {
  /** The caller's clock as it is decided, in milliseconds since 1970. */
  readonly nowMs: number
}

/** Where an answer stands that was just decided. */
export type Queued = {
  /** As {@link OutboxRow.sequence}. */
  readonly sequence: number
  /**
   * Whether nothing older of its lane waits to be brought again. What is asked for at the same time
   * may go out at the same time: an older answer whose first attempt is under way does not count. It
   * is, while the claim it came with lasts, if that is of the same signer, or younger than
   * {@link freshMs}: another signer may be dead.
   */
  readonly isClear: boolean
}

/** How long an answer counts as being brought for the first time by another signer. */
export const freshMs = 1000

/** Whether the first attempt to bring a row is under way, as {@link Queued} has it. */
export function isFresh(
  { claim, lastError, receivedAtMs }: Pick<OutboxRow, 'claim' | 'lastError' | 'receivedAtMs'>,
  { claim: own, nowMs }: Pick<NewAnswer, 'claim' | 'nowMs'>,
): boolean {
  if (claim === undefined || lastError !== undefined) return false
  const isOn = claim.untilMs > nowMs && claim.untilMs <= nowMs + farAheadMs
  return isOn && (claim.instance === own?.instance || receivedAtMs >= nowMs - freshMs)
}

/** What a row failed with of which nobody knows what became of its first attempt. */
export const takenOver = 'TAKEN_OVER'

/** How much waits. */
export type OutboxSummary = {
  /** Rows that are not set aside. */
  readonly waiting: number
  readonly setAside: number
  /** When the event of the oldest row that waits arrived, in milliseconds since 1970. */
  readonly oldestReceivedAtMs?: number
}

/**
 * Answers that are decided and not yet accepted. A row comes with its decision and goes with
 * `markAnswered`. Only the first row of a lane that is not set aside is ever given out.
 */
export interface Outbox {
  /**
   * Claims rows that are due and that nobody holds: the first of each lane, longest due first. One
   * that did not fail yet has {@link takenOver} as its error from then on.
   *
   * A claim or a pause that ends more than {@link farAheadMs} after `nowMs` was written by a clock
   * that was set back since, and holds nobody off either.
   *
   * @param nowMs - the caller's clock; a claim that ended before it holds nobody off.
   * @param limit - the most rows, 1 to 1,000.
   * @param dueByMs - takes rows that are due by then; `nowMs` by default.
   */
  claim(claim: Claim, nowMs: number, limit: number, dueByMs?: number): Promise<readonly OutboxRow[]>
  /**
   * Notes a failed attempt and gives the claim up.
   *
   * @returns false where `instance` holds the row no more: somebody else works on it by now.
   */
  postpone(event: EventId, instance: string, failure: FailedAttempt): Promise<boolean>
  /**
   * Takes a row out of its lane, which goes on without it; recorded in the audit log.
   *
   * @returns whether there was such a row, not set aside yet.
   */
  setAside(event: EventId, reason: string, author: Author): Promise<boolean>
  /**
   * Puts a row back into its lane, due at once; recorded in the audit log.
   *
   * @returns whether there was such a row, set aside.
   */
  resume(event: EventId, author: Author): Promise<boolean>
  /**
   * Removes a row, whose answer is never brought then; recorded in the audit log. The ledger keeps
   * the decision, and the platform gets the same answer where it asks again.
   *
   * @returns whether there was such a row.
   */
  drop(event: EventId, author: Author): Promise<boolean>
  row(event: EventId): Promise<OutboxRow | undefined>
  /** Rows by ascending sequence. */
  rows(page?: Page<number>): Promise<readonly OutboxRow[]>
  summary(): Promise<OutboxSummary>
}

/** Nobody claims a row, or lets one rest, for longer than this: an hour. */
export const farAheadMs = 3_600_000

/** An attempt that failed. */
export type FailedAttempt = {
  /** When to try again, in milliseconds since 1970. */
  readonly nextAttemptAtMs: number
  /** A stable code; public. */
  readonly error: string
}

/**
 * The lane of a delivery: answers about one channel go out in their order, and so do those about one
 * invoice.
 *
 * @example
 * ```ts
 * import { eventId, invoiceId } from '@boltwarden/core/ids'
 * import { laneOf } from '@boltwarden/store'
 * const nothing = { channels: [], intents: [], fundings: [], spends: [], node: false }
 * laneOf({ ...nothing, event: eventId('e-1'), invoice: invoiceId('Invoice:1') }) // 'invoice Invoice:1'
 * ```
 */
export function laneOf({ channels: [channel], channelId, invoice, event }: Scope): string {
  if (channel !== undefined) return `m/3/${channel}`
  if (channelId !== undefined) return `channel ${channelId}`
  return invoice === undefined ? `event ${event}` : `invoice ${invoice}`
}
