import type { Delivery } from '@boltwarden/policy/event'
import { isAnswerOwed } from '@boltwarden/policy/owed'
import type { OtherEvent } from '@boltwarden/sdk'
import type { Keeping } from '@boltwarden/store'
import type { Capture, Ruled } from '../capture/capture.ts'
import type { Reply } from '../http/reply.ts'
import type { WebhookCall } from '../http/webhook-server.ts'
import { errorFacts } from '../logging.ts'
import type { HeldBodies } from '../overload/held-bodies.ts'
import { laneOf } from '../overload/lane.ts'
import type { Place, WaitingRoom } from '../overload/waiting-room.ts'
import type { WebhookSecrets } from '../webhook-secrets.ts'
import { type BringDeps, bring, claimEnd, holdUp } from './bring.ts'
import { type Deadline, deadlineAfter } from './deadline.ts'
import { decisionFacts, type Ending, failed, refusalBody } from './ending.ts'
import { readCall } from './receive.ts'
import { type RecordDeps, record } from './record.ts'
import { decideOnceRevealed } from './reveal-grace.ts'

/** What the pipeline may do. */
export type PipelineOptions = {
  readonly decisionDeadlineMs: number
  readonly retryAfterSeconds: number
}

/** Told of every event that is not about signing; what it throws is logged and nothing else. */
export type EventHook = (event: OtherEvent) => void | Promise<void>

export type PipelineDeps = BringDeps &
  RecordDeps & {
    readonly secrets: WebhookSecrets
    readonly bodies: HeldBodies
    readonly room: WaitingRoom
    readonly capture: Capture
    readonly onOtherEvent?: EventHook
  }

/** The way of a webhook call through the signer. */
export type Pipeline = {
  /** Works a call off. Never rejects. */
  receive(call: WebhookCall): Promise<Reply>
}

/** Makes the pipeline: verify, parse, wait, recompose, decide and record, sign, deliver, reply. */
export function createPipeline(options: PipelineOptions, deps: PipelineDeps): Pipeline {
  return {
    async receive(call) {
      const ending = await endingOf(call, options, deps)
      record(ending, call, deps)
      return ending.reply
    },
  }
}

async function endingOf(
  call: WebhookCall,
  options: PipelineOptions,
  deps: PipelineDeps,
): Promise<Ending> {
  const facts: CallFacts = {}
  try {
    if (!deps.secrets.accepts(call.body, call.signature)) {
      return { outcome: 'unauthenticated', reply: { status: 401 }, facts }
    }
    // Strangers cannot take the room of those who know a secret.
    const { length } = call.body
    return await deps.bodies.during(length, () => workOff(call, facts, options, deps))
  } catch (error) {
    return failed(error, call.id, options.retryAfterSeconds, facts)
  }
}

/** What is known of a call so far, for its log line. */
type CallFacts = { event_id?: string; kind?: string }

async function workOff(
  call: WebhookCall,
  facts: CallFacts,
  options: PipelineOptions,
  deps: PipelineDeps,
): Promise<Ending> {
  await deps.turnstile.pass()
  const incoming = readCall(call)
  if (incoming.kind !== 'request') deps.capture.add(call)
  if (incoming.kind === 'malformed') {
    const { path, expected } = incoming
    const reply = { status: 400, body: { code: 'MALFORMED', path, expected } }
    return { outcome: 'malformed', reply, facts: { path, expected } }
  }
  if (incoming.kind === 'request') {
    facts.event_id = incoming.delivery.event
    facts.kind = incoming.delivery.request.kind
    return await inTurn(incoming.delivery, call, facts, options, deps)
  }
  facts.event_id = incoming.event.eventId
  if (incoming.kind === 'other') return await acknowledgeOther(incoming.event, facts, deps)
  const { subEventType } = incoming.event.data
  const reason = `sub-event ${subEventType} is not supported`
  const body = { code: 'UNSUPPORTED_SUB_EVENT', tags: [], reasons: [{ message: reason }] }
  return { outcome: 'unsupported', reply: { status: 403, body }, facts: { ...facts, reason } }
}

