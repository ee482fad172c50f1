import type { Transaction } from '@boltwarden/core/bitcoin/transaction'

/** When a transaction would confirm: the next block's height, and the median time before it. */
export type Moment = {
  readonly height: number
  /** Median time of the eleven blocks up to the tip, seconds since 1970: BIP 113. */
  readonly medianTime: number
  /** The median time of the eleven blocks that end at this height. */
  readonly medianTimeAt: (height: number) => number
}

const lockTimeIsTimeFrom = 500_000_000
const finalSequence = 0xffff_ffff

/** Whether a transaction's lock time has come, or all its inputs waive it. */
export function isFinal(transaction: Transaction, { height, medianTime }: Moment): boolean {
  const { locktime, inputs } = transaction
  if (locktime === 0) return true
  if (locktime < (locktime < lockTimeIsTimeFrom ? height : medianTime)) return true
  return inputs.every(({ sequence }) => sequence === finalSequence)
}

/** Bits of a sequence. */
const disabled = 0x8000_0000
const inTime = 0x0040_0000
const valueMask = 0xffff

/**
 * The first input whose relative lock time has not run out.
 *
 * @param heights - where the output of each input is confirmed; one that waits counts as in the
 * next block.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0068.mediawiki
 */
export function relativelyLocked(
  transaction: Transaction,
  heights: readonly number[],
  moment: Moment,
): number | undefined {
  if (transaction.version < 2) return undefined
  const at = transaction.inputs.findIndex(({ sequence }, index) => {
    if (sequence >= disabled) return false
    const height = heights[index] ?? moment.height
    const value = sequence & valueMask
    if ((sequence & inTime) === 0) return height + value > moment.height
    const start = moment.medianTimeAt(Math.max(height - 1, 0))
    return start + value * 512 > moment.medianTime
  })
  return at === -1 ? undefined : at
}
