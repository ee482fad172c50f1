import { type Exchange, maxAnswerBytes } from './exchange.ts'
import { readLimited } from './read-limited.ts'

/** Posts with a `fetch`, for callers that bring their own. */
export function fetchExchange(fetch: typeof globalThis.fetch): Exchange {
  return async ({ url, headers, body }, signal) => {
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' })
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after') ?? undefined,
      body: await readLimited(response.body, maxAnswerBytes),
    }
  }
}
