/** One call of the webhook: its answer, or why there was none. */
export type Attempt = {
  /** RFC 3339 with microseconds. */
  readonly startedAt: string
  readonly latencyMs: number
  readonly status: number | undefined
  readonly fault: 'timeout' | 'network' | undefined
  /** The body of the answer, its first 16 KiB. */
  readonly reply: string
}

/** One event on its way, with every call made for it. */
export type Delivery = {
  readonly sequence: number
  readonly eventId: string
  readonly entityId: string
  readonly subject: string
  /** When it was sent first: RFC 3339 with microseconds. */
  readonly sentAt: string
  /** The raw body as text. */
  readonly body: string
  readonly attempts: readonly Attempt[]
  /** `unanswered`: neither a 2xx nor a refusal came within the schedule. */
  readonly outcome: 'under-way' | 'accepted' | 'refused' | 'unanswered'
}

/** What an attempt means: 2xx accepts, time-outs and 408, 425, 429 and 5xx may be tried again. */
export function judgeAttempt(attempt: Attempt): 'accepted' | 'refused' | 'try-again' {
  const { status } = attempt
  if (status === undefined || status >= 500) return 'try-again'
  if (status === 408 || status === 425 || status === 429) return 'try-again'
  return status >= 200 && status < 300 ? 'accepted' : 'refused'
}

/** The last attempt of a delivery, which decided it. */
export function lastAttempt(delivery: Delivery): Attempt | undefined {
  return delivery.attempts[delivery.attempts.length - 1]
}
