import { eachClosing } from './closing-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses closes whose fee is out of range. */
export const policyMutualFeeRange: Rule<'policy-mutual-fee-range'> = defineRule({
  tag: 'policy-mutual-fee-range',
  summary:
    'a closing transaction whose fee exceeds `maxCloseFeeSats`, or whose outputs exceed the funding amount',
  why: 'The fee of a close is negotiated by the node: whoever controls it could give the channel to miners.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#legacy-closing-transaction',
  limits:
    'The weight of the signed transaction is not known, so the fee is bounded and not the feerate. Who pays it is for policy-mutual-value-matches-commitment.',
  check: eachClosing(({ feeSats }, _last, { policy }) => {
    const { maxCloseFeeSats } = policy.channels
    if (feeSats < 0n) return [`the outputs exceed the amount by ${-feeSats} sat`]
    return feeSats > maxCloseFeeSats
      ? [`the fee is ${feeSats} sat, above ${maxCloseFeeSats} sat`]
      : []
  }),
})
