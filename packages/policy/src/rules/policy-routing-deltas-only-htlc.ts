import { type Balance, balanceOf } from '../channel/dues.ts'
import { defineRule, type Finding, nothing, type Rule } from './rule.ts'

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
    'Preimages of payments that we make are not sent, so an HTLC that is gone without bringing its money back is believed to be paid. HTLCs without an output are seen as fee only, and so may be taken one after the other, which counts as paid over Lightning. Who opened a channel is not sent: it is us where the L1 wallet pays for it, else the counterparty. Where a fee charged to us contradicts the latter, the commitment is held. So is one with a fall above the limit that HTLCs without an output may explain, because the fee is large enough to hold them: an honest node may have so many, and the counterparty may have taken it for its fee. Once `maxTrimmedSats` is raised, it is signed when it is asked for again. Held as well, where we opened the channel, is one that drops an HTLC whose preimage was given without crediting it: HTLCs have no numbers, and if a payer pays an invoice twice with one expiry, the second may have taken the place of the first as that was credited. Of a channel whose opening was not seen, or in which the counterparty had nothing at first without a payment of the L1 wallet, what changes of the fee show is believed. Without anchors, a feerate above 6,600 leaves single payments of more than the default of `maxTrimmedSats` without an output: where we opened such a channel, they are held, unless the limit is above what is paid so. What a commitment takes in fees is bounded by policy-commitment-fee-range.',
  check: eachFinding(({ takenSats, mostSats, roomSats, isDoubtful }) => {
    if (takenSats <= mostSats) return nothing
    const falls = `our balance falls by ${takenSats} sat`
    // An owner who knows better can let these pass; a channel closed by force does not open again.
    if (isDoubtful) {
      const message = `${falls}, above ${mostSats} sat, for a fee that we pay only if we opened the channel: the L1 wallet paid nothing for it`
      return [{ message, temporary: true }]
    }
    if (takenSats <= roomSats) {
      const message = `${falls}, above ${mostSats} sat, which HTLCs may explain that have no output or look like another; the counterparty may as well have taken it`
      return [{ message, temporary: true }]
    }
    return [{ message: `${falls} that nothing explains, above ${mostSats} sat` }]
  }),
})

function eachFinding(check: (balance: Balance) => readonly Finding[]): Rule['check'] {
  return ({ commitments, policy }) =>
    commitments
      .filter(({ side, isRepeated }) => side === 'counterparty' && !isRepeated)
      .flatMap((review) =>
        check(balanceOf(review, policy)).map((finding) => ({
          ...finding,
          job: review.facts.job.job.id,
        })),
      )
}
