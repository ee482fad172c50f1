import { equalBytes } from '@boltwarden/core/bytes'
import { type CommitmentIndex, indexOf } from '@boltwarden/core/units'
import type { CommitmentReview } from '../channel/commitment-review.ts'
import type { HtlcFacts } from '../channel/htlc-facts.ts'
import type { ChannelState } from '../state/channel-state.ts'
import { defineRule, type Finding, nothing, type Rule } from './rule.ts'

/** Refuses to sign our own revoked commitments. */
export const policyCommitmentHolderNotRevoked: Rule<'policy-commitment-holder-not-revoked'> =
  defineRule({
    tag: 'policy-commitment-holder-not-revoked',
    summary:
      'our own commitment, or an HTLC transaction of it, whose secret was released; an HTLC transaction of our own that shows neither its commitment nor its index',
    why: 'Who broadcasts a revoked commitment loses the channel to the counterparty.',
    mandatory: true,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/05-onchain.md#revoked-transaction-close-handling',
    limits:
      "Keys and amounts behind the scripts of our own commitment follow from what is never sent; its number is what its locktime and sequence hide. A commitment that pays our payment key is taken for the counterparty's: by policy-routing-deltas-only-htlc it then leaves us what we had.",
    check: ({ commitments, facts, view }) => [
      ...commitments
        .filter(({ side, isRepeated }) => side === 'holder' && !isRepeated)
        .flatMap(ofCommitment),
      ...facts.channels.htlcs
        .filter(({ signer }) => signer === 'broadcaster')
        .flatMap((htlc) => ofHtlc(htlc, view.channels.get(htlc.channel))),
    ],
  })

function ofCommitment({ facts, state, number }: CommitmentReview): readonly Finding[] {
  // Where the job names another index than the transaction hides, neither may be revoked.
  const indexes = [indexOf(number), ...(facts.index === undefined ? [] : [facts.index])]
  const revoked = indexes.find((index) => isReleased(index, state))
  if (revoked === undefined) return nothing
  return [{ job: facts.job.job.id, message: `the secret of ${revoked} was released` }]
}

function ofHtlc(htlc: HtlcFacts, state: ChannelState | undefined): readonly Finding[] {
  const { id, index } = htlc.job.job
  const isOfBroadcast = state?.broadcast.some(({ txid }) => equalBytes(txid, htlc.input.txid))
  if (index === undefined) {
    return isOfBroadcast
      ? nothing
      : [{ job: id, message: 'neither its commitment nor its index is known' }]
  }
  return isReleased(index, state)
    ? [{ job: id, message: `the secret of ${index} was released` }]
    : nothing
}

function isReleased(index: CommitmentIndex, state: ChannelState | undefined): boolean {
  return state?.lastReleased !== undefined && index >= state.lastReleased
}
