import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { type Transaction, type TxIn, transactionId } from '@boltwarden/core/bitcoin/transaction'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { equalBytes, type PublicKey, type Txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { ChannelKeyName } from '@boltwarden/core/keys/key-path'
import type { CommitmentIndex, Sats } from '@boltwarden/core/units'
import type { JobFacts, JobPorts } from '../facts/job-facts.ts'
import { type CommitmentOutputFacts, recogniseCommitmentOutputs } from './commitment-outputs.ts'
import type { HtlcFacts } from './htlc-facts.ts'

/** A spend of a funding output by its 2-of-2, whatever it is. */
export type FundingSpendFacts = {
  readonly job: JobFacts
  /** n of `m/3/n`. */
  readonly channel: number
  readonly txid: Txid
  readonly transaction: Transaction
  readonly input: TxIn
  /** Of the funding output. */
  readonly amountSats: Sats
  readonly holderKey: PublicKey
  readonly counterpartyKey: PublicKey
  /** The amount less the outputs; below 0 where they exceed it. */
  readonly feeSats: bigint
}

/** A transaction in the shape of a commitment, of either side. */
export type CommitmentFacts = FundingSpendFacts & {
  /** The 48 bits that hide the number. */
  readonly obscured: number
  /** What the job says its number is, as an index. */
  readonly index: CommitmentIndex | undefined
  readonly type: CommitmentType
  /** Our own basepoints that its HTLCs follow from. */
  readonly revocationBasepoint: PublicKey
  readonly htlcBasepoint: PublicKey
  readonly outputs: readonly CommitmentOutputFacts[]
  /** The HTLC jobs of the same event that spend it, one for each output. */
  readonly htlcs: readonly HtlcFacts[]
}

/** The facts of a job that spends a funding output; undefined for any other. */
export function fundingSpendOf(job: JobFacts): FundingSpendFacts | undefined {
  const { path, script, match, transaction, key } = job
  if (script?.template !== 'funding' || match === undefined) return undefined
  if (!path.ok || path.value.purpose !== 'channel-key' || path.value.key !== 'funding') {
    return undefined
  }
  const holderKey = key?.publicKey
  if (!transaction?.ok || holderKey === undefined || job.job.amount === undefined) return undefined
  const input = transaction.value.transaction.inputs[match.inputIndex]
  const [one, other] = script.publicKeys
  const isOne = equalBytes(one, holderKey)
  // A key that is not in the script is refused elsewhere.
  if (!isOne && !equalBytes(other, holderKey)) return undefined
  if (input === undefined) return undefined
  const { amount } = job.job
  const paid = transaction.value.transaction.outputs.reduce((sum, { value }) => sum + value, 0n)
  return {
    job,
    channel: path.value.channel,
    txid: transactionId(transaction.value.transaction),
    transaction: transaction.value.transaction,
    input,
    amountSats: amount,
    holderKey,
    counterpartyKey: isOne ? other : one,
    feeSats: amount - paid,
  }
}

/** The facts of a funding spend that is a commitment; undefined for any other. */
export function commitmentFactsOf(
  spend: FundingSpendFacts,
  htlcJobs: readonly HtlcFacts[],
  { keys }: JobPorts,
): CommitmentFacts | undefined {
  const { job, channel, txid } = spend
  if (job.spend?.kind !== 'commitment') return undefined
  const id = toHex(txid)
  const htlcs = firstOfEach(
    htlcJobs.filter((htlc) => htlc.channel === channel && toHex(htlc.input.txid) === id),
  )
  const keyOf = (key: ChannelKeyName) => keys.publicKey({ purpose: 'channel-key', channel, key })
  const outputs = recogniseCommitmentOutputs(
    spend.transaction.outputs,
    {
      payment: keyOf('payment'),
      holderFunding: spend.holderKey,
      counterpartyFunding: spend.counterpartyKey,
    },
    htlcScripts(htlcs),
  )
  return {
    ...spend,
    obscured: job.spend.obscuredNumber,
    index: job.job.index,
    type: typeOf(outputs, htlcs),
    revocationBasepoint: keyOf('revocation-basepoint'),
    htlcBasepoint: keyOf('htlc-basepoint'),
    outputs,
    htlcs,
  }
}

/** An output is one HTLC, however many jobs sign for it: more than one is for policy-lightspark-batch. */
function firstOfEach(htlcs: readonly HtlcFacts[]): readonly HtlcFacts[] {
  const seen = new Set<number>()
  return htlcs.filter(({ input }) => !seen.has(input.vout) && seen.add(input.vout))
}

/** The outputs that HTLC jobs spend, by their place. */
function htlcScripts(htlcs: readonly HtlcFacts[]): ReadonlyMap<number, Uint8Array> {
  return new Map(
    htlcs.flatMap(({ input, job }) =>
      job.job.script === undefined ? [] : [[input.vout, p2wsh(job.job.script)] as const],
    ),
  )
}

/** An anchor channel's commitment always shows it: an anchor stands beside every balance. */
function typeOf(
  outputs: readonly CommitmentOutputFacts[],
  htlcs: readonly HtlcFacts[],
): CommitmentType {
  const isAnchors =
    outputs.some(
      ({ kind, isDelayed }) =>
        isDelayed || kind === 'holder-anchor' || kind === 'counterparty-anchor',
    ) || htlcs.some(({ script }) => script.commitmentType === 'anchors')
  return isAnchors ? 'anchors' : 'static-remotekey'
}
