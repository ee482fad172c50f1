import type { Clock } from '../clock.ts'
import { SignerFault } from '../fault.ts'

/** The moment after which an answer is of no use. */
export type Deadline = {
  /** Milliseconds left; below zero once it has passed. */
  readonly leftMs: () => number
  /** Milliseconds since the call arrived. */
  readonly elapsedMs: () => number
  /**
   * Waits for `promise`, but not beyond the deadline. What it does later is not seen.
   *
   * @throws {SignerFault} `DEADLINE_PASSED`.
   */
  readonly hold: <T>(promise: Promise<T>) => Promise<T>
}

/** A deadline `limitMs` after `startedMs` of the monotonic clock. */
export function deadlineAfter(startedMs: number, limitMs: number, clock: Clock): Deadline {
  const elapsedMs = () => clock.monotonicMs() - startedMs
  const leftMs = () => limitMs - elapsedMs()
  const passed = () => new SignerFault({ code: 'DEADLINE_PASSED', deadlineMs: limitMs })
  return {
    elapsedMs,
    leftMs,
    async hold(promise) {
      const left = leftMs()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(passed()), Math.max(0, left))
      })
      try {
        return await Promise.race([promise, late])
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
