import { p2wsh } from '../bitcoin/output-script.ts'
import type { OutPoint, Transaction } from '../bitcoin/transaction.ts'
import type { PublicKey } from '../bytes.ts'
import { type FeeratePerKw, sats } from '../units.ts'
import type { CommitmentHtlc } from './commitment-transaction.ts'
import type { CommitmentType } from './commitment-type.ts'
import { htlcTransactionFee } from './fees.ts'
import { buildToLocal } from './scripts/to-local.ts'

/** Everything that decides an HTLC transaction. */
export type HtlcTransactionParameters = {
  readonly type: CommitmentType
  /** The commitment's output. */
  readonly htlcOutput: OutPoint
  readonly htlc: Pick<CommitmentHtlc, 'direction' | 'amountMsat' | 'cltvExpiry'>
  readonly feerate: FeeratePerKw
  /** Of the commitment's broadcaster, in blocks. */
  readonly toSelfDelay: number
  readonly revocationPublicKey: PublicKey
  /** The broadcaster's. */
  readonly delayedPublicKey: PublicKey
}

/**
 * Builds the second stage of an HTLC, unsigned: HTLC-timeout where the broadcaster offered it,
 * else HTLC-success.
 *
 * @throws {RangeError} if the fee exceeds the amount: such an HTLC is trimmed and has no output.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#htlc-timeout-and-htlc-success-transactions
 */
export function buildHtlcTransaction(parameters: HtlcTransactionParameters): Transaction {
  const { type, htlc, htlcOutput } = parameters
  const fee = htlcTransactionFee(type, htlc.direction, parameters.feerate)
  const input = {
    txid: htlcOutput.txid,
    vout: htlcOutput.vout,
    scriptSig: new Uint8Array(),
    sequence: type === 'anchors' ? 1 : 0,
    witness: [],
  }
  const output = {
    value: sats(htlc.amountMsat / 1000n - fee),
    scriptPubKey: p2wsh(buildToLocal(parameters)),
  }
  return {
    version: 2,
    inputs: [input],
    outputs: [output],
    locktime: htlc.direction === 'offered' ? htlc.cltvExpiry : 0,
  }
}
