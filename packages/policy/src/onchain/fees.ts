import type { Policy } from '../policy.ts'
import type { SettledTransaction } from './settlement.ts'

/**
 * The weight, in weight units, that a transaction may pay for on top of its own: that of a parent
 * whose fee it raises. BOLT 3's commitment with anchors weighs 1,124 and 172 for each HTLC.
 */
export const parentWeight = 10_000

/**
 * What is wrong with a transaction's fee.
 *
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#expected-weight-of-the-commitment-transaction
 */
export function feeProblems(
  { onchain: { weight }, feeSats, isWhole, raisesParent }: SettledTransaction,
  { onchain: { maxFeeratePerKw } }: Policy,
): readonly string[] {
  if (isWhole && feeSats < 0n) return [`the outputs exceed the inputs by ${-feeSats} sat`]
  const paidWeight = weight + (raisesParent ? parentWeight : 0)
  const most = (BigInt(paidWeight) * BigInt(maxFeeratePerKw)) / 1000n
  return feeSats <= most
    ? []
    : [
        `${feeSats} sat of ours go to nobody; at most ${most} sat may, for ${paidWeight} weight units`,
      ]
}
