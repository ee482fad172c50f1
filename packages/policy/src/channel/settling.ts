import type { HtlcRecord } from '../state/commitment-record.ts'
import type { SettlingHtlc } from '../state/node-state.ts'

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

function settlingOf({ paymentHash160, amountSats, cltvExpiry }: HtlcRecord): SettlingHtlc {
  return { paymentHash160, amountSats, cltvExpiry }
}
