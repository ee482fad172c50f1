import type { ChannelId, NodeId } from '@boltwarden/core/ids'
import type { CommitmentIndex } from '@boltwarden/core/units'

/** What is remembered of a channel. Each field says which request sets it. */
export type ChannelState = {
  /** n of its path `m/3/n`. One channel has one path and one id, for ever. */
  readonly channel: number
  readonly id: ChannelId
  readonly node: NodeId
  /** The lowest index whose point was given; set by GET_PER_COMMITMENT_POINT. */
  readonly lowestPoint: CommitmentIndex
  /** The index of the last secret released; set by RELEASE_PER_COMMITMENT_SECRET. */
  readonly lastReleased?: CommitmentIndex
  /** The lowest index that the counterparty revealed; set by its REVEAL. */
  readonly lowestRevealed?: CommitmentIndex
}
