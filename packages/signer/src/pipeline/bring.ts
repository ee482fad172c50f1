import type { Delivery } from '@boltwarden/policy/event'
import { isAnswerOwed } from '@boltwarden/policy/owed'
import { scopeOf } from '@boltwarden/policy/view'
import { laneOf, type Queued, type Ruling, type Store } from '@boltwarden/store'
import { isFault } from '../fault.ts'
import { errorFacts, type Logger } from '../logging.ts'
import type { OutboxWorker } from '../outbox/worker.ts'
import { answerOf } from './answer-of.ts'
import type { Deadline } from './deadline.ts'
import type { DecideDeps } from './decide.ts'
import { type DeliverDeps, type Delivered, deliver } from './deliver.ts'

/** When the platform is told that its call is done although it has yet to take the answer. */
export type AcceptWhenRecorded = 'near-deadline' | 'never'

export type BringDeps = DecideDeps &
  DeliverDeps & {
    readonly store: Store
    readonly logger: Logger
    /** Absent where answers go in the reply: then nobody could bring them later. */
    readonly outbox?: OutboxWorker
    readonly acceptWhenRecorded: AcceptWhenRecorded
  }

/** What became of an answer by the end of its call. */
export type Brought =
  | ({ readonly result: 'delivered' } & Omit<Delivered, 'digest'>)
  /** It is on the disk, and the worker brings it. */
  | { readonly result: 'recorded'; readonly error?: unknown }

/** So near to the deadline a call is ended rather than asked for again. */
const nearMs = 1000

/**
 * Makes the answer of a decision and brings it to the platform, or into the reply. What cannot be
 * brought now stays in the outbox.
 *
 * @throws {SignerFault} as {@link deliver}, where the platform is to ask again.
 */
export async function bring(
  ruling: Ruling,
  delivery: Delivery,
  deadline: Deadline,
  deps: BringDeps,
): Promise<Brought> {
  const { outbox } = deps
  try {
    if (outbox === undefined) return await replyWith(ruling, delivery, deadline, deps)
    const outboxDeps = { ...deps, outbox }
    if (ruling.queued === undefined) return await bringAgain(ruling, delivery, deadline, outboxDeps)
    return await bringFresh(ruling, ruling.queued, delivery, deadline, outboxDeps)
  } catch (error) {
    const isNear = deps.acceptWhenRecorded === 'near-deadline' && deadline.leftMs() <= nearMs
    if (isNear && (await isKept(ruling, delivery, deps))) return { result: 'recorded', error }
    throw error
  }
}

/** The answer has gone once the reply that carries it has been written. */
async function replyWith(
  ruling: Ruling,
  delivery: Delivery,
  deadline: Deadline,
  deps: BringDeps,
): Promise<Brought> {
  const { reply, ...delivered } = await send(ruling, delivery, deadline, deps)
  const whenWritten = () => void noted(delivery, delivered, deps)
  return { result: 'delivered', ...delivered, reply: { ...reply, whenWritten } }
}

type OutboxDeps = BringDeps & { readonly outbox: OutboxWorker }

/**
 * Acknowledges, or brings what was decided before: if it is still owed, not before what is older in
 * its lane.
 */
async function bringAgain(
  ruling: Ruling,
  delivery: Delivery,
  deadline: Deadline,
  deps: OutboxDeps,
): Promise<Brought> {
  if (isAnswerOwed(delivery.request, ruling.decision)) {
    const row = await deadline.hold(() => deps.store.outbox.row(delivery.event))
    const isBehind = row !== undefined && !row.isFirst && row.setAside === undefined
    if (isBehind) return waitBehind(delivery, deadline, deps)
  }
  const delivered = await send(ruling, delivery, deadline, deps)
  void noted(delivery, delivered, deps)
  return { result: 'delivered', ...delivered }
}

