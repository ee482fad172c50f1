import type { EventId } from '@boltwarden/core/ids'
import { farAheadMs, freshMs, type NewAnswer, type Queued } from '../outbox.ts'
import { text } from '../rows.ts'
import type { Result, Statement } from './session.ts'

const sql = {
  there: 'SELECT event, lane FROM outbox WHERE event = ANY($1::text[])',
  // What is no first attempt under way, as `isFresh` has it, waits.
  lanes: `SELECT lane, bool_or(claimed_until IS NULL OR last_error IS NOT NULL
      OR claimed_until <= $3 OR claimed_until > $4
      OR (NOT claimed_by = ANY($5::text[]) AND received_at < $6)) AS waits
    FROM outbox WHERE lane = ANY($1::text[]) AND set_aside_at IS NULL
    AND NOT event = ANY($2::text[]) GROUP BY lane`,
  remove: 'DELETE FROM outbox WHERE event = ANY($1::text[])',
  promote: `UPDATE outbox SET is_first = 1 WHERE sequence IN
    (SELECT min(sequence) FROM outbox WHERE lane = ANY($1::text[]) AND set_aside_at IS NULL
      GROUP BY lane)`,
  add: `INSERT INTO outbox (sequence, event, lane, request, verdict, body, received_at, is_first,
      next_attempt_at, claimed_by, claimed_until)
    SELECT sequence, event, lane, request, verdict, body, received_at, is_first, received_at,
      claimed_by, claimed_until
    FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[],
      $7::bigint[], $8::integer[], $9::text[], $10::bigint[]) AS r (sequence, event, lane, request,
      verdict, body, received_at, is_first, claimed_by, claimed_until)`,
} as const

/** An answer to go into the outbox, with the sequence of its decision. */
export type Owed = { readonly sequence: number; readonly answer: NewAnswer }

/** Which of these events stand in the outbox. */
export function lookForQueued(events: readonly EventId[]): Statement {
  return { name: 'queued', text: sql.there, values: [events] }
}

/** What has to be known of the outbox, under the lock of the chain, before {@link queueing}. */
export function lookAtOutbox(
  accepted: readonly EventId[],
  owed: readonly NewAnswer[],
): readonly Statement[] {
  const lanes = [...new Set(owed.map(({ lane }) => lane))]
  // A batch is of one signer.
  const instances = [...new Set(owed.flatMap(({ claim }) => claim?.instance ?? []))]
  const nowMs = Math.max(0, ...owed.map((answer) => answer.nowMs))
  const times = [nowMs, nowMs + farAheadMs, instances, nowMs - freshMs]
  return [
    lookForQueued([...accepted, ...owed.map(({ event }) => event)]),
    { name: 'lanes', text: sql.lanes, values: [lanes, accepted, ...times] },
  ]
}

/**
 * Takes accepted answers out of the outbox and puts owed ones in.
 *
 * @param results - of {@link lookAtOutbox}.
 */
export function queueing(
  results: readonly Result[],
  accepted: readonly EventId[],
  owed: readonly Owed[],
): { readonly statements: readonly Statement[]; readonly queued: ReadonlyMap<number, Queued> } {
  const [there, taken] = results
  const lanesOf = new Map(
    (there?.rows ?? []).map((row) => [text(row, 'event'), text(row, 'lane')] as const),
  )
  const gone = accepted.filter((event) => lanesOf.has(event))
  const waiting = new Set(lanesOf.keys())
  for (const event of gone) waiting.delete(event)
  const lanes = new Map(
    (taken?.rows ?? []).map((row) => [text(row, 'lane'), row['waits'] === true] as const),
  )
  const queued = new Map<number, Queued>()
  const added: (Owed & { readonly isFirst: boolean })[] = []
  for (const { sequence, answer } of owed) {
    if (waiting.has(answer.event)) continue
    const before = lanes.get(answer.lane)
    const isFirst = before === undefined
    lanes.set(answer.lane, before === true || answer.claim === undefined)
    waiting.add(answer.event)
    queued.set(sequence, { sequence, isClear: before !== true })
    added.push({ sequence, answer, isFirst })
  }
  const freed = [...new Set(gone.flatMap((event) => lanesOf.get(event) ?? []))]
  return { statements: [...removing(gone, freed), ...adding(added)], queued }
}

function removing(events: readonly EventId[], lanes: readonly string[]): readonly Statement[] {
  if (events.length === 0) return []
  return [
    { name: 'dequeue', text: sql.remove, values: [events] },
    { name: 'promote', text: sql.promote, values: [lanes] },
  ]
}

/** After {@link removing}: a row that was promoted there must not find one of these before it. */
function adding(rows: readonly (Owed & { readonly isFirst: boolean })[]): readonly Statement[] {
  if (rows.length === 0) return []
  const column = <C>(read: (answer: NewAnswer) => C) => rows.map(({ answer }) => read(answer))
  const values = [
    rows.map(({ sequence }) => sequence),
    column(({ event }) => event),
    column(({ lane }) => lane),
    column(({ request }) => request),
    column(({ verdict }) => verdict),
    column(({ body }) => Buffer.from(body)),
    column(({ receivedAtMs }) => receivedAtMs),
    rows.map(({ isFirst }) => (isFirst ? 1 : 0)),
    column(({ claim }) => claim?.instance ?? null),
    column(({ claim }) => claim?.untilMs ?? null),
  ]
  return [{ name: 'enqueue', text: sql.add, values }]
}
