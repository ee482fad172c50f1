import type { Hash160 } from '@boltwarden/core/bitcoin/hash'
import type { Transaction, TxIn, TxOut } from '@boltwarden/core/bitcoin/transaction'
import type { HtlcDirection } from '@boltwarden/core/bolt3/fees'
import type { SpentHtlcScript } from '@boltwarden/core/bolt3/spend'
import { equalBytes, type PublicKey } from '@boltwarden/core/bytes'
import type { CommitmentIndex, Sats } from '@boltwarden/core/units'
import type { JobFacts } from '../facts/job-facts.ts'
import type { HtlcWay } from '../state/commitment-record.ts'

/** A job that takes an HTLC to its second stage, by either side's commitment. */
export type HtlcFacts = {
  readonly job: JobFacts
  /** n of `m/3/n`. */
  readonly channel: number
  /** `countersignatory`: on the counterparty's commitment; `broadcaster`: on our own. */
  readonly signer: 'broadcaster' | 'countersignatory'
  readonly script: SpentHtlcScript
  /** As the commitment's broadcaster sees it. */
  readonly direction: HtlcDirection
  /** As we see it. */
  readonly way: HtlcWay
  readonly paymentHash160: Hash160
  /** Block height; of what the broadcaster offered it is the transaction's locktime. */
  readonly cltvExpiry: number
  readonly amountSats: Sats
  readonly transaction: Transaction
  readonly input: TxIn
  /** The output beside the input. */
  readonly output: TxOut
  /** Whether the broadcaster's key is ours by our point of the job's index; undefined: no index. */
  readonly isHolderKey: boolean | undefined
}

/** Our own HTLC key at one of our points. */
export type HolderHtlcKey = (channel: number, index: CommitmentIndex) => PublicKey

/** The facts of a job that is one; undefined for any other. */
export function htlcFactsOf(job: JobFacts, holderHtlcKey: HolderHtlcKey): HtlcFacts | undefined {
  const { path, spend, match, transaction } = job
  if (spend?.kind !== 'htlc-transaction' || match === undefined) return undefined
  if (!path.ok || path.value.purpose !== 'channel-key' || !transaction?.ok) return undefined
  const { inputs, outputs, locktime } = transaction.value.transaction
  const input = inputs[match.inputIndex]
  const output = outputs[match.inputIndex]
  const { amount } = job.job
  if (input === undefined || output === undefined || amount === undefined) return undefined
  const { script, signer } = spend
  const direction = script.template === 'offered-htlc' ? 'offered' : 'received'
  const isOurOffer = (direction === 'offered') === (signer === 'broadcaster')
  return {
    job,
    channel: path.value.channel,
    signer,
    script,
    direction,
    way: isOurOffer ? 'outgoing' : 'incoming',
    paymentHash160: script.paymentHash160,
    cltvExpiry: script.template === 'received-htlc' ? script.cltvExpiry : locktime,
    amountSats: amount,
    transaction: transaction.value.transaction,
    input,
    output,
    isHolderKey:
      job.job.index === undefined
        ? undefined
        : equalBytes(
            script.broadcasterHtlcPublicKey,
            holderHtlcKey(path.value.channel, job.job.index),
          ),
  }
}
