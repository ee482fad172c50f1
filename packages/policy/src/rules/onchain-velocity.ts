import { spentWithinDay, spentWithinHour, type Velocity } from '../state/velocity.ts'
import type { Finding, RuleContext } from './rule.ts'

/** What an event adds to what went out before, and the limits on both together. */
export type Rate = {
  /** What goes out, in words. */
  readonly what: string
  readonly before: Velocity
  readonly addedSats: bigint
  readonly hourlySats: bigint | undefined
  readonly dailySats: bigint | undefined
}

/** Where an event takes more out than the limits allow; one that adds nothing never does. */
export function rateProblems({ facts }: RuleContext, rate: Rate): readonly Finding[] {
  const { what, before, addedSats, hourlySats, dailySats } = rate
  const job = facts.onchain[0]?.jobs[0]?.facts.job.id
  if (addedSats === 0n || job === undefined) return []
  const { receivedAtMs } = facts.delivery
  const hour = spentWithinHour(before, receivedAtMs) + addedSats
  const day = spentWithinDay(before, receivedAtMs) + addedSats
  const message = (sum: bigint, time: string, most: bigint) =>
    `${sum} sat of ${what} within ${time} would exceed ${most} sat`
  return [
    ...(hourlySats !== undefined && hour > hourlySats
      ? [{ job, message: message(hour, 'an hour', hourlySats) }]
      : []),
    ...(dailySats !== undefined && day > dailySats
      ? [{ job, message: message(day, 'a day', dailySats) }]
      : []),
  ]
}
