import { type Delivery, lastAttempt } from '../webhook/delivery.ts'

/** How many events went to the signer, how many of them it answered, and how long that took. */
export type Timings = {
  readonly events: number
  readonly answered: number
  /** Milliseconds from a call of the webhook to its answer. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** The longest. */
  readonly maxMs: number
}

/** Reads them off the platform's own record. */
export function readTimings(deliveries: readonly Delivery[]): Timings {
  const latencies = deliveries
    .flatMap((delivery) => lastAttempt(delivery)?.latencyMs ?? [])
    .sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(share * (latencies.length - 1))] ?? 0
  return {
    events: deliveries.length,
    answered: deliveries.filter(({ outcome }) => outcome === 'accepted').length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: at(1),
  }
}
