import type { Decision } from '@boltwarden/policy/decision'
import { violationsOf } from '@boltwarden/policy/decision'
import type { Delivery } from '@boltwarden/policy/event'
import type { Keeping } from '@boltwarden/store'
import type { Ruled } from '../capture/capture.ts'
import type { Place } from '../overload/waiting-room.ts'
import type { Deadline } from './deadline.ts'
import { type DecideDeps, decide } from './decide.ts'

/** Rules whose violation a reveal may end. */
const healedByReveal: ReadonlySet<string> = new Set([
  'policy-commitment-previous-revoked',
  'policy-lightspark-justice-tweak',
  'policy-lightspark-preimage-htlc',
])

/** What must be left of the deadline for signing and sending. */
const answerReserveMs = 1500

/**
 * Decides a delivery. The platform reveals a counterparty's secret without waiting, so the next
 * commitment, or a preimage, may overtake it: what is held for that alone waits for the reveal, is judged anew as
 * soon as one is on the disk, and stays held where none comes.
 */
export async function decideOnceRevealed(
  delivery: Delivery,
  deadline: Deadline,
  place: Pick<Place, 'stepAside'>,
  deps: DecideDeps,
  keeping?: Keeping,
): Promise<Ruled> {
  const { reveals, metrics } = deps
  const { revealGraceMs } = deps.policy().policy.channels
  // Read before deciding: what is revealed in between must not be slept through.
  let since = reveals.count
  let ruled = await deadline.hold(() => decide(delivery, deps, keeping))
  if (!awaitsReveal(ruled.decision)) return ruled
  const graceEnds = deadline.elapsedMs() + revealGraceMs
  while (awaitsReveal(ruled.decision)) {
    const left = Math.min(graceEnds - deadline.elapsedMs(), deadline.leftMs() - answerReserveMs)
    // Whoever waits must not keep the reveal itself from its turn.
    if (left <= 0 || !(await place.stepAside(() => reveals.next(since, left)))) break
    since = reveals.count
    ruled = await deadline.hold(() => decide(delivery, deps, keeping))
  }
  metrics.awaitedReveal(awaitsReveal(ruled.decision) ? 'held' : 'revealed')
  return ruled
}

function awaitsReveal(decision: Decision): boolean {
  return (
    decision.verdict === 'hold' && violationsOf(decision).some(({ tag }) => healedByReveal.has(tag))
  )
}
