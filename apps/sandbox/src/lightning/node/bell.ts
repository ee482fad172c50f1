/** What was waited for did not come in time; says what it was. */
export class WaitError extends Error {
  override readonly name = 'WaitError'
}

/** Rings whenever anything happened in a node, and wakes who waits for a condition. */
export type Bell = {
  readonly ring: () => void
  /** Calls `listener` at each ring, until the returned function is called. */
  readonly listen: (listener: () => void) => () => void
}

/** A bell that nobody listens to yet. */
export function createBell(): Bell {
  const listeners = new Set<() => void>()
  return {
    ring: () => {
      for (const listener of [...listeners]) listener()
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** How long a condition may take, in milliseconds, where nothing else is said. */
const defaultPatienceMs = 45_000

/** A condition, and what to say where it does not come. */
export type Awaited<T> = {
  /** The value that was waited for; `undefined` while it is not there. */
  readonly look: () => T | undefined
  readonly what: string
  readonly patienceMs?: number | undefined
  /** Told with a failure: what is known at that moment. */
  readonly explain?: () => string
}

/**
 * Waits until a condition holds, looking whenever the bell rings.
 *
 * @throws {WaitError} if it does not within its patience; what `look` throws ends the wait too.
 */
export function waitUntil<T>(bell: Bell, awaited: Awaited<T>): Promise<T> {
  const { look, what, patienceMs = defaultPatienceMs, explain } = awaited
  return new Promise((resolve, reject) => {
    const patience = AbortSignal.timeout(patienceMs)
    const finish = (settle: () => void) => {
      silence()
      patience.removeEventListener('abort', giveUp)
      settle()
    }
    const giveUp = () => {
      const known = explain ? `\n${explain()}` : ''
      finish(() => reject(new WaitError(`${what} did not come in ${patienceMs} ms${known}`)))
    }
    const attempt = () => {
      try {
        const value = look()
        if (value !== undefined) finish(() => resolve(value))
      } catch (error) {
        finish(() => reject(error))
      }
    }
    const silence = bell.listen(attempt)
    patience.addEventListener('abort', giveUp)
    attempt()
  })
}
