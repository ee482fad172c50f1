import { eachHtlc } from './htlc-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses HTLC transactions whose sequence is not as BOLT 3 has it. */
export const policyHtlcSequence: Rule<'policy-htlc-sequence'> = defineRule({
  tag: 'policy-htlc-sequence',
  summary: 'an HTLC transaction whose sequence is not 0, or on anchor channels not 1',
  why: 'On anchor channels the script wants one block of delay; without it the transaction is invalid.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#htlc-timeout-and-htlc-success-transactions',
  limits:
    "The sequences of other inputs, which pay for an anchor channel's HTLC transactions, are for the rules on the L1 wallet.",
  check: eachHtlc(({ script, input: { sequence } }) => {
    const expected = script.commitmentType === 'anchors' ? 1 : 0
    return sequence === expected ? [] : [`the sequence is ${sequence}, not ${expected}`]
  }),
})
