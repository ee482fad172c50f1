import { eachAnchor } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments on which our anchor is missing or doubled. */
export const policyCommitmentAnchorToHolder: Rule<'policy-commitment-anchor-to-holder'> =
  defineRule({
    tag: 'policy-commitment-anchor-to-holder',
    summary:
      'a commitment of an anchor channel on which our anchor is missing, doubled, or stands without a balance or HTLC',
    why: 'The anchor is what pays for the confirmation of a commitment whose own fee has become too low.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#to_local_anchor-and-to_remote_anchor-output-option_anchors',
    limits:
      'An anchor of another key is an unknown script; the keys of the anchors are the two funding keys. Our own commitments are not looked at: which of their scripts is whose balance is not known.',
    check: eachAnchor('our', 'holder-anchor', 'to-holder'),
  })
