import { commitmentSource, eachCommitmentShape } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments of another version. */
export const policyCommitmentVersion: Rule<'policy-commitment-version'> = defineRule({
  tag: 'policy-commitment-version',
  summary: 'a commitment whose transaction version is not 2',
  why: 'Relative locks, on which every delay of a channel rests, do not hold below version 2.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: commitmentSource,
  limits:
    'What spends a funding output and is neither in the shape of a commitment nor of a close is refused by policy-lightspark-key-purpose.',
  check: eachCommitmentShape(({ transaction: { version } }) =>
    version === 2 ? [] : [`the version is ${version}, not 2`],
  ),
})
