import { indexOf } from '@boltwarden/core/units'
import type { CommitmentReview } from '../channel/commitment-review.ts'
import type { ChannelState } from '../state/channel-state.ts'
import { commitmentSource, eachCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments out of order. */
export const policyCommitmentRetrySame: Rule<'policy-commitment-retry-same'> = defineRule({
  tag: 'policy-commitment-retry-same',
  summary:
    'a commitment whose number goes back or jumps, or which repeats a number with another transaction; of our own commitments, one of a number that has no point yet',
  why: 'Each number is signed once: two commitments of one number could both be broadcast, and only one of them is expected. The same transaction again teaches nobody anything.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: commitmentSource,
  limits:
    'A number that jumps is held, not declined: where the store is older than the channel, the question is honest. BOLT 2 lets a node that reconnects sign another commitment for a number that was not acknowledged. LDK, which the platform runs, repeats the same one. Demoted to `warn`, two versions of a number may be out, and only the later one is remembered: that a payment stands in every commitment, or was credited, is then no longer sure. `hold` lets the owner look at each.',
  check: eachCommitment((review) => {
    if (review.isRepeated || review.state === undefined) return []
    return review.side === 'counterparty' ? ofCounterparty(review) : ofHolder(review, review.state)
  }),
})

function ofCounterparty({ number, last }: CommitmentReview): readonly string[] {
  if (last === undefined || number === last.number + 1) return []
  if (number === last.number) return [`number ${number} was signed with another transaction`]
  return [`after number ${last.number} comes ${last.number + 1}, not ${number}`]
}

function ofHolder({ number }: CommitmentReview, state: ChannelState): readonly string[] {
  const index = indexOf(number)
  if (state.broadcast.some((known) => known.index === index)) {
    return [`our own number ${number} was signed with another transaction`]
  }
  return index < state.lowestPoint ? [`the point of our own number ${number} was not given`] : []
}
