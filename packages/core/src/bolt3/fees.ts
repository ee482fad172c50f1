import { type FeeratePerKw, type Sats, sats } from '../units.ts'
import type { CommitmentType } from './commitment-type.ts'

/** Who offered an HTLC, as the commitment's broadcaster sees it. */
export type HtlcDirection = 'offered' | 'received'

const commitmentBaseWeight: Readonly<Record<CommitmentType, number>> = {
  'static-remotekey': 724,
  anchors: 1124,
}
const htlcOutputWeight = 172

// An offered HTLC is resolved by the HTLC-timeout transaction, a received one by HTLC-success.
const htlcWeight: Readonly<Record<CommitmentType, Readonly<Record<HtlcDirection, number>>>> = {
  'static-remotekey': { offered: 663, received: 703 },
  anchors: { offered: 666, received: 706 },
}

/**
 * The weight that BOLT 3 expects of a signed commitment, in weight units.
 *
 * @param htlcs - how many HTLCs have an output.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#fee-calculation
 */
export function commitmentWeight(type: CommitmentType, htlcs: number): number {
  return commitmentBaseWeight[type] + htlcOutputWeight * htlcs
}

/**
 * The base fee of a commitment, which the channel's funder pays.
 *
 * @example
 * ```ts
 * import { commitmentFee } from '@boltwarden/core/bolt3/fees'
 * import { feeratePerKw } from '@boltwarden/core/units'
 * commitmentFee('static-remotekey', feeratePerKw(5000), 2) // 5340n
 * ```
 */
export function commitmentFee(type: CommitmentType, feerate: FeeratePerKw, htlcs: number): Sats {
  return feeOf(feerate, commitmentWeight(type, htlcs))
}

/** The weight that BOLT 3 expects of a signed HTLC transaction, in weight units. */
export function htlcTransactionWeight(type: CommitmentType, direction: HtlcDirection): number {
  return htlcWeight[type][direction]
}

/** The fee of an HTLC transaction; none on anchor channels, whose owner adds an input for it. */
export function htlcTransactionFee(
  type: CommitmentType,
  direction: HtlcDirection,
  feerate: FeeratePerKw,
): Sats {
  return type === 'anchors' ? sats(0n) : feeOf(feerate, htlcTransactionWeight(type, direction))
}

/** The fee of a weight at a feerate, rounded down. */
export function feeOf(feerate: FeeratePerKw, weight: number): Sats {
  return sats((BigInt(feerate) * BigInt(weight)) / 1000n)
}
