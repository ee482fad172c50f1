import { equalBytes } from '@boltwarden/core/bytes'
import type { Policy } from '../policy.ts'
import type { ChannelState } from '../state/channel-state.ts'
import type { BroadcastCommitment } from '../state/commitment-record.ts'
import type { CommitmentReview } from './commitment-review.ts'
import { holderScriptsOf } from './holder-scripts.ts'
import type { HtlcFacts } from './htlc-facts.ts'

/** The commitment of ours that an HTLC transaction spends; without index where it is signed with it. */
export type HolderParent = Pick<BroadcastCommitment, 'scripts' | 'toLocal' | 'maxFeeratePerKw'> &
  Partial<Pick<BroadcastCommitment, 'index'>>

/**
 * The commitment of ours that an HTLC transaction spends: one that was signed before, or that of the
 * same event; undefined where there is neither.
 */
export function holderParent(
  { input }: HtlcFacts,
  inEvent: CommitmentReview | undefined,
  state: ChannelState | undefined,
  policy: Policy,
): HolderParent | undefined {
  const signed = state?.broadcast.find(({ txid }) => equalBytes(txid, input.txid))
  if (signed !== undefined) return signed
  return inEvent?.side === 'holder' ? holderScriptsOf(inEvent, policy) : undefined
}
