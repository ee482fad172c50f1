import { randomBytes } from 'node:crypto'
import type { Recorded, Scenario } from '../shared/corpus.ts'
import { subjectsOf } from './answers.ts'

/** A recorded event, as it is asked now. */
export type Question = {
  readonly event: string
  readonly body: string
  readonly recorded: Recorded
}

/** Events as old as the recording would be held: the platform asks them today. */
export function askedNow(recorded: Recorded, event: string = recorded.eventId): Question {
  const now = { event_id: event, timestamp: new Date().toISOString() }
  return { event, body: JSON.stringify({ ...JSON.parse(recorded.body), ...now }), recorded }
}

/** The same question under another event id. */
export const askedAnew = (recorded: Recorded): Question =>
  askedNow(recorded, randomBytes(16).toString('hex'))

/** The nonce that each event which asks for a payment hash was answered with. */
export function noncesOf({ events }: Scenario): Readonly<Record<string, string>> {
  return Object.fromEntries(
    events.flatMap(({ eventId, expected }) => {
      const nonce = expected?.variables.preimage_nonce
      return expected?.operation === 'SetInvoicePaymentHash' && nonce ? [[eventId, nonce]] : []
    }),
  )
}

/** What has to come in an order: what is about one channel, and what is about one invoice. */
function laneOf({ body, eventId }: Recorded): string {
  const { data } = JSON.parse(body)
  const path: unknown = data.derivation_path ?? data.signing_jobs?.[0]?.derivation_path
  const [, channel] = /^m\/3\/(\d+)/.exec(String(path)) ?? []
  return channel ?? data.invoice_id ?? eventId
}

/** The answers that stand in another order than they were asked for, within one lane. */
export function outOfOrder({ events }: Scenario, order: readonly string[]): readonly string[] {
  const places = new Map<string, { readonly lane: string; readonly at: number }>()
  for (const [at, recorded] of events.entries()) {
    if (recorded.expected === null) continue
    for (const [subject] of subjectsOf(recorded.expected)) {
      if (!places.has(subject)) places.set(subject, { lane: laneOf(recorded), at })
    }
  }
  const reached = new Map<string, number>()
  return order.filter((subject) => {
    const place = places.get(subject)
    if (place === undefined) return true
    const { lane, at } = place
    const isLate = at < (reached.get(lane) ?? -1)
    reached.set(lane, Math.max(at, reached.get(lane) ?? -1))
    return isLate
  })
}
