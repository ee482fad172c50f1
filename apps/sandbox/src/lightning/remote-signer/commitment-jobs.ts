import {
  CommitmentTransaction,
  type HolderCommitmentTransaction,
  HTLCOutputInCommitment,
  Result_CommitmentTransactionDecodeErrorZ_OK,
  Result_HTLCOutputInCommitmentDecodeErrorZ_OK,
  UtilMethods,
} from 'lightningdevkit'
import type { JobDraft } from '../../channel/job.ts'
import { LdkError, present } from '../ldk/ldk-error.ts'
import { readTlvRecords, splitSized } from '../ldk/tlv.ts'
import { type AgreedTerms, counterpartyCommitmentKeys } from './channel-terms.ts'
import type { RemoteChannel } from './channels.ts'
import { draftJob } from './job-drafts.ts'

/** Where LDK keeps the HTLCs of a commitment; the bindings have no method for it. */
const htlcsRecord = 12
/** Where LDK keeps the transaction of a holder's commitment. */
const innerRecord = 0

/** The commitment first, then each HTLC that has an output, in LDK's order: one event's jobs. */
export function counterpartyCommitmentJobs(
  channel: RemoteChannel,
  terms: AgreedTerms,
  commitment: CommitmentTransaction,
): readonly JobDraft[] {
  const htlcs = htlcsOf(commitment)
  const draft = commitmentJob(channel, terms, commitment)
  return [draft, ...htlcs.map((htlc) => htlcJob(channel, terms, commitment, htlc))]
}

/** The signature of the holder's own commitment, asked for when it is to be broadcast. */
export function holderCommitmentJob(
  channel: RemoteChannel,
  terms: AgreedTerms,
  commitment: HolderCommitmentTransaction,
): JobDraft {
  const inner = present(readTlvRecords(commitment.write()).get(innerRecord), 'inner transaction')
  const read = CommitmentTransaction.constructor_read(inner)
  if (!(read instanceof Result_CommitmentTransactionDecodeErrorZ_OK)) {
    throw new LdkError('LDK cannot read its own commitment transaction')
  }
  return commitmentJob(channel, terms, read.res)
}

function commitmentJob(
  channel: RemoteChannel,
  terms: AgreedTerms,
  commitment: CommitmentTransaction,
): JobDraft {
  return draftJob(channel, 'funding', {
    transaction: commitment.trust().built_transaction().get_transaction(),
    script: terms.fundingScript,
    amount: terms.capacity,
    index: commitment.commitment_number(),
  })
}

/** The signature of the counterparty's own HTLC transaction, with which it claims or times out. */
function htlcJob(
  channel: RemoteChannel,
  terms: AgreedTerms,
  commitment: CommitmentTransaction,
  htlc: HTLCOutputInCommitment,
): JobDraft {
  const point = commitment.per_commitment_point()
  const keys = counterpartyCommitmentKeys(terms, point)
  return draftJob(channel, 'htlcBasepoint', {
    transaction: UtilMethods.constructor_build_htlc_transaction(
      commitment.trust().txid(),
      commitment.feerate_per_kw(),
      terms.counterpartyDelay,
      htlc,
      terms.features,
      keys.get_broadcaster_delayed_payment_key(),
      keys.get_revocation_key(),
    ),
    script: UtilMethods.constructor_get_htlc_redeemscript(htlc, terms.features, keys),
    amount: htlc.to_bitcoin_amount(),
    index: commitment.commitment_number(),
    addTweak: terms.holderKeys.get_htlc_basepoint().derive_add_tweak(point),
    ...(terms.type === 'anchors' && { sighash: 'single-anyonecanpay' }),
  })
}

function htlcsOf(commitment: CommitmentTransaction): readonly HTLCOutputInCommitment[] {
  const record = readTlvRecords(commitment.write()).get(htlcsRecord)
  return splitSized(record ?? new Uint8Array()).map((bytes) => {
    const read = HTLCOutputInCommitment.constructor_read(bytes)
    if (read instanceof Result_HTLCOutputInCommitmentDecodeErrorZ_OK) return read.res
    throw new LdkError('LDK cannot read its own HTLC')
  })
}