/** Nobody has tried to bring this one before, and nobody else does at this moment. */
async function bringFresh(
  ruling: Ruling,
  { isClear }: Queued,
  delivery: Delivery,
  deadline: Deadline,
  deps: OutboxDeps,
): Promise<Brought> {
  const { outbox } = deps
  const lane = laneOf(scopeOf(delivery))
  if (!isClear || outbox.isHeldUp(lane)) return waitBehind(delivery, deadline, deps)
  try {
    const delivered = await send(ruling, delivery, deadline, deps)
    outbox.noticed('answers')
    // No reply waits for it.
    void noted(delivery, delivered, deps).then(() => {
      outbox.brought(delivery.event)
      outbox.wake()
    })
    return { result: 'delivered', ...delivered }
  } catch (error) {
    await letRest(delivery, error, deadline, deps)
    throw error
  }
}

/** Older answers of the lane wait to be brought again: the worker brings this one after them. */
async function waitBehind(
  { event }: Delivery,
  deadline: Deadline,
  { outbox }: OutboxDeps,
): Promise<Brought> {
  const { brought, forget } = outbox.whenBrought(event)
  try {
    await outbox.postpone(event, 0, 'BEHIND_OTHERS')
    outbox.hurry()
    await deadline.hold(() => brought)
    return { result: 'delivered', operation: undefined, reply: { status: 200 } }
  } finally {
    forget()
  }
}

async function send(
  ruling: Ruling,
  delivery: Delivery,
  deadline: Deadline,
  deps: BringDeps,
): Promise<Delivered> {
  await deps.turnstile.pass()
  const answer = answerOf(ruling, delivery, deps.keychain)
  deps.probe?.('before-send', delivery.event)
  const delivered = await deliver(answer, deadline, deps)
  deps.probe?.('after-send', delivery.event)
  return delivered
}

/** The platform has the answer by now: a store that fails here changes nothing for it. */
async function noted(
  { event }: Delivery,
  { digest }: Pick<Delivered, 'digest'>,
  { store, clock, logger, probe }: BringDeps,
): Promise<void> {
  try {
    await store.markAnswered(event, digest, clock.nowMs())
    probe?.('after-mark', event)
  } catch (error) {
    logger.error({ event_id: event, error: errorFacts(error) }, 'answer not noted')
  }
}

/** Leaves the answer to the worker. Where that fails, the claim ends by itself. */
async function letRest(
  delivery: Delivery,
  error: unknown,
  deadline: Deadline,
  { outbox, logger }: OutboxDeps,
): Promise<void> {
  const { event } = delivery
  try {
    if (isFault(error, 'ANSWER_REFUSED')) return await outbox.setAside(event, 'ANSWER_REFUSED')
    const isRefused = isFault(error, 'PLATFORM_REFUSED')
    if (!isRefused) outbox.noticed('out-of-reach')
    await outbox.postpone(event, 1, isFault(error) ? error.fault.code : 'INTERNAL')
  } catch (failure) {
    holdUp(delivery, deadline, { outbox })
    logger.error({ event_id: event, error: errorFacts(failure) }, 'attempt not noted')
  }
}

/** Lets nothing of its lane overtake an answer of which the store does not know that it waits. */
export function holdUp(
  delivery: Delivery,
  deadline: Deadline,
  { outbox }: Pick<BringDeps, 'outbox'>,
): void {
  outbox?.holdUp(laneOf(scopeOf(delivery)), claimEnd(deadline, outbox))
}

/** Nobody else brings an answer while its call lasts; and a second for noting what came of it. */
export function claimEnd(deadline: Deadline, { nowMs }: Pick<OutboxWorker, 'nowMs'>): number {
  return nowMs() + Math.max(0, Math.ceil(deadline.leftMs())) + 1000
}

/** Whether the worker brings it, whatever happens to this process, and nothing overtakes it. */
async function isKept(
  { decision }: Ruling,
  { event, request }: Delivery,
  { outbox, store, logger }: BringDeps,
): Promise<boolean> {
  if (outbox === undefined || !isAnswerOwed(request, decision)) return false
  try {
    const row = await store.outbox.row(event)
    return row !== undefined && row.setAside === undefined && row.lastError !== undefined
  } catch (error) {
    logger.error({ event_id: event, error: errorFacts(error) }, 'outbox cannot be read')
    return false
  }
}
