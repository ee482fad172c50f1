import type { Counts, Generation, OutboxSummary } from '@boltwarden/store'
import { Gauge, type Registry } from 'prom-client'
import { prefix } from './prefix.ts'

/** What is read of the store for the metrics. */
export type StoreFacts = {
  readonly outbox: OutboxSummary
  /** Milliseconds since 1970, for ages. */
  readonly nowMs: number
  readonly counts: Counts
  readonly generation: Generation
}

/** Makes the gauges of the store; undefined facts say that it cannot be read. */
export function storeGauges(registry: Registry): (facts: StoreFacts | undefined) => void {
  const gauge = <T extends string>(name: string, help: string, ...labelNames: T[]) =>
    new Gauge({ name: `${prefix}${name}`, help, labelNames, registers: [registry] })
  const readable = gauge('store_readable', 'Whether the store could be read for these metrics')
  const answers = gauge(
    'outbox_answers',
    'Events whose answer the platform has not accepted: waiting, or set aside',
    'state',
  )
  const age = gauge(
    'outbox_oldest_age_seconds',
    'Since the event of the oldest answer that waits arrived; 0 where none waits',
  )
  const rows = gauge('store_rows', 'What is remembered: the events are the ledger', 'kind')
  const generation = gauge('store_generation', 'How many commits there were')
  const audit = gauge('audit_rows', 'Where the audit log ends')
  return (facts) => {
    readable.set(facts === undefined ? 0 : 1)
    if (facts === undefined) return
    const { outbox, nowMs, counts } = facts
    answers.set({ state: 'waiting' }, outbox.waiting)
    answers.set({ state: 'set-aside' }, outbox.setAside)
    const oldestMs = outbox.oldestReceivedAtMs ?? nowMs
    age.set(Math.max(0, nowMs - oldestMs) / 1000)
    for (const kind of ['channels', 'invoices', 'events'] as const) rows.set({ kind }, counts[kind])
    generation.set(facts.generation.generation)
    audit.set(facts.generation.head.sequence)
  }
}
