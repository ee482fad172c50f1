import { eachAnchor } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments on which the counterparty's anchor is missing or doubled. */
export const policyCommitmentAnchorToCounterparty: Rule<'policy-commitment-anchor-to-counterparty'> =
  defineRule({
    tag: 'policy-commitment-anchor-to-counterparty',
    summary:
      "a commitment of an anchor channel on which the counterparty's anchor is missing, doubled, or stands without a balance or HTLC",
    why: 'An anchor more than BOLT 3 has is money taken from the channel; one less leaves a side without a way to raise the fee.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#to_local_anchor-and-to_remote_anchor-output-option_anchors',
    limits:
      'An anchor of another key is an unknown script; the keys of the anchors are the two funding keys. Our own commitments are not looked at: which of their scripts is whose balance is not known.',
    check: eachAnchor("the counterparty's", 'counterparty-anchor', 'script'),
  })
