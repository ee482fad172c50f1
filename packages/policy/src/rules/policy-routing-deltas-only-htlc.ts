import { commitmentFee } from '@boltwarden/core/bolt3/fees'
import { feeratePerKw } from '@boltwarden/core/units'
import type { CommitmentReview } from '../channel/commitment-review.ts'
import { unexplainedSats } from '../channel/outflow.ts'
import type { Policy } from '../policy.ts'
import { eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments that take from us what nothing explains. */
export const policyRoutingDeltasOnlyHtlc: Rule<'policy-routing-deltas-only-htlc'> = defineRule({
  tag: 'policy-routing-deltas-only-htlc',
  summary:
    "a counterparty's commitment that leaves us less than the one before, by more than the HTLCs that we offer anew, the rise of the fee and up to `maxTrimmedSats` of HTLCs without an output",
  why: 'Money leaves a channel by HTLCs only: a balance that falls by itself is a theft.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#normal-operation',
  limits:
    'Preimages of payments that we make are not sent, so an HTLC that is gone without bringing its money back is believed to be paid. HTLCs without an output are seen as fee only. What a commitment takes in fees is bounded by policy-commitment-fee-range.',
  check: eachCounterpartyCommitment((review, { policy }) => {
    const taken = unexplainedSats(review)
    const most = trimmedAllowance(review, policy)
    return taken <= most
      ? []
      : [`our balance falls by ${taken} sat that nothing explains, above ${most} sat`]
  }),
})

/** HTLCs without an output stand in the fee: what exceeds the least fee there can be is theirs. */
function trimmedAllowance({ facts, type }: CommitmentReview, { channels }: Policy): bigint {
  const { minFeeratePerKw, maxTrimmedSats } = channels
  const least = commitmentFee(type, feeratePerKw(minFeeratePerKw), facts.htlcs.length)
  const room = facts.feeSats - least
  if (room <= 0n) return 0n
  return room < maxTrimmedSats ? room : maxTrimmedSats
}
