import { dustLimitOf } from '@boltwarden/core/bolt3/dust-limit'
import { eachCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments with dust, or that pay more than there is. */
export const policyCommitmentOutputsTrimmed: Rule<'policy-commitment-outputs-trimmed'> = defineRule(
  {
    tag: 'policy-commitment-outputs-trimmed',
    summary:
      'a commitment whose outputs exceed the funding amount, or that has an output below the dust limit of its script',
    why: 'Nodes do not relay dust: such a commitment cannot close the channel.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source: 'https://github.com/lightning/bolts/blob/master/03-transactions.md#trimmed-outputs',
    limits:
      'The dust limits that both sides agreed on may be higher than those of the network, and are not sent.',
    check: eachCommitment(({ facts }) => [
      ...(facts.feeSats < 0n ? [`the outputs exceed the amount by ${-facts.feeSats} sat`] : []),
      ...facts.outputs
        .filter(({ value, scriptPubKey }) => value < dustLimitOf(scriptPubKey))
        .map(({ value }) => `an output of ${value} sat is dust`),
    ]),
  },
)
