import type { Clock } from '../clock.ts'

/**
 * The wall clock, but never slower than time passes: one that is set back by hours must not put off
 * for as long what is due now. One that is set forward ends claims early, which costs an answer that
 * is sent twice.
 *
 * @returns whole milliseconds since 1970.
 */
export function steadyNow(clock: Clock): () => number {
  let aheadMs = clock.nowMs() - clock.monotonicMs()
  return () => {
    aheadMs = Math.max(aheadMs, clock.nowMs() - clock.monotonicMs())
    return Math.round(aheadMs + clock.monotonicMs())
  }
}
