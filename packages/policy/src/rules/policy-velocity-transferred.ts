import { outflowOf } from '../channel/outflow.ts'
import { spentWithinDay, spentWithinHour } from '../state/velocity.ts'
import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses payments beyond what may leave within an hour or a day. */
export const policyVelocityTransferred: Rule<'policy-velocity-transferred'> = defineRule({
  tag: 'policy-velocity-transferred',
  summary:
    'a commitment by which more than `hourlySats` within an hour, or `dailySats` within a day, leaves over Lightning',
  why: 'Whatever else was overlooked, a limit in time leaves the owner time to notice.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://gitlab.com/lightning-signer/validating-lightning-signer',
  limits:
    'HTLCs count when they are offered, and stay counted where they fail. What a commitment takes without an explanation counts, and so does what an opening commitment gives away. Forwarded payments count like our own.',
  check: ({ policy, facts, commitments, view }) => {
    const amount = commitments.reduce(
      (sum, review) => sum + outflowOf(review, view.node, policy),
      0n,
    )
    if (amount === 0n) return nothing
    const { hourlySats, dailySats } = policy.payments
    const { receivedAtMs } = facts.delivery
    const { lightningOut } = view.node
    const limits = [
      ['an hour', spentWithinHour(lightningOut, receivedAtMs), hourlySats],
      ['a day', spentWithinDay(lightningOut, receivedAtMs), dailySats],
    ] as const
    return limits
      .filter(([, spent, most]) => most !== undefined && spent + amount > most)
      .map(([window, spent, most]) => ({
        message: `${spent + amount} sat within ${window}, above ${most} sat`,
      }))
  },
})
