import { eachCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses anchors on channels without them. */
export const policyCommitmentAnchorsNotWhenOff: Rule<'policy-commitment-anchors-not-when-off'> =
  defineRule({
    tag: 'policy-commitment-anchors-not-when-off',
    summary: 'a commitment with anchors on a channel whose first commitment had none',
    why: 'The type of a channel is agreed once: another one changes its scripts, fees and what can be claimed.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#to_local_anchor-and-to_remote_anchor-output-option_anchors',
    limits:
      'The type is inferred from the first commitment: an anchor stands there beside every balance.',
    check: eachCommitment(({ facts, type }) =>
      type === 'static-remotekey' && facts.type === 'anchors'
        ? ['the channel has no anchors, the commitment has']
        : [],
    ),
  })
