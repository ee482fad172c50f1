import type { ApiRequest, Exchange } from '../http/exchange.ts'
import type { Clock } from './clock.ts'

/** What became of one attempt. */
export type AttemptOutcome =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** The `Retry-After` header in milliseconds, where it is a number of seconds. */
      readonly retryAfterMs: number | undefined
      readonly body: Uint8Array
    }
  | { readonly kind: 'unreachable'; readonly reason: string | undefined }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'aborted' }

/**
 * Sends a request once. It never rejects, and is over after `limitMs` or when `signal` is aborted
 * even where `exchange` heeds neither.
 */
export async function attempt(
  request: ApiRequest,
  limitMs: number,
  signal: AbortSignal | undefined,
  { exchange, clock }: { readonly exchange: Exchange; readonly clock: Clock },
): Promise<AttemptOutcome> {
  const over = new AbortController()
  try {
    return await Promise.race([
      exchanged(request, over.signal, exchange),
      elapsed(clock, limitMs, over.signal),
      ...(signal === undefined ? [] : [aborted(signal, over.signal)]),
    ])
  } finally {
    over.abort(noError)
  }
}

/** Without a reason an error with a stack would be made for each attempt. */
const noError = 'over'

async function exchanged(
  request: ApiRequest,
  signal: AbortSignal,
  exchange: Exchange,
): Promise<AttemptOutcome> {
  try {
    const { status, retryAfter, body } = await exchange(request, signal)
    if (body === undefined) return { kind: 'unreachable', reason: 'ANSWER_TOO_LARGE' }
    return { kind: 'answered', status, retryAfterMs: retryAfterMs(retryAfter), body }
  } catch (error) {
    return { kind: 'unreachable', reason: systemCode(error) }
  }
}

function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined
}

/**
 * The code of a failed exchange, which stands on the error or on its cause. Nothing else of the error
 * is kept: a message about a header could quote it.
 */
function systemCode(error: unknown): string | undefined {
  for (const candidate of [error, error instanceof Error ? error.cause : undefined]) {
    if (typeof candidate !== 'object' || candidate === null || !('code' in candidate)) continue
    const { code } = candidate
    if (typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code)) return code
  }
  return undefined
}

function elapsed(clock: Clock, ms: number, over: AbortSignal): Promise<AttemptOutcome> {
  return new Promise((resolve) => {
    // The rejection says that the attempt is over, which somebody else has told already.
    clock.sleep(ms, over).then(
      () => resolve({ kind: 'timed-out' }),
      () => undefined,
    )
  })
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<AttemptOutcome> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve({ kind: 'aborted' })
    signal.addEventListener('abort', () => resolve({ kind: 'aborted' }), { signal: over })
  })
}
