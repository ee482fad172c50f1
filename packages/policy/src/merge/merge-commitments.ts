import { equalBytes } from '@boltwarden/core/bytes'
import { ok } from '@boltwarden/core/result'
import { type CommitmentIndex, indexOf, type Sats } from '@boltwarden/core/units'
import type { ChannelState } from '../state/channel-state.ts'
import type { CounterpartyCommitment, Dues } from '../state/commitment-record.ts'
import { conflicting, type Merged } from './conflict.ts'

/** How many of the counterparty's commitments are remembered. */
const kept = 2

/**
 * The last two commitments of both memories.
 *
 * @param revealed - the lowest index whose secret is known: what the HTLCs of such commitments say
 *   of their point is of no more use.
 */
export function mergeCommitments(
  ours: Pick<ChannelState, 'commitments'>,
  theirs: Pick<ChannelState, 'commitments'>,
  revealed: CommitmentIndex | undefined,
): Merged<readonly CounterpartyCommitment[]> {
  const byNumber = new Map(ours.commitments.map((commitment) => [commitment.number, commitment]))
  for (const there of theirs.commitments) {
    const here = byNumber.get(there.number)
    if (here !== undefined && !equalBytes(here.txid, there.txid)) {
      return conflicting(`the counterparty's commitment ${there.number} differs`)
    }
    const isRevealed = revealed !== undefined && revealed <= indexOf(there.number)
    byNumber.set(there.number, here === undefined ? there : both(here, there, isRevealed))
  }
  const ascending = [...byNumber.values()].sort((a, b) => a.number - b.number)
  return ok(ascending.slice(-kept))
}

/** The same transaction, by what either remembers of it. */
function both(
  { htlcKeys: keysHere, dues: duesHere, ...same }: CounterpartyCommitment,
  { htlcKeys: keysThere, dues: duesThere }: CounterpartyCommitment,
  isRevealed: boolean,
): CounterpartyCommitment {
  const isOfUse = !isRevealed || (keysHere !== undefined && keysThere !== undefined)
  const htlcKeys = isOfUse ? (keysHere ?? keysThere) : undefined
  const dues = duesHere && duesThere ? highest(duesHere, duesThere) : (duesHere ?? duesThere)
  return {
    ...same,
    ...(htlcKeys !== undefined && { htlcKeys }),
    ...(dues !== undefined && { dues }),
  }
}

function highest(a: Dues, b: Dues): Dues {
  const most = (one: Sats, other: Sats): Sats => (other > one ? other : one)
  return {
    toHolderSats: most(a.toHolderSats, b.toHolderSats),
    withFeeSats: most(a.withFeeSats, b.withFeeSats),
  }
}
