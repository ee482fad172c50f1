import { isMidlife } from '../channel/commitment-review.ts'
import { commitmentSource, eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses opening commitments with HTLCs. */
export const policyCommitmentFirstNoHtlcs: Rule<'policy-commitment-first-no-htlcs'> = defineRule({
  tag: 'policy-commitment-first-no-htlcs',
  summary: 'the opening commitment of a channel with an HTLC',
  why: 'Nothing can be in flight before the channel is open: such an output takes money out of it.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: commitmentSource,
  limits:
    'An HTLC is recognised by its job; an output without one is for policy-commitment-no-unrecognized-outputs.',
  check: eachCounterpartyCommitment(({ facts, number, state }) =>
    number === 0 && !isMidlife(state) && facts.htlcs.length > 0
      ? [`the opening commitment has ${facts.htlcs.length} HTLCs`]
      : [],
  ),
})
