import { isAnswerOwed } from '@boltwarden/policy/owed'
import type { OutboxRow } from '@boltwarden/store'
import { isFault } from '../fault.ts'
import { answerOf } from '../pipeline/answer-of.ts'
import { type Deadline, deadlineAfter } from '../pipeline/deadline.ts'
import type { DecideDeps } from '../pipeline/decide.ts'
import { type DeliverDeps, deliver, isAboutCredentials } from '../pipeline/deliver.ts'
import { ownFault } from '../pipeline/ending.ts'
import { readCall } from '../pipeline/receive.ts'
import { judgeAgain } from './judge-again.ts'
import type { SetAsideReason } from './result.ts'

/** What became of an attempt to bring an answer. */
export type Attempt =
  | { readonly result: 'accepted' }
  | {
      readonly result: 'postponed'
      readonly code: string
      /** Whether it is this answer that fails, and not everything. */
      readonly isItsOwn: boolean
      /** A bug of ours. */
      readonly error?: unknown
    }
  | { readonly result: 'set-aside'; readonly reason: SetAsideReason }

export type AttemptDeps = DecideDeps & DeliverDeps

/** Makes the answer of a row again, if it may still be given, and brings it to the platform. */
export async function attempt(
  row: OutboxRow,
  limitMs: number,
  deps: AttemptDeps,
): Promise<Attempt> {
  const deadline = deadlineAfter(deps.clock.monotonicMs(), limitMs, deps.clock)
  try {
    return await bringAgain(row, deadline, deps)
  } catch (error) {
    return failureOf(ownFault(error))
  }
}

async function bringAgain(
  { event, body, receivedAtMs, verdict }: OutboxRow,
  deadline: Deadline,
  deps: AttemptDeps,
): Promise<Attempt> {
  const incoming = readCall({ body, receivedAtMs })
  if (incoming.kind !== 'request' || incoming.delivery.event !== event) {
    return { result: 'set-aside', reason: 'UNREADABLE' }
  }
  const { delivery } = incoming
  const { ruling, isForbidden } = await deadline.hold(() => judgeAgain(delivery, deps))
  const { decision } = ruling
  if (isForbidden) return { result: 'set-aside', reason: 'FORBIDDEN_SINCE' }
  // What is held may be right in a moment: a reveal is awaited, or the clock is wrong.
  if (decision.verdict === 'hold') return { result: 'postponed', code: 'HELD', isItsOwn: true }
  if (decision.verdict !== verdict || !isAnswerOwed(delivery.request, decision)) {
    return { result: 'set-aside', reason: 'FORBIDDEN_SINCE' }
  }
  const answer = answerOf(ruling, delivery, deps.keychain)
  deps.probe?.('before-send', event)
  const { digest } = await deliver(answer, deadline, deps)
  deps.probe?.('after-send', event)
  await deps.store.markAnswered(event, digest, deps.clock.nowMs())
  deps.probe?.('after-mark', event)
  return { result: 'accepted' }
}

function failureOf(error: unknown): Attempt {
  if (!isFault(error)) return { result: 'postponed', code: 'INTERNAL', isItsOwn: true, error }
  const { code } = error.fault
  if (code === 'ANSWER_REFUSED') return { result: 'set-aside', reason: code }
  const isItsOwn = code === 'PLATFORM_REFUSED' && !isAboutCredentials(error)
  return { result: 'postponed', code, isItsOwn }
}
