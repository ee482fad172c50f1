import { justiceTweaks } from '@boltwarden/core/bolt3/key-derivation'
import { commitmentSecret, publicKey } from '@boltwarden/core/bytes'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { type HTLCDescriptor, type HTLCOutputInCommitment, UtilMethods } from 'lightningdevkit'
import type { JobDraft } from '../../channel/job.ts'
import { type AgreedTerms, counterpartyCommitmentKeys } from './channel-terms.ts'
import type { RemoteChannel } from './channels.ts'
import { draftJob, type Spending } from './job-drafts.ts'

/** The input of a transaction of LDK's that is to be signed. */
export type SpentInput = Required<Pick<Spending, 'transaction' | 'input' | 'amount'>>

/** The value of an anchor output, in satoshis. */
const anchorSats = 330n

/**
 * Takes an output of a revoked commitment: its `to_local`, or one of its HTLCs.
 *
 * @param secret - what the counterparty revealed when it revoked the commitment.
 */
export function justiceJob(
  secp256k1: Secp256k1,
  channel: RemoteChannel,
  terms: AgreedTerms,
  spent: SpentInput,
  secret: Uint8Array,
  htlc?: HTLCOutputInCommitment,
): JobDraft {
  const revealed = commitmentSecret(secret)
  const keys = counterpartyCommitmentKeys(terms, secp256k1.publicKey(revealed))
  const basepoint = publicKey(terms.holderKeys.get_revocation_basepoint().to_public_key())
  return draftJob(channel, 'revocationBasepoint', {
    ...spent,
    ...justiceTweaks(secp256k1, revealed, basepoint),
    script: htlc
      ? UtilMethods.constructor_get_htlc_redeemscript(htlc, terms.features, keys)
      : UtilMethods.constructor_get_revokeable_redeemscript(
          keys.get_revocation_key(),
          terms.counterpartyDelay,
          keys.get_broadcaster_delayed_payment_key(),
        ),
  })
}

/** The holder's second stage: its HTLC transaction on its own commitment. */
export function holderHtlcJob(
  channel: RemoteChannel,
  terms: AgreedTerms,
  spent: Omit<SpentInput, 'amount'>,
  descriptor: HTLCDescriptor,
): JobDraft {
  const point = descriptor.get_per_commitment_point()
  return draftJob(channel, 'htlcBasepoint', {
    ...spent,
    amount: descriptor.get_htlc().to_bitcoin_amount(),
    script: descriptor.witness_script(),
    index: descriptor.get_per_commitment_number(),
    addTweak: terms.holderKeys.get_htlc_basepoint().derive_add_tweak(point),
  })
}

/** Claims an HTLC from the counterparty's commitment, by preimage or after its expiry. */
export function counterpartyHtlcJob(
  channel: RemoteChannel,
  terms: AgreedTerms,
  spent: SpentInput,
  point: Uint8Array,
  htlc: HTLCOutputInCommitment,
): JobDraft {
  const keys = counterpartyCommitmentKeys(terms, point)
  return draftJob(channel, 'htlcBasepoint', {
    ...spent,
    script: UtilMethods.constructor_get_htlc_redeemscript(htlc, terms.features, keys),
    addTweak: terms.holderKeys.get_htlc_basepoint().derive_add_tweak(point),
  })
}

/** Spends the holder's anchor, so that the commitment has its fee paid by a child. */
export function anchorJob(
  channel: RemoteChannel,
  terms: AgreedTerms,
  spent: Omit<SpentInput, 'amount'>,
): JobDraft {
  return draftJob(channel, 'funding', {
    ...spent,
    amount: anchorSats,
    script: UtilMethods.constructor_get_anchor_redeemscript(terms.holderKeys.get_funding_pubkey()),
  })
}

/** A cooperative close. */
export function closingJob(
  channel: RemoteChannel,
  terms: AgreedTerms,
  transaction: Uint8Array,
): JobDraft {
  return draftJob(channel, 'funding', {
    transaction,
    script: terms.fundingScript,
    amount: terms.capacity,
  })
}
