import { setTimeout as delay } from 'node:timers/promises'
import type { Child } from './child.ts'
import { DemoError } from './demo-error.ts'

const pollMs = 50
const patienceMs = 60_000

/**
 * Polls a URL until it answers 200.
 *
 * @throws {DemoError} if the process behind it ends, or does not get there in a minute.
 */
export async function waitUntilReady(
  child: Child,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const patience = AbortSignal.timeout(patienceMs)
  while (!(await isReady(url, signal))) {
    if (patience.aborted) throw new DemoError(`the ${child.name} is not ready: ${url}`)
    await Promise.race([delay(pollMs, undefined, { signal }), child.died])
  }
}

async function isReady(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch(url, { signal })).ok
  } catch {
    // Nothing listens there yet.
    signal.throwIfAborted()
    return false
  }
}