/** Decides and answers a request once its channel has its turn. */
async function inTurn(
  delivery: Delivery,
  call: WebhookCall,
  facts: CallFacts,
  options: PipelineOptions,
  deps: PipelineDeps,
): Promise<Ending> {
  deps.probe?.('after-receive', delivery.event)
  const deadline = deadlineAfter(call.startedMs, options.decisionDeadlineMs, deps.clock)
  const arrivedMs = deps.clock.monotonicMs()
  const place = await deps.room.enter(laneOf(delivery), deadline)
  deps.metrics.waited((deps.clock.monotonicMs() - arrivedMs) / 1000)
  try {
    const ruled = await ruleOn(delivery, call, deadline, place, deps)
    return await answerRequest(ruled, delivery, deadline, facts, options, deps)
  } finally {
    place.leave()
  }
}

/** Decides, and keeps the event with what was decided of it, or without where that failed. */
async function ruleOn(
  delivery: Delivery,
  call: WebhookCall,
  deadline: Deadline,
  place: Place,
  deps: PipelineDeps,
): Promise<Ruled> {
  let ruled: Ruled | undefined
  try {
    const keeping = keepingOf(call, deadline, deps)
    ruled = await decideOnceRevealed(delivery, deadline, place, deps, keeping)
    return ruled
  } catch (error) {
    // It may be recorded even so, or in a moment: its answer waits then.
    holdUp(delivery, deadline, deps)
    throw error
  } finally {
    deps.capture.add(call, ruled)
  }
}

/** Nobody else brings the answer while this call lasts. */
function keepingOf(
  { body }: WebhookCall,
  deadline: Deadline,
  { outbox }: PipelineDeps,
): Keeping | undefined {
  if (outbox === undefined) return undefined
  const claim = { instance: outbox.instance, untilMs: claimEnd(deadline, outbox) }
  return { body, claim, nowMs: outbox.nowMs() }
}

async function answerRequest(
  ruling: Ruled,
  delivery: Delivery,
  deadline: Deadline,
  facts: Ending['facts'],
  options: PipelineOptions,
  deps: PipelineDeps,
): Promise<Ending> {
  const { kind } = delivery.request
  const { decision, repeated } = ruling
  deps.metrics.decided(kind, decision, repeated)
  const told = { ...facts, ...decisionFacts(decision, repeated) }
  if (decision.verdict === 'hold') {
    const body = refusalBody('HELD', decision.violations)
    const reply = { status: 503, body, retryAfterSeconds: options.retryAfterSeconds }
    return { outcome: 'held', reply, facts: told }
  }
  const isOwed = isAnswerOwed(delivery.request, decision)
  if (decision.verdict === 'decline' && !isOwed) {
    const reply = { status: 403, body: refusalBody('REFUSED', decision.violations) }
    return { outcome: 'refused', reply, facts: told }
  }
  const brought = await bring(ruling, delivery, deadline, deps)
  if (brought.result === 'recorded') {
    return { outcome: 'recorded', reply: { status: 200 }, facts: told, error: brought.error }
  }
  const { operation, reply } = brought
  deps.metrics.answered(kind, deadline.elapsedMs() / 1000, deadline.leftMs() / 1000)
  if (decision.verdict === 'decline') {
    const body = reply.body ?? refusalBody('DECLINED', decision.violations)
    return { outcome: 'declined', reply: { ...reply, body }, facts: { ...told, operation } }
  }
  const outcome = isOwed ? 'answered' : 'acknowledged'
  return { outcome, reply, facts: { ...told, operation } }
}

async function acknowledgeOther(
  event: OtherEvent,
  facts: Ending['facts'],
  { onOtherEvent, logger }: PipelineDeps,
): Promise<Ending> {
  const told = { ...facts, event_type: event.eventType }
  try {
    await onOtherEvent?.(event)
  } catch (error) {
    logger.error({ ...told, error: errorFacts(error) }, 'event hook failed')
  }
  return { outcome: 'other-event', reply: { status: 200 }, facts: told }
}
