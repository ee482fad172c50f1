import { commitmentSource, eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments that pay our balance to another key. */
export const policyCommitmentCountersignatoryPubkey: Rule<'policy-commitment-countersignatory-pubkey'> =
  defineRule({
    tag: 'policy-commitment-countersignatory-pubkey',
    summary:
      "a counterparty's commitment with a `to_remote` to another key than our payment key, or in the form of the other channel type",
    why: 'What we have in the channel stands in `to_remote`: to another key it is lost.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source: commitmentSource,
    limits:
      "On an anchor channel `to_remote` is behind a script, so that another key's is one more unknown script: that is for policy-commitment-no-unrecognized-outputs. A commitment without `to_remote` is for policy-routing-deltas-only-htlc.",
    check: eachCounterpartyCommitment(({ facts, type }) => [
      ...facts.outputs
        .filter(({ kind }) => kind === 'key')
        .map(({ value }) => `${value} sat go to a key that is not ours`),
      ...facts.outputs
        .filter(({ kind, isDelayed }) => kind === 'to-holder' && isDelayed !== (type === 'anchors'))
        .map(() => `our output has not the form of a channel with ${type}`),
    ]),
  })
