import { setMaxListeners } from 'node:events'
import { type Environment, formatTimestamp } from '../environment.ts'
import { createRecent } from '../recent.ts'
import { type Attempt, type Delivery, judgeAttempt } from './delivery.ts'
import { encodeEvent, type OutgoingEvent } from './envelope.ts'
import { signatureHeader, signBody } from './signature.ts'

/** The platform's limit for one call, in milliseconds. */
const callTimeoutMs = 10_000

/** Pauses before the second and each further call of one event, in milliseconds. */
const defaultRetrySchedule: readonly number[] = [500, 2_000, 8_000, 30_000]

const maxReplyBytes = 16 * 1024

const keptDeliveries = 1024

export type DispatcherOptions = {
  readonly url: string
  readonly secret: string
  readonly environment: Environment
  readonly schedule?: readonly number[]
  readonly timeoutMs?: number
  /** Told each state of each delivery. */
  readonly onDelivery?: (delivery: Delivery) => void
}

/** What may be sent in the place of an honest body and its signature; null sends no signature. */
export type Forgery = { readonly body?: Uint8Array; readonly signature?: string | null }

/** How one event is delivered. */
export type DeliveryOptions = { readonly forgery?: Forgery; readonly retries?: boolean }

/** Sends events to the signer's webhook and remembers what came of each. */
export type Dispatcher = {
  readonly url: string
  /** Calls the webhook until it accepts or refuses, or the schedule ends. Never rejects. */
  readonly deliver: (event: OutgoingEvent, options?: DeliveryOptions) => Promise<Delivery>
  /** How many there were: the number of the next one. */
  readonly count: () => number
  /** The last ones, at least 1,024, from number `from` on. */
  readonly deliveries: (from?: number) => readonly Delivery[]
  /** Ends pauses and calls under way; what is under way counts as unanswered. */
  readonly close: () => void
}

/**
 * A dispatcher to one webhook URL. A retry carries the identical bytes, so the same event id.
 *
 * @example
 * ```ts
 * import { createDispatcher, machine } from '@boltwarden/sandbox'
 * const dispatcher = createDispatcher({
 *   url: 'http://127.0.0.1:8080/webhook',
 *   secret: 'webhook-secret',
 *   environment: machine,
 * })
 * dispatcher.close()
 * ```
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { environment, url } = options
  const schedule = options.schedule ?? defaultRetrySchedule
  const closed = new AbortController()
  // One listener for each call that is under way, however many those are.
  setMaxListeners(0, closed.signal)
  const log = createRecent<Delivery>(keptDeliveries)

  const deliver: Dispatcher['deliver'] = async (event, { forgery = {}, retries = true } = {}) => {
    const body = forgery.body ?? encodeEvent(event)
    const signature = forgery.signature ?? signBody(options.secret, body)
    const headers = forgery.signature === null ? {} : { [signatureHeader]: signature }
    const sentAt = formatTimestamp(environment.nowMicros())
    const first = underWay(log.count(), event, body, sentAt)
    const record = (delivery: Delivery): Delivery => {
      log.replace(first.sequence, delivery)
      options.onDelivery?.(delivery)
      return delivery
    }
    log.add(first)
    let delivery = record(first)
    for (const pause of [0, ...(retries ? schedule : [])]) {
      if (pause > 0 && !(await waited(environment, pause, closed.signal))) break
      const attempt = await call(options, { body, headers, closed: closed.signal })
      const verdict = judgeAttempt(attempt)
      const outcome = verdict === 'try-again' ? 'under-way' : verdict
      delivery = record({ ...delivery, attempts: [...delivery.attempts, attempt], outcome })
      if (verdict !== 'try-again') return delivery
    }
    return record({ ...delivery, outcome: 'unanswered' })
  }
  return {
    url,
    deliver,
    count: log.count,
    deliveries: (from = 0) => log.since(from),
    close: () => closed.abort(),
  }
}

function underWay(
  sequence: number,
  event: OutgoingEvent,
  body: Uint8Array,
  sentAt: string,
): Delivery {
  return {
    sequence,
    eventId: event.event_id,
    entityId: event.entity_id,
    subject: event.data?.sub_event_type ?? event.event_type,
    sentAt,
    body: new TextDecoder().decode(body),
    attempts: [],
    outcome: 'under-way',
  }
}

async function waited(environment: Environment, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await environment.wait(ms, signal)
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

type Call = {
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  readonly closed: AbortSignal
}

async function call(options: DispatcherOptions, { body, headers, closed }: Call): Promise<Attempt> {
  const { environment } = options
  const started = environment.nowMicros()
  const timeout = AbortSignal.timeout(options.timeoutMs ?? callTimeoutMs)
  // `AbortSignal.any` would leave something at `closed` with each call, for as long as that lives.
  const hungUp = new AbortController()
  const hangUp = () => hungUp.abort()
  for (const signal of [timeout, closed]) signal.addEventListener('abort', hangUp)
  if (closed.aborted) hangUp()
  const finish = (rest: Pick<Attempt, 'status' | 'fault' | 'reply'>): Attempt => ({
    startedAt: formatTimestamp(started),
    latencyMs: (environment.nowMicros() - started) / 1000,
    ...rest,
  })
  try {
    const response = await fetch(options.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: Uint8Array.from(body),
      redirect: 'manual',
      signal: hungUp.signal,
    })
    return finish({ status: response.status, fault: undefined, reply: await readReply(response) })
  } catch {
    // fetch tells the cause of a failed call only in its message; the log needs no more than this.
    return finish({ status: undefined, fault: timeout.aborted ? 'timeout' : 'network', reply: '' })
  } finally {
    for (const signal of [timeout, closed]) signal.removeEventListener('abort', hangUp)
  }
}

/** Reads no more of an answer than is kept: the webhook may be anybody's server. */
async function readReply(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= maxReplyBytes) break
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return new TextDecoder().decode(bytes.subarray(0, maxReplyBytes))
}
