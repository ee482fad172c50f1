import { feeProblems, parentWeight } from '../onchain/fees.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses wallet transactions that leave too much to miners. */
export const policyOnchainFeeRange: Rule<'policy-onchain-fee-range'> = defineRule({
  tag: 'policy-onchain-fee-range',
  summary: `an L1 transaction that leaves more to miners than \`onchain.maxFeeratePerKw\` for its weight (and ${parentWeight} weight units more where it spends an anchor of our commitment), or whose outputs exceed its inputs`,
  why: 'What no output holds goes to whoever mines the block: a huge fee is a theft that looks like haste.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki#motivation',
  limits:
    "A job shows the amount of its own input only. Inputs of other events count once they are seen, so a transaction is judged by all of them when its last input is signed; what others' inputs bring cannot be known.",
  check: eachTransaction(['wallet', 'anchor'], (settled, { policy }) =>
    feeProblems(settled, policy),
  ),
})
