import type { Answer } from '@boltwarden/core/answer'
import { type Decision, violationsOf } from '@boltwarden/policy/decision'
import type { Delivery } from '@boltwarden/policy/event'
import type { OtherEvent } from '@boltwarden/sdk'
import type { Ruling } from '@boltwarden/store'
import type { Capture, Ruled } from '../capture/capture.ts'
import type { Clock } from '../clock.ts'
import { SignerFault } from '../fault.ts'
import type { Reply } from '../http/reply.ts'
import type { WebhookCall } from '../http/webhook-server.ts'
import { errorFacts, type Logger } from '../logging.ts'
import type { Metrics } from '../metrics.ts'
import type { WebhookSecrets } from '../webhook-secrets.ts'
import { type Deadline, deadlineAfter } from './deadline.ts'
import type { DecideDeps } from './decide.ts'
import { type AnswerRoute, type Delivered, deliver } from './deliver.ts'
import { decisionFacts, type Ending, failed, refusalBody } from './ending.ts'
import { readCall } from './receive.ts'
import { decideOnceRevealed } from './reveal-grace.ts'
import { sign } from './sign.ts'

/** What the pipeline may do. */
export type PipelineOptions = {
  readonly decisionDeadlineMs: number
  readonly maxInFlight: number
  readonly retryAfterSeconds: number
}

/** Told of every event that is not about signing; what it throws is logged and nothing else. */
export type EventHook = (event: OtherEvent) => void | Promise<void>

export type PipelineDeps = DecideDeps & {
  readonly secrets: WebhookSecrets
  readonly route: AnswerRoute
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly capture: Capture
  readonly onOtherEvent?: EventHook
}

/** The way of a webhook call through the signer. */
export type Pipeline = {
  /** Works a call off. Never rejects. */
  receive(call: WebhookCall): Promise<Reply>
  inFlight(): number
}

/** Makes the pipeline: verify, parse, recompose, decide and record, sign, deliver, reply. */
export function createPipeline(options: PipelineOptions, deps: PipelineDeps): Pipeline {
  let inFlight = 0
  return {
    inFlight: () => inFlight,
    async receive(call) {
      inFlight++
      try {
        const ending = await workOff(call, inFlight, options, deps)
        record(ending, call, deps)
        return ending.reply
      } finally {
        inFlight--
      }
    },
  }
}

async function workOff(
  call: WebhookCall,
  inFlight: number,
  options: PipelineOptions,
  deps: PipelineDeps,
): Promise<Ending> {
  const facts: { event_id?: string; kind?: string } = {}
  try {
    if (!deps.secrets.accepts(call.body, call.signature)) {
      return { outcome: 'unauthenticated', reply: { status: 401 }, facts }
    }
    if (inFlight > options.maxInFlight) {
      throw new SignerFault({ code: 'OVERLOADED', maxInFlight: options.maxInFlight })
    }
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
      const deadline = deadlineAfter(call.startedMs, options.decisionDeadlineMs, deps.clock)
      const ruled = await ruleOn(incoming.delivery, call, deadline, deps)
      return await answerRequest(ruled, incoming.delivery, deadline, facts, options, deps)
    }
    facts.event_id = incoming.event.eventId
    if (incoming.kind === 'other') return await acknowledgeOther(incoming.event, facts, deps)
    const { subEventType } = incoming.event.data
    const reason = `sub-event ${subEventType} is not supported`
    const body = { code: 'UNSUPPORTED_SUB_EVENT', tags: [], reasons: [{ message: reason }] }
    return { outcome: 'unsupported', reply: { status: 403, body }, facts: { ...facts, reason } }
  } catch (error) {
    return failed(error, call.id, options.retryAfterSeconds, facts)
  }
}

/** Decides, and keeps the event with what was decided of it, or without where that failed. */
async function ruleOn(
  delivery: Delivery,
  call: WebhookCall,
  deadline: Deadline,
  deps: PipelineDeps,
): Promise<Ruled> {
  let ruled: Ruled | undefined
  try {
    ruled = await decideOnceRevealed(delivery, deadline, deps)
    return ruled
  } finally {
    deps.capture.add(call, ruled)
  }
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
  if (decision.verdict === 'decline' && !isDeclinable(delivery, decision)) {
    const reply = { status: 403, body: refusalBody('REFUSED', decision.violations) }
    return { outcome: 'refused', reply, facts: told }
  }
  await deps.turnstile.pass()
  const delivered = await deliver(answerOf(ruling, delivery, deps), deadline, deps)
  await noteAnswered(delivery, delivered, deps)
  const { operation, reply } = delivered
  deps.metrics.answered(kind, deadline.elapsedMs() / 1000, deadline.leftMs() / 1000)
  if (decision.verdict === 'decline') {
    const body = reply.body ?? refusalBody('DECLINED', decision.violations)
    return { outcome: 'declined', reply: { ...reply, body }, facts: { ...told, operation } }
  }
  const outcome = operation === undefined ? 'acknowledged' : 'answered'
  return { outcome, reply, facts: { ...told, operation } }
}

/**
 * Whether the platform is told of a refusal by a mutation, which closes the channel. An id that was
 * used for another question before says that the sender is confused or forged: that is no reason to
 * close one.
 */
function isDeclinable({ request }: Delivery, decision: Decision): boolean {
  const isReplay = violationsOf(decision).some(({ tag }) => tag === 'policy-lightspark-replay')
  return request.kind === 'derive-key-and-sign' && !isReplay
}

function answerOf({ decision, permit }: Ruling, { request }: Delivery, deps: PipelineDeps): Answer {
  if (decision.verdict === 'sign' && permit !== undefined) return sign(permit, deps.keychain)
  if (decision.verdict === 'decline' && request.kind === 'derive-key-and-sign') {
    return { kind: 'declined', ids: request.jobs.map(({ id }) => id) }
  }
  throw new TypeError('"ruling" expected a permit with the verdict sign')
}

/** The platform has the answer by now: a store that fails here changes nothing for it. */
async function noteAnswered(
  { event }: Delivery,
  { digest }: Delivered,
  { store, clock, logger }: PipelineDeps,
): Promise<void> {
  try {
    await store.markAnswered(event, digest, clock.nowMs())
  } catch (error) {
    logger.error({ event_id: event, error: errorFacts(error) }, 'answer not noted')
  }
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

/** One line and one count for each call. */
function record(ending: Ending, call: WebhookCall, { logger, metrics, clock }: PipelineDeps): void {
  const { outcome, reply, facts, error } = ending
  const ms = clock.monotonicMs() - call.startedMs
  metrics.delivered(outcome, ms / 1000)
  const line = {
    request_id: call.id,
    outcome,
    status: reply.status,
    ...facts,
    ms: Math.round(ms * 100) / 100,
    ...(error !== undefined && { error: errorFacts(error) }),
  }
  if (error !== undefined) {
    metrics.faulted(error instanceof SignerFault ? error.code : 'INTERNAL')
    logger.error(line, 'webhook')
  } else if (quiet.has(outcome)) logger.info(line, 'webhook')
  else logger.warn(line, 'webhook')
}

const quiet: ReadonlySet<string> = new Set(['answered', 'acknowledged', 'other-event'])
