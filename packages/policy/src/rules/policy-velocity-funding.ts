import { settle } from '../onchain/settlement.ts'
import { rateProblems } from './onchain-velocity.ts'
import { defineRule, type Rule } from './rule.ts'

/** Limits what leaves on the chain by the hour and the day. */
export const policyVelocityFunding: Rule<'policy-velocity-funding'> = defineRule({
  tag: 'policy-velocity-funding',
  summary:
    'an L1 transaction or a claim with which more would go to channels, withdrawals and the allow-list than `onchain.hourlySats` within an hour or `onchain.dailySats` within a day',
  why: 'What every other rule lets through may still be too much at once: a limit gives the owner time to see it.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://gitlab.com/lightning-signer/validating-lightning-signer/-/blob/main/docs/policy-controls.md',
  limits:
    'Transactions that share their first input count once, with the largest amount of them; others count even where only one of them can be mined. Time is counted in steps of five minutes.',
  check: (context) => {
    const { policy, facts, view } = context
    const { hourlySats, dailySats } = policy.onchain
    return rateProblems(context, {
      what: 'payments on the chain',
      before: view.node.onchainOut,
      addedSats: settle(policy, facts, view).newlyLeftSats,
      hourlySats,
      dailySats,
    })
  },
})
