import { anchorValue } from '@boltwarden/core/bolt3/scripts/anchor'
import { isAllowed } from '../onchain/allow-list.ts'
import type { Policy } from '../policy.ts'
import type { NodeState, UnlinkedFunding } from '../state/node-state.ts'
import type { ClosingFacts } from './closing-facts.ts'
import { type CommitmentReview, isMidlife } from './commitment-review.ts'
import { balanceOf } from './dues.ts'
import { htlcChanges, toHolderSats } from './htlc-changes.ts'
import type { HtlcFacts } from './htlc-facts.ts'
import { walletFunding } from './opener.ts'

/** HTLCs that we offer for the first time; those of a channel just adopted were there before. */
export function newlyOffered(review: CommitmentReview): readonly HtlcFacts[] {
  if (review.isRepeated || review.side !== 'counterparty') return []
  if (review.previous === undefined && isMidlife(review.state)) return []
  return htlcChanges(review).added.filter(({ way }) => way === 'outgoing')
}

/** What a commitment takes from us that no HTLC with an output explains; 0 or more. */
export function unexplainedSats(review: CommitmentReview, policy: Policy): bigint {
  const { previous, side, isRepeated } = review
  if (previous === undefined || isRepeated || side === 'holder') return 0n
  return balanceOf(review, policy).takenSats
}

/** The output of the L1 wallet that a channel's first commitment spends, where there is one. */
export function ownFunding(
  { facts, state, side }: CommitmentReview,
  node: NodeState,
): UnlinkedFunding | undefined {
  if (state?.funding !== undefined || side === 'holder') return undefined
  return walletFunding(facts, node)
}

/** What a first commitment gives the counterparty, where the fee and the anchors are ours to pay. */
export function toCounterpartySats({ facts }: CommitmentReview): bigint {
  const anchors = facts.type === 'anchors' ? 2n * anchorValue : 0n
  const given = facts.amountSats - facts.feeSats - anchors - toHolderSats(facts)
  return given > 0n ? given : 0n
}

/** What a counterparty's commitment takes out of the node over Lightning. */
export function outflowOf(review: CommitmentReview, node: NodeState, policy: Policy): bigint {
  const offered = newlyOffered(review).reduce((sum, { amountSats }) => sum + amountSats, 0n)
  const pushed = ownFunding(review, node) === undefined ? 0n : toCounterpartySats(review)
  return offered + unexplainedSats(review, policy) + pushed
}

/** What a close pays us: our own keys, and scripts that the owner allows. */
export function ownSats({ outputs }: ClosingFacts, policy: Policy): bigint {
  return outputs
    .filter(({ own, scriptPubKey }) => own !== undefined || isAllowed(policy, scriptPubKey))
    .reduce((sum, { value }) => sum + value, 0n)
}
