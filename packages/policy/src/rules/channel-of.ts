import { type CommitmentIndex, maxCommitmentIndex } from '@boltwarden/core/units'
import type { Facts } from '../facts.ts'
import type { ChannelState } from '../state/channel-state.ts'
import type { View } from '../view.ts'

/** n of the path `m/3/n` that a request for a point or a secret names, where it names one. */
export function channelOf(facts: Facts): number | undefined {
  const path = facts.channelPath
  return path?.ok && path.value.purpose === 'channel-seed' ? path.value.channel : undefined
}

/** A secret that is asked for, and what is known of its channel; undefined where nothing is. */
export function releaseOf(
  facts: Facts,
  view: View,
): { readonly index: CommitmentIndex; readonly state: ChannelState } | undefined {
  const { request } = facts.delivery
  const channel = channelOf(facts)
  if (request.kind !== 'release-per-commitment-secret' || channel === undefined) return undefined
  const state = view.channels.get(channel)
  return state && { index: request.index, state }
}

/** The index whose secret is due next, below 0 where none is left; undefined where it is not known. */
export function nextRelease({ origin, lastReleased }: ChannelState): number | undefined {
  if (lastReleased === undefined) return origin === 'opening' ? maxCommitmentIndex : undefined
  return lastReleased - 1
}
