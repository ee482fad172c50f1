import { type CommitmentIndex, maxCommitmentIndex } from '@boltwarden/core/units'
import type { ChannelState } from '../state/channel-state.ts'
import { releaseOf } from './channel-of.ts'
import { defineRule, type Finding, nothing, type Rule } from './rule.ts'

/** Refuses secrets out of order. */
export const policyLightsparkReleaseOrder: Rule<'policy-lightspark-release-order'> = defineRule({
  tag: 'policy-lightspark-release-order',
  summary:
    'a secret of any other index than the last released one again or the next one down; the first is 2^48-1. Never one at or below an index whose commitment of ours was signed',
  why: 'A secret revokes its commitment, and one of a lower index gives those above it by BOLT 3: one secret too early and the counterparty can take the whole channel.',
  mandatory: true,
  severity: 'error',
  appliesTo: ['release-per-commitment-secret'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#per-commitment-secret-requirements',
  limits:
    "Our new commitment and the counterparty's signature on it are never sent, so whether the node can still close the channel after a release in order cannot be known.",
  check: ({ facts, view }) => {
    const release = releaseOf(facts, view)
    if (release === undefined) return nothing
    const { index, state } = release
    return [...outOfOrder(index, state), ...ofBroadcast(index, state)]
  },
})

function outOfOrder(index: CommitmentIndex, state: ChannelState): readonly Finding[] {
  const last = state.lastReleased
  if (last !== undefined) {
    if (index === last || index === last - 1) return nothing
    return [{ message: `after the secret of ${last} comes that of ${last - 1}, not of ${index}` }]
  }
  if (state.origin === 'opening') {
    return index === maxCommitmentIndex
      ? nothing
      : [{ message: `the first secret is that of ${maxCommitmentIndex}, not of ${index}` }]
  }
  // When a secret is due, the points of the next commitment and of the two after it may be given.
  const ahead = index - state.lowestPoint
  return ahead <= 3
    ? nothing
    : [{ message: `the point of ${state.lowestPoint} was given, ${ahead} ahead of ${index}` }]
}

function ofBroadcast(index: CommitmentIndex, { broadcast }: ChannelState): readonly Finding[] {
  const signed = broadcast.find((known) => index <= known.index)
  if (signed === undefined) return nothing
  return [{ message: `our own commitment of index ${signed.index} was signed` }]
}
