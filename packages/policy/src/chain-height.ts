import type { Network } from '@boltwarden/core/network'

/** The first lock time that is a time and no block height. */
export const firstLockTime = 500_000_000

/** Block 840,000 of mainnet, 20 April 2024. */
const halving = { height: 840_000, atMs: Date.UTC(2024, 3, 20) } as const

const minuteMs = 60_000

/** Mainnet took 9.58 minutes a block in its first 840,000 blocks. */
const fastestBlockMs = 9.5 * minuteMs
const slowestBlockMs = 11 * minuteMs

/** Blocks of chance. */
const margin = 1000

/** No test chain is as high: the highest, testnet, grew by 4 million blocks in 13 years. */
const highestTestHeight = 10_000_000

/** A range of block heights, both ends included. */
export type Heights = { readonly lowest: number; readonly highest: number }

/**
 * The heights that the tip of a chain may have. A signer sees no blocks: on mainnet they follow from
 * the time, within some months; elsewhere, where blocks may be made at will and are worth nothing,
 * only what no chain reaches is told from what one may.
 *
 * @param atMs - milliseconds since 1970.
 * @example
 * ```ts
 * import { plausibleHeights } from '@boltwarden/policy/chain-height'
 * plausibleHeights('MAINNET', Date.UTC(2024, 3, 20)) // { lowest: 839000, highest: 841000 }
 * ```
 */
export function plausibleHeights(network: Network, atMs: number): Heights {
  if (network !== 'MAINNET') return { lowest: 0, highest: highestTestHeight }
  const elapsed = Math.max(0, atMs - halving.atMs)
  return {
    lowest: halving.height + Math.floor(elapsed / slowestBlockMs) - margin,
    highest: halving.height + Math.ceil(elapsed / fastestBlockMs) + margin,
  }
}
