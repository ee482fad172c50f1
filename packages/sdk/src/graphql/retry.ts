import { type Fault, isTransientStatus, LightsparkFault } from '../fault.ts'
import type { ApiRequest, Exchange } from '../http/exchange.ts'
import { type AttemptOutcome, attempt } from './attempt.ts'
import type { Clock } from './clock.ts'

/** How long and how often a request is tried, in milliseconds. */
export type Patience = {
  /** The longest that one attempt may take. */
  readonly attemptTimeoutMs: number
  /** The longest that all attempts and the pauses between them may take. */
  readonly deadlineMs: number
  readonly maxAttempts: number
  /** The pause before retry k is random, up to this times 2^(k-1). */
  readonly backoffMs: number
  readonly maxBackoffMs: number
}

/** What sending needs of the world. */
export type Surroundings = {
  readonly exchange: Exchange
  readonly clock: Clock
  /** An even random number from 0 to below 1. */
  readonly random: () => number
}

/**
 * Sends a request until it is answered with 2xx, with pauses between attempts that grow and are
 * random (full jitter), so that many signers do not come back at one moment. Only what may pass is
 * tried again: no connection, no answer in time, 429 and 5xx.
 *
 * @returns the body of the answer.
 * @throws {LightsparkFault} `NETWORK`, `TIMED_OUT`, `HTTP_STATUS` or `ABORTED`.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function sendWithRetries(
  operation: string,
  request: ApiRequest,
  patience: Patience,
  signal: AbortSignal | undefined,
  surroundings: Surroundings,
): Promise<Uint8Array> {
  const { clock } = surroundings
  const end = clock.now() + patience.deadlineMs
  for (let attempts = 1; ; attempts++) {
    const limit = Math.min(patience.attemptTimeoutMs, end - clock.now())
    const outcome = await attempt(request, limit, signal, surroundings)
    if (isSuccess(outcome)) return outcome.body
    const fault = faultOf(outcome, operation, attempts)
    const pause = pauseMs(outcome, attempts, patience, surroundings.random)
    const final = !isWorthRetry(outcome) || attempts >= patience.maxAttempts
    if (final || clock.now() + pause >= end) throw new LightsparkFault(fault)
    await restOf(clock, pause, operation, signal)
  }
}

function isSuccess(
  outcome: AttemptOutcome,
): outcome is Extract<AttemptOutcome, { kind: 'answered' }> {
  return outcome.kind === 'answered' && outcome.status >= 200 && outcome.status <= 299
}

function isWorthRetry(outcome: AttemptOutcome): boolean {
  if (outcome.kind === 'answered') return isTransientStatus(outcome.status)
  return outcome.kind !== 'aborted'
}

function pauseMs(
  outcome: AttemptOutcome,
  attempts: number,
  { backoffMs, maxBackoffMs }: Patience,
  random: () => number,
): number {
  const jittered = random() * Math.min(maxBackoffMs, backoffMs * 2 ** (attempts - 1))
  const asked = outcome.kind === 'answered' ? (outcome.retryAfterMs ?? 0) : 0
  return Math.max(jittered, asked)
}

async function restOf(
  clock: Clock,
  ms: number,
  operation: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const never = new AbortController()
  try {
    await clock.sleep(ms, signal ?? never.signal)
  } catch (error) {
    if (signal?.aborted !== true) throw error
    throw new LightsparkFault({ code: 'ABORTED', operation })
  }
}

function faultOf(outcome: AttemptOutcome, operation: string, attempts: number): Fault {
  switch (outcome.kind) {
    case 'answered':
      return { code: 'HTTP_STATUS', operation, status: outcome.status, attempts }
    case 'unreachable':
      return { code: 'NETWORK', operation, reason: outcome.reason, attempts }
    case 'timed-out':
      return { code: 'TIMED_OUT', operation, attempts }
    case 'aborted':
      return { code: 'ABORTED', operation }
  }
}
