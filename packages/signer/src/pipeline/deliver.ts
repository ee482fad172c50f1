import { createHash } from 'node:crypto'
import type { Answer } from '@boltwarden/core/answer'
import { isFault, type Mutation, toMutation } from '@boltwarden/sdk'
import type { Clock } from '../clock.ts'
import { isFault as ownFaults, SignerFault } from '../fault.ts'
import type { Reply } from '../http/reply.ts'
import type { Metrics } from '../metrics.ts'
import type { Deadline } from './deadline.ts'
import { heldByPlatform, type PlatformApi } from './reconcile.ts'

/** How answers reach the platform: through its API, or in the webhook's own reply. */
export type AnswerRoute =
  | { readonly answer: 'mutation'; readonly sender: PlatformApi }
  | { readonly answer: 'respond-directly' }

/** What was delivered. */
export type Delivered = {
  /** The mutation's name; none for an acknowledgement. */
  readonly operation: string | undefined
  /** SHA-256 of what was sent, 32 bytes. */
  readonly digest: Uint8Array
  readonly reply: Reply
}

export type DeliverDeps = {
  readonly route: AnswerRoute
  readonly clock: Clock
  readonly metrics: Metrics
}

/** The least time that a call to the platform is worth beginning with. */
const leastCallMs = 50

/**
 * Brings an answer to the platform, or into the reply. What the platform refuses because it has it
 * already counts as brought.
 *
 * @throws {SignerFault} `PLATFORM_UNAVAILABLE`, `PLATFORM_REFUSED`, `DEADLINE_PASSED`, or
 *   `ANSWER_REFUSED` where the platform has closed the job.
 */
export async function deliver(
  answer: Answer,
  deadline: Deadline,
  deps: DeliverDeps,
): Promise<Delivered> {
  const mutation = toMutation(answer)
  const digest = digestOf(mutation)
  const operation = mutation?.operation
  if (deps.route.answer === 'respond-directly') {
    const reply =
      mutation === undefined ? { status: 204 } : { status: 200, body: mutation.variables }
    return { operation, digest, reply }
  }
  if (mutation !== undefined) {
    const { sender } = deps.route
    try {
      await send(mutation, sender, deadline, deps)
    } catch (error) {
      if (!ownFaults(error, 'PLATFORM_REFUSED') || isAboutCredentials(error)) throw error
      await reconcile(answer, sender, deadline, error)
    }
  }
  return { operation, digest, reply: { status: 200 } }
}

/** Returns where the platform has the answer, whatever it said. */
async function reconcile(
  answer: Answer,
  api: PlatformApi,
  deadline: Deadline,
  refusal: SignerFault,
): Promise<void> {
  // Where it does not tell either, its refusal stands.
  const held = await heldByPlatform(answer, api, deadline).catch(() => undefined)
  if (held?.state === 'accepted') return
  if (held?.state !== 'closed') throw refusal
  const { status } = held
  throw new SignerFault({ code: 'ANSWER_REFUSED', status }, { cause: refusal })
}

/** Whether the platform did not let us in at all: nothing is wrong with the answer then. */
export function isAboutCredentials(error: SignerFault): boolean {
  const { fault } = error
  return fault.code === 'PLATFORM_REFUSED' && /^HTTP_STATUS 40[13]$/.test(fault.reason)
}

async function send(
  mutation: Mutation,
  sender: PlatformApi,
  deadline: Deadline,
  { clock, metrics }: DeliverDeps,
): Promise<void> {
  const { operation } = mutation
  const deadlineMs = Math.floor(deadline.leftMs())
  if (deadlineMs < leastCallMs) {
    throw new SignerFault({ code: 'DEADLINE_PASSED', deadlineMs: Math.round(deadline.elapsedMs()) })
  }
  const from = clock.monotonicMs()
  const seconds = () => (clock.monotonicMs() - from) / 1000
  try {
    await deadline.hold(() => sender.send(mutation, { deadlineMs }))
    metrics.calledPlatform(operation, 'accepted', seconds())
  } catch (error) {
    const fault = platformFault(error)
    const refused = fault instanceof SignerFault && fault.fault.code === 'PLATFORM_REFUSED'
    metrics.calledPlatform(operation, refused ? 'refused' : 'unavailable', seconds())
    throw fault
  }
}

/** A fault of the SDK's client in this package's words; anything else as it is. */
export function platformFault(error: unknown): unknown {
  if (!isFault(error)) return error
  const { fault } = error
  switch (fault.code) {
    case 'HTTP_STATUS': {
      const reason = `${fault.code} ${fault.status}`
      const code = error.transient ? 'PLATFORM_UNAVAILABLE' : 'PLATFORM_REFUSED'
      return new SignerFault({ code, reason }, { cause: error })
    }
    case 'NETWORK': {
      const reason = `${fault.code} ${fault.reason ?? 'unknown'}`
      return new SignerFault({ code: 'PLATFORM_UNAVAILABLE', reason }, { cause: error })
    }
    case 'TIMED_OUT':
    case 'ABORTED':
    case 'BAD_ANSWER':
      return new SignerFault({ code: 'PLATFORM_UNAVAILABLE', reason: fault.code }, { cause: error })
    default:
      return new SignerFault({ code: 'PLATFORM_REFUSED', reason: fault.code }, { cause: error })
  }
}

function digestOf(mutation: Mutation | undefined): Uint8Array {
  const sent = mutation === undefined ? null : [mutation.operation, mutation.variables]
  return new Uint8Array(createHash('sha256').update(JSON.stringify(sent)).digest())
}
