/**
 * The time, passed in so that a test can set it. Nothing else in this package reads a clock.
 *
 * @example
 * ```ts
 * import type { Clock } from '@boltwarden/signer'
 * const noon: Clock = { nowMs: () => Date.UTC(2026, 0, 1, 12), monotonicMs: () => 0 }
 * noon.nowMs() // 1767268800000
 * ```
 */
export type Clock = {
  /** Milliseconds since 1970-01-01T00:00:00Z. May jump. */
  readonly nowMs: () => number
  /** Milliseconds since some moment, for durations. Never goes back. */
  readonly monotonicMs: () => number
}

/** The machine's own clocks. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}
