import { commitmentSource, eachCommitmentShape } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments with several inputs. */
export const policyCommitmentInputSingle: Rule<'policy-commitment-input-single'> = defineRule({
  tag: 'policy-commitment-input-single',
  summary: 'a commitment with another input beside the funding output',
  why: 'A second input would let its owner choose when the commitment is valid, and hides what the fee is.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: commitmentSource,
  limits:
    'Such a transaction is no commitment by shape either, so policy-lightspark-key-purpose refuses it whatever this rule leads to.',
  check: eachCommitmentShape(({ transaction: { inputs } }) =>
    inputs.length === 1 ? [] : [`there are ${inputs.length} inputs, not 1`],
  ),
})
