import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

/** What the platform takes from the machine it runs on; a test brings its own. */
export type Environment = {
  /** Microseconds since 1970: the precision of the platform's timestamps. */
  readonly nowMicros: () => number
  readonly random: (length: number) => Uint8Array
  /** Resolves after `ms` milliseconds, or rejects as soon as `signal` aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** The real clock, the system's entropy, real time. */
export const machine: Environment = {
  nowMicros: () => Math.round((performance.timeOrigin + performance.now()) * 1000),
  random: (length) => new Uint8Array(randomBytes(length)),
  wait: (ms, signal) => delay(ms, undefined, { signal }),
}

/**
 * RFC 3339 with microseconds and a numeric offset, as the platform spells it.
 *
 * @example
 * ```ts
 * import { formatTimestamp } from '@boltwarden/sandbox'
 * formatTimestamp(1_717_561_245_171_899) // '2024-06-05T04:20:45.171899+00:00'
 * ```
 */
export function formatTimestamp(micros: number): string {
  const seconds = new Date(Math.floor(micros / 1_000_000) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${String(micros % 1_000_000).padStart(6, '0')}+00:00`
}
