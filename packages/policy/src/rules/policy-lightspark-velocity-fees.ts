import { settle } from '../onchain/settlement.ts'
import { rateProblems } from './onchain-velocity.ts'
import { defineRule, type Rule } from './rule.ts'

/** Limits what is left to miners by the hour and the day. */
export const policyLightsparkVelocityFees: Rule<'policy-lightspark-velocity-fees'> = defineRule({
  tag: 'policy-lightspark-velocity-fees',
  summary:
    'an L1 transaction or a claim with which more would be left to miners than `onchain.feeHourlySats` within an hour or `onchain.feeDailySats` within a day (by default 5,000,000: 60 claims of one input at the highest feerate)',
  why: 'Many transactions with a fee that each is allowed to have empty a wallet too.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://gitlab.com/lightning-signer/validating-lightning-signer/-/blob/main/docs/policy-controls.md',
  limits:
    'Transactions that share their first input count once, with the highest fee of them. Fees of commitments, closes and their HTLC transactions are limited by rules of their own and do not count.',
  check: (context) => {
    const { policy, facts, view } = context
    const { feeHourlySats, feeDailySats } = policy.onchain
    return rateProblems(context, {
      what: 'fees on the chain',
      before: view.node.onchainFees,
      addedSats: settle(policy, facts, view).newFeeSats,
      hourlySats: feeHourlySats,
      dailySats: feeDailySats,
    })
  },
})
