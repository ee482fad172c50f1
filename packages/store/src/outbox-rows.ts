import { eventId } from '@boltwarden/core/ids'
import { everyKind } from '@boltwarden/policy/rules/rule'
import type { OutboxRow, OutboxSummary } from './outbox.ts'
import { blob, integer, nullable, oneOf, type Row, reading, text } from './rows.ts'

/** The columns of `outbox` that make a row. */
export const outboxColumns = [
  'sequence',
  'event',
  'lane',
  'request',
  'verdict',
  'body',
  'received_at',
  'is_first',
  'attempts',
  'next_attempt_at',
  'last_error',
  'claimed_by',
  'claimed_until',
  'set_aside_reason',
  'set_aside_at',
] as const

/**
 * The owed answer of a row.
 *
 * @throws {StoreFault} `STORE_CORRUPT`.
 */
export function outboxRowOf(row: Row): OutboxRow {
  return reading('outbox', () => {
    const instance = nullable(row, 'claimed_by', text)
    const lastError = nullable(row, 'last_error', text)
    const reason = nullable(row, 'set_aside_reason', text)
    return {
      sequence: integer(row, 'sequence'),
      event: eventId(text(row, 'event')),
      lane: text(row, 'lane'),
      request: oneOf(row, 'request', everyKind),
      verdict: oneOf(row, 'verdict', ['sign', 'decline'] as const),
      body: blob(row, 'body'),
      receivedAtMs: integer(row, 'received_at'),
      isFirst: integer(row, 'is_first') === 1,
      attempts: integer(row, 'attempts'),
      nextAttemptAtMs: integer(row, 'next_attempt_at'),
      ...(lastError !== undefined && { lastError }),
      ...(instance !== undefined && {
        claim: { instance, untilMs: integer(row, 'claimed_until') },
      }),
      ...(reason !== undefined && { setAside: { reason, atMs: integer(row, 'set_aside_at') } }),
    }
  })
}

/** The summary of a row of `count`, `set_aside` and `oldest`. */
export function outboxSummaryOf(row: Row): OutboxSummary {
  return reading('outbox', () => {
    const setAside = integer(row, 'set_aside')
    const oldestReceivedAtMs = nullable(row, 'oldest', integer)
    return {
      waiting: integer(row, 'count') - setAside,
      setAside,
      ...(oldestReceivedAtMs !== undefined && { oldestReceivedAtMs }),
    }
  })
}
