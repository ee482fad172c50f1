import { anchorValue } from '@boltwarden/core/bolt3/scripts/anchor'
import { eachCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses anchors of another value. */
export const policyCommitmentAnchorAmount: Rule<'policy-commitment-anchor-amount'> = defineRule({
  tag: 'policy-commitment-anchor-amount',
  summary: 'an anchor that is not 330 satoshis',
  why: 'Anchors are paid by who opened the channel; more in them is taken from a balance, less is not relayed.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#to_local_anchor-and-to_remote_anchor-output-option_anchors',
  limits: 'An anchor is recognised by the funding key that it holds.',
  check: eachCommitment(({ facts }) =>
    facts.outputs
      .filter(({ kind }) => kind === 'holder-anchor' || kind === 'counterparty-anchor')
      .filter(({ value }) => value !== anchorValue)
      .map(({ value }) => `an anchor has ${value} sat, not ${anchorValue} sat`),
  ),
})
