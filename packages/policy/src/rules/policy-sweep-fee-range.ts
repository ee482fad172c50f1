import { feeProblems } from '../onchain/fees.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses claims that leave too much to miners. */
export const policySweepFeeRange: Rule<'policy-sweep-fee-range'> = defineRule({
  tag: 'policy-sweep-fee-range',
  summary:
    'a claim, or a second stage of our own HTLCs, that leaves more to miners than `onchain.maxFeeratePerKw` for its weight, or whose outputs exceed its inputs',
  why: 'What an output does not hold goes to whoever mines the block: a huge fee is a theft that looks like haste.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/05-onchain.md#requirements-for-revoked-transactions',
  limits:
    "A job shows the amount of its own input only. Inputs of other events count once they are seen, so a transaction is judged by all of them when its last input is signed. Fee rates are not sent: the limit is the owner's.",
  check: eachTransaction(['sweep', 'second-stage'], (settled, { policy }) => {
    const isWallet = settled.onchain.jobs.some(({ purpose }) => purpose === 'wallet')
    return isWallet ? [] : feeProblems(settled, policy)
  }),
})
