import type { CommitmentOutputKind } from '../channel/commitment-outputs.ts'
import { commitmentSource, eachCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments with outputs that nothing explains. */
export const policyCommitmentNoUnrecognizedOutputs: Rule<'policy-commitment-no-unrecognized-outputs'> =
  defineRule({
    tag: 'policy-commitment-no-unrecognized-outputs',
    summary:
      "a commitment with an output that is no balance, anchor or HTLC; of the counterparty's, more than one script that neither our key, an anchor nor an HTLC job explains",
    why: 'Every output that is not understood is money that may go anywhere.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source: commitmentSource,
    limits:
      "One unknown script is the counterparty's `to_local`: its keys and delay are not sent before it is too late. The scripts of our own commitment are not known either.",
    check: eachCommitment(({ facts, side, type }) => {
      const count = (kind: CommitmentOutputKind) =>
        facts.outputs.filter((output) => output.kind === kind).length
      const keys = count('key')
      return [
        ...(count('foreign') > 0 ? ['an output is of no kind that a commitment has'] : []),
        ...(side === 'counterparty' && count('script') > 1
          ? [`${count('script')} scripts are not explained, 1 may be`]
          : []),
        ...(side === 'holder' && keys > (type === 'anchors' ? 0 : 1)
          ? [`${keys} outputs pay keys at once`]
          : []),
      ]
    }),
  })
