import type { Clock } from '../clock.ts'
import { SignerFault } from '../fault.ts'

/** The moment after which an answer is of no use. */
export type Deadline = {
  /** Milliseconds left; below zero once it has passed. */
  readonly leftMs: () => number
  /** Milliseconds since the call arrived. */
  readonly elapsedMs: () => number
  /**
   * Begins `work` unless the deadline has passed, and waits for it, but not beyond the deadline.
   * What it does later is not seen.
   *
   * @throws {SignerFault} `DEADLINE_PASSED`.
   */
  readonly hold: <T>(work: () => Promise<T>) => Promise<T>
}

/** A deadline `limitMs` after `startedMs` of the monotonic clock. */
export function deadlineAfter(startedMs: number, limitMs: number, clock: Clock): Deadline {
  const elapsedMs = () => clock.monotonicMs() - startedMs
  const leftMs = () => limitMs - elapsedMs()
  const passed = () => new SignerFault({ code: 'DEADLINE_PASSED', deadlineMs: limitMs })
  return {
    elapsedMs,
    leftMs,
    async hold(work) {
      // A call may wait long for its turn, behind others that wait for a locked store.
      if (leftMs() <= 0) throw passed()
      const promise = work()
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(passed()), Math.max(0, leftMs()))
      })
      try {
        return await Promise.race([promise, late])
      } finally {
        clearTimeout(timer)
      }
    },
  }
}
