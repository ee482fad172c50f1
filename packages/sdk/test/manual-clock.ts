import type { Clock } from '@boltwarden/sdk'

/**
 * A clock that stands still. A sleep shorter than `patience` is a pause: it is noted and over at
 * once. A longer one is a time-out, over when the test says so.
 */
export class ManualClock implements Clock {
  /** The pauses that were made, in milliseconds. */
  readonly pauses: number[] = []
  readonly #patience: number
  readonly #waiting = new Set<() => void>()
  #now = 0

  constructor(patience = 1_000) {
    this.#patience = patience
  }

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (ms < this.#patience) {
      this.#now += ms
      this.pauses.push(ms)
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const expire = () => {
        this.#waiting.delete(expire)
        this.#now += ms
        resolve()
      }
      this.#waiting.add(expire)
      signal.addEventListener('abort', () => {
        this.#waiting.delete(expire)
        reject(signal.reason)
      })
    })
  }

  /** Lets the time-outs that are running run out. */
  expire(): void {
    for (const expire of [...this.#waiting]) expire()
  }

  /** How many time-outs are running. */
  get running(): number {
    return this.#waiting.size
  }
}
