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
  sleep,
}

/** As that of `node:timers/promises`, which makes an error with a stack for each sleep that is ended. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const ended = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', ended)
      resolve()
    }, ms)
    signal.addEventListener('abort', ended, { once: true })
  })
}

/** An even random number from 0 to below 1, to spread retries. */
export function systemRandom(): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1))
  return word / 2 ** 32
}
