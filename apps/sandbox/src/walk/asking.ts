import type { SignerNode } from '../platform/entities.ts'
import type { MutationRecord } from '../platform/mutation-log.ts'
import type { Platform } from '../platform/platform.ts'
import type { Delivery } from '../webhook/delivery.ts'
import { lastAttempt } from '../webhook/delivery.ts'
import type { Dispatcher, Forgery } from '../webhook/dispatcher.ts'
import { type EventData, type OutgoingEvent, remoteSigningEvent } from '../webhook/envelope.ts'
import { tagsOf } from './reply.ts'
import type { Finding, StepKind, StepResult } from './step.ts'

/** What every step needs. */
export type WalkContext = {
  readonly platform: Platform
  readonly dispatcher: Dispatcher
  readonly node: SignerNode
  /** How long an accepted event may go without its mutation, in milliseconds. */
  readonly answerTimeoutMs: number
  readonly signal: AbortSignal
  readonly report: (step: StepResult) => void
}

/** The answer to one event: what the webhook said and the mutation that came. */
export type Seen = {
  readonly event: OutgoingEvent
  readonly delivery: Delivery
  readonly accepted: boolean
  readonly status: number | undefined
  readonly tags: readonly string[]
  readonly mutation: MutationRecord | undefined
}

/** One step: an event, and how its answer is judged. */
export type Step = {
  readonly chapter: string
  readonly name: string
  readonly kind: StepKind
  readonly entityId: string
  readonly data: EventData
  readonly forgery?: (event: OutgoingEvent) => Forgery
  /** Sent in the place of a new event: a retry, or a known id with another body. */
  readonly event?: OutgoingEvent
  /** An id that the answering mutation names; absent where the event has no answer. */
  readonly answeredFor?: string
  readonly judge: (seen: Seen) => Finding
}

/** Makes a step and reports it. */
export async function ask(context: WalkContext, step: Step): Promise<Seen & Finding> {
  const { platform, dispatcher } = context
  context.signal.throwIfAborted()
  const event = step.event ?? remoteSigningEvent(platform, step.entityId, step.data)
  const from = platform.mutations.count()
  const forgery = step.forgery?.(event) ?? {}
  const delivery = await dispatcher.deliver(event, { forgery, retries: step.kind === 'honest' })
  const accepted = delivery.outcome === 'accepted'
  const last = lastAttempt(delivery)
  const mutation = await answerOf(context, step, from, accepted)
  const tags = tagsOf(last?.reply ?? '')
  const seen = { event, delivery, accepted, status: last?.status, tags, mutation }
  const finding = step.judge(seen)
  context.report({
    chapter: step.chapter,
    name: step.name,
    kind: step.kind,
    subject: delivery.subject,
    eventId: delivery.eventId,
    status: last?.status,
    latencyMs: delivery.attempts.reduce((sum, attempt) => sum + attempt.latencyMs, 0),
    calls: delivery.attempts.length,
    mutation: mutation?.operation,
    tags,
    ...finding,
  })
  return { ...seen, ...finding }
}

/** The mutation may come before the webhook's answer or after it; a refusal has none to wait for. */
function answerOf(
  context: WalkContext,
  step: Step,
  from: number,
  accepted: boolean,
): Promise<MutationRecord | undefined> {
  const { answeredFor } = step
  if (answeredFor === undefined) return Promise.resolve(undefined)
  const patience = accepted ? AbortSignal.timeout(context.answerTimeoutMs) : AbortSignal.abort()
  return context.platform.mutations.find(
    from,
    (record) => names(record.input, answeredFor),
    AbortSignal.any([patience, context.signal]),
  )
}

/** Whether a value anywhere in a mutation's input is that id. */
function names(value: unknown, id: string): boolean {
  if (value === id) return true
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((item) => names(item, id))
}
