import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { type Sats, sats } from '@boltwarden/core/units'
import {
  type ChannelPublicKeys,
  ChannelTransactionParameters,
  type ChannelTypeFeatures,
  Result_ChannelTransactionParametersDecodeErrorZ_OK,
  TxCreationKeys,
  UtilMethods,
} from 'lightningdevkit'
import { LdkError, present } from '../ldk/ldk-error.ts'

/** What both sides agreed on, as LDK told the channel's signer. */
export type AgreedTerms = {
  readonly parameters: ChannelTransactionParameters
  readonly features: ChannelTypeFeatures
  readonly type: CommitmentType
  readonly capacity: Sats
  readonly holderKeys: ChannelPublicKeys
  readonly counterpartyKeys: ChannelPublicKeys
  /** The witness script of the funding output. */
  readonly fundingScript: Uint8Array
  /** Blocks that the counterparty's own money waits, as the holder demanded. */
  readonly counterpartyDelay: number
}

/**
 * Takes the terms out of LDK's parameters. What LDK lends to a callback is gone when the callback
 * returns: the parameters are copied through their bytes.
 */
export function readAgreedTerms(
  lent: ChannelTransactionParameters,
  capacitySats: bigint,
): AgreedTerms {
  const read = ChannelTransactionParameters.constructor_read(lent.write())
  if (!(read instanceof Result_ChannelTransactionParametersDecodeErrorZ_OK)) {
    throw new LdkError('LDK cannot read its own channel parameters')
  }
  const parameters = read.res
  const features = parameters.get_channel_type_features()
  const holderKeys = parameters.get_holder_pubkeys()
  const counterpartyKeys = present(
    parameters.get_counterparty_parameters(),
    'parameters of the counterparty',
  ).get_pubkeys()
  return {
    parameters,
    features,
    type: features.supports_anchors_zero_fee_htlc_tx() ? 'anchors' : 'static-remotekey',
    capacity: sats(capacitySats),
    holderKeys,
    counterpartyKeys,
    fundingScript: UtilMethods.constructor_make_funding_redeemscript(
      holderKeys.get_funding_pubkey(),
      counterpartyKeys.get_funding_pubkey(),
    ),
    counterpartyDelay: parameters.get_holder_selected_contest_delay(),
  }
}

/** The keys of one commitment of the counterparty's. */
export function counterpartyCommitmentKeys(terms: AgreedTerms, point: Uint8Array): TxCreationKeys {
  return TxCreationKeys.constructor_from_channel_static_keys(
    point,
    terms.counterpartyKeys,
    terms.holderKeys,
  )
}
