import { readLimited } from '../http/read-limited.ts'
import type { Clock } from './clock.ts'

/** One HTTP request to the API, complete. */
export type ApiRequest = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

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

/** The most bytes of an answer that are read; what a remote signer asks for needs far less. */
const maxAnswerBytes = 1024 * 1024

/**
 * Sends a request once. It never rejects, and is over after `limitMs` or when `signal` is aborted
 * even where `fetch` heeds neither.
 */
export async function attempt(
  request: ApiRequest,
  limitMs: number,
  signal: AbortSignal | undefined,
  { fetch, clock }: { readonly fetch: typeof globalThis.fetch; readonly clock: Clock },
): Promise<AttemptOutcome> {
  const over = new AbortController()
  try {
    return await Promise.race([
      exchange(request, over.signal, fetch),
      elapsed(clock, limitMs, over.signal),
      ...(signal === undefined ? [] : [aborted(signal, over.signal)]),
    ])
  } finally {
    over.abort()
  }
}

async function exchange(
  { url, headers, body }: ApiRequest,
  signal: AbortSignal,
  fetch: typeof globalThis.fetch,
): Promise<AttemptOutcome> {
  try {
    // A redirect would carry the credentials and the answer to another place.
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    const read = await readLimited(response.body, maxAnswerBytes)
    if (read === undefined) return { kind: 'unreachable', reason: 'ANSWER_TOO_LARGE' }
    const after = retryAfterMs(response.headers.get('retry-after'))
    return { kind: 'answered', status: response.status, retryAfterMs: after, body: read }
  } catch (error) {
    return { kind: 'unreachable', reason: systemCode(error) }
  }
}

function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined
}

/**
 * The code of a failed `fetch`, which stands on the error or on its cause. Nothing else of the error
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
