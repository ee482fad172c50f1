import type { OutPoint } from '@boltwarden/core/bitcoin/transaction'
import type { Result } from '@boltwarden/core/result'
import { type Sats, sats } from '@boltwarden/core/units'
import { type OnchainPurpose, onchainPurposes } from '../onchain/purpose.ts'
import { outPointJson, readOutPoint } from './out-point.ts'
import { decodeRecord, type StateProblem, type StateRecord } from './record.ts'

/** What a job showed of an output of ours. */
export type OwnOutput = { readonly purpose: OnchainPurpose; readonly amountSats: Sats }

/**
 * What is remembered of an output that a signed transaction spends, for ever: jobs show the amount of
 * one input only, so the others' have to be remembered from event to event.
 */
export type SpentOutput = OutPoint & {
  /** Where a job of ours signed for it: the highest amount that was stated. */
  readonly own?: OwnOutput
  /**
   * What left by transactions whose first input this is. Only one of them can ever confirm, so it is
   * the most of any, not the sum.
   */
  readonly leftSats: Sats
  /** The fees of them, in the same way. */
  readonly feeSats: Sats
}

/** An output that nothing signed yet spends. */
export function unspentOutput({ txid: id, vout }: OutPoint): SpentOutput {
  return { txid: id, vout, leftSats: sats(0n), feeSats: sats(0n) }
}

/** The text that a store keeps. */
export function encodeSpentOutput(spent: SpentOutput): string {
  return JSON.stringify({
    v: 1,
    ...outPointJson(spent),
    own: spent.own && { purpose: spent.own.purpose, amountSats: String(spent.own.amountSats) },
    leftSats: String(spent.leftSats),
    feeSats: String(spent.feeSats),
  })
}

/** The inverse of {@link encodeSpentOutput}; refuses everything that it does not write. */
export function decodeSpentOutput(text: string): Result<SpentOutput, StateProblem> {
  return decodeRecord(text, [1], (record) => {
    const own = record.optional('own', (name) => record.object(name, readOwn))
    return {
      ...readOutPoint(record),
      ...(own !== undefined && { own }),
      leftSats: record.sats('leftSats'),
      feeSats: record.sats('feeSats'),
    }
  })
}

function readOwn(record: StateRecord): OwnOutput {
  return {
    purpose: record.oneOf('purpose', onchainPurposes),
    amountSats: record.sats('amountSats'),
  }
}
