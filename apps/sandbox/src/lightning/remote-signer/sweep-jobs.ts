import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { createPsbt, parsePsbt, serialisePsbt } from '@boltwarden/core/bitcoin/psbt'
import type { Transaction, TxOut } from '@boltwarden/core/bitcoin/transaction'
import { publicKey, tweak } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import {
  DelayedPaymentKey,
  Option_u32Z,
  Result_C2Tuple_CVec_u8Zu64ZNoneZ_OK,
  type SpendableOutputDescriptor,
  SpendableOutputDescriptor_DelayedPaymentOutput,
  SpendableOutputDescriptor_StaticOutput,
  SpendableOutputDescriptor_StaticPaymentOutput,
  UtilMethods,
} from 'lightningdevkit'
import type { OwnAddress } from '../../channel/claims.ts'
import type { JobDraft } from '../../channel/job.ts'
import type { DestinationKey } from '../../pairing/pairing.ts'
import { LdkError, present } from '../ldk/ldk-error.ts'
import { witnessSignature } from '../wallet/witness.ts'
import { readAgreedTerms } from './channel-terms.ts'
import { numberInKeysId, type RemoteChannel, type RemoteChannels } from './channels.ts'
import { channelKey } from './job-drafts.ts'

/** How the transaction of a sweep goes over the wire. */
export type SweepForm = 'raw' | 'psbt'

/** A sweep that can be asked for: its job, and the witness that its signature makes. */
export type Sweep = {
  /** Whom the event is about; undefined where it is the node. */
  readonly channel: RemoteChannel | undefined
  readonly draft: JobDraft
  readonly witness: (signature: Uint8Array) => readonly Uint8Array[]
}

/** What sweeps are made with. */
export type SweepParts = {
  readonly channels: RemoteChannels
  readonly destination: DestinationKey
  readonly to: OwnAddress
  readonly feerate: number
  readonly form: SweepForm
}

/** Spends one output that LDK says is ours now, to the wallet. */
export function sweepOf(descriptor: SpendableOutputDescriptor, parts: SweepParts): Sweep {
  const transaction = sweepTransaction(descriptor, parts)
  const own = ownOutput(descriptor, parts)
  const { script, spent, witnessScript, witness, ...signing } = own
  const psbtInput = { witnessUtxo: spent, ...(witnessScript && { witnessScript }) }
  const draft: JobDraft = {
    ...signing.key,
    transaction,
    inputIndex: 0,
    script,
    amount: spent.value,
    destinationPath: parts.to.path,
    ...(signing.addTweak && { addTweak: tweak(signing.addTweak) }),
    ...(parts.form === 'psbt' && {
      psbt: serialisePsbt(createPsbt(transaction, [psbtInput])),
    }),
  }
  return { channel: signing.channel, draft, witness }
}

/** LDK composes the transaction: it knows the sequence that each kind of output waits for. */
function sweepTransaction(
  descriptor: SpendableOutputDescriptor,
  { to, feerate }: SweepParts,
): Transaction {
  const composed = UtilMethods.constructor_SpendableOutputDescriptor_create_spendable_outputs_psbt(
    [descriptor],
    [],
    p2wpkh(to.publicKey),
    feerate,
    Option_u32Z.constructor_none(),
  )
  if (!(composed instanceof Result_C2Tuple_CVec_u8Zu64ZNoneZ_OK)) {
    throw new LdkError('LDK composes no sweep')
  }
  const parsed = parsePsbt(composed.res.get_a())
  if (!parsed.ok) throw new LdkError(`LDK's PSBT cannot be read: ${parsed.error.message}`)
  return parsed.value.transaction
}

type OwnOutput = {
  readonly channel: RemoteChannel | undefined
  readonly key: Pick<OwnAddress, 'path' | 'publicKey'>
  readonly spent: TxOut
  readonly script: Uint8Array
  readonly witnessScript?: Uint8Array
  readonly addTweak?: Uint8Array
  readonly witness: Sweep['witness']
}

function ownOutput(descriptor: SpendableOutputDescriptor, parts: SweepParts): OwnOutput {
  if (descriptor instanceof SpendableOutputDescriptor_StaticOutput) {
    return destinationOutput(descriptor, parts)
  }
  if (descriptor instanceof SpendableOutputDescriptor_StaticPaymentOutput) {
    return paymentOutput(descriptor, parts)
  }
  if (descriptor instanceof SpendableOutputDescriptor_DelayedPaymentOutput) {
    return delayedOutput(descriptor, parts)
  }
  throw new LdkError('an output of a kind that is not known')
}

function destinationOutput(
  { output }: SpendableOutputDescriptor_StaticOutput,
  { destination }: SweepParts,
): OwnOutput {
  const key = publicKey(hexToBytes(destination.publicKey))
  return {
    channel: undefined,
    key: { path: `m/1/${destination.index}`, publicKey: key },
    spent: spentOutput(output),
    script: p2wpkh(key),
    witness: (signature) => [witnessSignature(signature), key],
  }
}

function paymentOutput(
  descriptor: SpendableOutputDescriptor_StaticPaymentOutput,
  { channels }: SweepParts,
): OwnOutput {
  const payment = descriptor.static_payment_output
  const channel = channels.get(numberInKeysId(payment.get_channel_keys_id()))
  const key = channelKey(channel, 'payment')
  const features = present(
    payment.get_channel_transaction_parameters(),
    'channel parameters',
  ).get_channel_type_features()
  const spent = spentOutput(payment.get_output())
  if (!features.supports_anchors_zero_fee_htlc_tx()) {
    const witness = (signature: Uint8Array) => [witnessSignature(signature), key.publicKey]
    return { channel, key, spent, script: p2wpkh(key.publicKey), witness }
  }
  const script = UtilMethods.constructor_get_to_countersignatory_with_anchors_redeemscript(
    key.publicKey,
  )
  const witness = (signature: Uint8Array) => [witnessSignature(signature), script]
  return { channel, key, spent, script, witnessScript: script, witness }
}

function delayedOutput(
  descriptor: SpendableOutputDescriptor_DelayedPaymentOutput,
  { channels }: SweepParts,
): OwnOutput {
  const delayed = descriptor.delayed_payment_output
  const channel = channels.get(numberInKeysId(delayed.get_channel_keys_id()))
  const point = delayed.get_per_commitment_point()
  const parameters = present(delayed.get_channel_transaction_parameters(), 'channel parameters')
  const terms = readAgreedTerms(parameters, delayed.get_channel_value_satoshis())
  const basepoint = terms.holderKeys.get_delayed_payment_basepoint()
  const script = UtilMethods.constructor_get_revokeable_redeemscript(
    delayed.get_revocation_pubkey(),
    delayed.get_to_self_delay(),
    DelayedPaymentKey.constructor_from_basepoint(basepoint, point),
  )
  return {
    channel,
    key: channelKey(channel, 'delayedPaymentBasepoint'),
    spent: spentOutput(delayed.get_output()),
    script,
    witnessScript: script,
    addTweak: basepoint.derive_add_tweak(point),
    witness: (signature) => [witnessSignature(signature), new Uint8Array(), script],
  }
}

function spentOutput(output: {
  readonly value: bigint
  readonly script_pubkey: Uint8Array
}): TxOut {
  return { value: sats(output.value), scriptPubKey: output.script_pubkey }
}
