import type { Policy } from '../policy.ts'
import type { HtlcRecord } from '../state/commitment-record.ts'
import type { SettlingHtlc } from '../state/node-state.ts'
import type { CommitmentReview } from './commitment-review.ts'
import { balanceOf } from './dues.ts'
import { htlcChanges, recordOf, withoutOne } from './htlc-changes.ts'

/** The most HTLCs whose credit is waited for. */
export const maxSettling = 4096

/**
 * The HTLCs whose credit is waited for, once the preimage of some more was given. Those of a channel
 * that was closed never come: where there are too many, they go once no channel can hold them.
 *
 * @param lowest - the lowest height that the chain may have.
 */
export function stillSettling(
  settling: readonly SettlingHtlc[],
  more: readonly HtlcRecord[],
  lowest: number,
): readonly SettlingHtlc[] {
  const all = [...settling, ...more.map(settlingOf)]
  return all.length > maxSettling ? all.filter(({ cltvExpiry }) => cltvExpiry >= lowest) : all
}

/** Of too many, where the owner lets more come, those that are worth most. */
export function mostSettling(settling: readonly SettlingHtlc[]): readonly SettlingHtlc[] {
  if (settling.length <= maxSettling) return settling
  return [...settling].sort((a, b) => (a.amountSats > b.amountSats ? -1 : 1)).slice(0, maxSettling)
}

/**
 * The HTLCs whose credit is still waited for after a commitment. HTLCs have no numbers: where an invoice
 * is paid twice with one expiry, the second may take the place of the first in the commitment that
 * credits it. Nothing is gone then, but our balance has risen by as much.
 */
export function withoutCredited(
  settling: readonly SettlingHtlc[],
  review: CommitmentReview,
  policy: Policy,
): readonly SettlingHtlc[] {
  let left = review.settled.reduce(withoutOne, settling)
  if (left.length === 0 || review.previous === undefined) return left
  let { surplusSats } = balanceOf(review, policy)
  const { added } = htlcChanges(review)
  const stayed = review.facts.htlcs.filter((htlc) => !added.includes(htlc)).map(recordOf)
  for (const htlc of stayed) {
    if (htlc.way !== 'incoming' || htlc.amountSats > surplusSats) continue
    const rest = withoutOne(left, htlc)
    if (rest !== left) surplusSats -= htlc.amountSats
    left = rest
  }
  return left
}

function settlingOf({ paymentHash160, amountSats, cltvExpiry }: HtlcRecord): SettlingHtlc {
  return { paymentHash160, amountSats, cltvExpiry }
}
