import type { CommitmentReview } from '../channel/commitment-review.ts'
import { type Balance, balanceOf } from '../channel/dues.ts'
import type { Policy } from '../policy.ts'
import { eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments that take from us what nothing explains. */
export const policyRoutingDeltasOnlyHtlc: Rule<'policy-routing-deltas-only-htlc'> = defineRule({
  tag: 'policy-routing-deltas-only-htlc',
  summary:
    "a counterparty's commitment that leaves us less than the one before, by more than the HTLCs that we offer anew and up to `maxTrimmedSats` of HTLCs without an output, or one that the counterparty's feerate leaves without (none on a node that only receives or registers its payments), or that drops an HTLC to us without crediting it although its preimage was given. Where we opened the channel, our balance and the fee count together; where the counterparty did, no fee explains that our balance falls",
  why: 'Money leaves a channel by HTLCs only: a balance that falls by itself is a theft.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#normal-operation',
  limits:
    'Preimages of payments that we make are not sent, so an HTLC that is gone without bringing its money back is believed to be paid. HTLCs without an output are seen as fee only, and so may be taken one after the other, which counts as paid over Lightning. Who opened a channel is not sent: it is us where the L1 wallet pays for it, else the counterparty. Where a fee charged to us contradicts the latter, the commitment is held. Of a channel whose opening was not seen, or in which the counterparty had nothing at first without a payment of the L1 wallet, what changes of the fee show is believed. Without anchors, a feerate above 6,600 leaves single payments of more than the default of `maxTrimmedSats` without an output: where we opened such a channel, the limit has to be above what is paid so. What a commitment takes in fees is bounded by policy-commitment-fee-range.',
  check: (context) => [...taken(context), ...doubtful(context)],
})

const taken = eachCounterpartyCommitment((review, { policy }) => {
  const { takenSats, mostSats, isDoubtful } = weighed(review, policy)
  return takenSats <= mostSats || isDoubtful
    ? []
    : [`our balance falls by ${takenSats} sat that nothing explains, above ${mostSats} sat`]
})

/** An owner who knows better can let it pass; a channel closed by force does not open again. */
const doubts = eachCounterpartyCommitment((review, { policy }) => {
  const { takenSats, mostSats, isDoubtful } = weighed(review, policy)
  return isDoubtful
    ? [
        `our balance falls by ${takenSats} sat, above ${mostSats} sat, for a fee that we pay only if we opened the channel: the L1 wallet paid nothing for it`,
      ]
    : []
})

const doubtful: Rule['check'] = (context) =>
  doubts(context).map((finding) => ({ ...finding, temporary: true as const }))

function weighed(
  review: CommitmentReview,
  policy: Policy,
): Pick<Balance, 'takenSats' | 'mostSats' | 'isDoubtful'> {
  return review.isRepeated
    ? { takenSats: 0n, mostSats: 0n, isDoubtful: false }
    : balanceOf(review, policy)
}
