import { setTimeout as sleep } from 'node:timers/promises'

/** The clock of a client; tests bring their own. */
export interface Clock {
  /** Milliseconds since any fixed moment, never going back. */
  now(): number
  /** Resolves after `ms` milliseconds, or rejects once `signal` is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** The clock of this process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
}

/** An even random number from 0 to below 1, to spread retries. */
export function systemRandom(): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1))
  return word / 2 ** 32
}
