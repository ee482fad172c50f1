import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import {
  type ChannelPublicKeys,
  type ChannelSignerInterface,
  EcdsaChannelSigner,
  type EcdsaChannelSignerInterface,
  Result__u832NoneZ,
  Result_C2Tuple_ECDSASignatureCVec_ECDSASignatureZZNoneZ,
  Result_ECDSASignatureNoneZ,
  Result_NoneNoneZ,
  Result_PublicKeyNoneZ,
  TwoTuple_ECDSASignatureCVec_ECDSASignatureZZ,
} from 'lightningdevkit'
import type { JobDraft } from '../../channel/job.ts'
import { guarded } from '../ldk/guarded.ts'
import { LdkError } from '../ldk/ldk-error.ts'
import { type AgreedTerms, readAgreedTerms } from './channel-terms.ts'
import { keysIdOf, type RemoteChannel } from './channels.ts'
import {
  anchorJob,
  closingJob,
  counterpartyHtlcJob,
  holderHtlcJob,
  justiceJob,
} from './claim-jobs.ts'
import { counterpartyCommitmentJobs, holderCommitmentJob } from './commitment-jobs.ts'
import type { RemoteKeys } from './remote-keys.ts'

/** What a channel's signer works with. */
export type SignerParts = {
  readonly channel: RemoteChannel
  readonly capacitySats: bigint
  readonly publicKeys: ChannelPublicKeys
  readonly keys: RemoteKeys
  readonly secp256k1: Secp256k1
  readonly report: (fault: unknown) => void
}

/** A signer that holds no key: what it has no answer for is an `Err`, and LDK asks again later. */
export function createChannelSigner(parts: SignerParts): EcdsaChannelSigner {
  const agreed: { terms?: AgreedTerms } = {}
  const terms = () => {
    if (agreed.terms === undefined) throw new LdkError('LDK signs before it knows the terms')
    return agreed.terms
  }
  const base = baseMethods(parts, (known) => {
    agreed.terms = known
  })
  return EcdsaChannelSigner.new_impl(signingMethods(parts, terms), base, parts.publicKeys)
}

function baseMethods(
  { channel, capacitySats, keys, report }: SignerParts,
  know: (terms: AgreedTerms) => void,
): ChannelSignerInterface {
  const noPoint = () => Result_PublicKeyNoneZ.constructor_err()
  const noSecret = () => Result__u832NoneZ.constructor_err()
  const agreeing = () => Result_NoneNoneZ.constructor_ok()
  return {
    get_per_commitment_point: guarded(report, noPoint, (index) => {
      const point = keys.point(channel, Number(index))
      return point ? Result_PublicKeyNoneZ.constructor_ok(point) : noPoint()
    }),
    release_commitment_secret: guarded(report, noSecret, (index) => {
      const secret = keys.secret(channel, Number(index))
      return secret ? Result__u832NoneZ.constructor_ok(secret) : noSecret()
    }),
    // The counterparty's signatures are checked by LDK itself; the protocol has no event for them.
    validate_holder_commitment: agreeing,
    // An `Err` here closes the channel: the signer is told, and not asked.
    validate_counterparty_revocation: guarded(report, agreeing, (index, secret) => {
      keys.reveal(channel, Number(index), secret)
      return agreeing()
    }),
    channel_keys_id: () => keysIdOf(channel.number),
    provide_channel_parameters: guarded(
      report,
      () => undefined,
      (lent) => know(readAgreedTerms(lent, capacitySats)),
    ),
  }
}

type Terms = () => AgreedTerms

function signingMethods(parts: SignerParts, terms: Terms): EcdsaChannelSignerInterface {
  const { channel, keys, secp256k1, report } = parts
  const none = () => Result_ECDSASignatureNoneZ.constructor_err()
  const sign = (draft: JobDraft) => {
    const signature = keys.signatures(channel.entityId, [draft])?.[0]
    return signature ? Result_ECDSASignatureNoneZ.constructor_ok(signature) : none()
  }
  const signing = <A extends readonly unknown[]>(draft: (...args: A) => JobDraft) =>
    guarded(report, none, (...args: A) => sign(draft(...args)))
  return {
    sign_counterparty_commitment: commitmentSigning(parts, terms),
    sign_holder_commitment: signing((commitment) =>
      holderCommitmentJob(channel, terms(), commitment),
    ),
    sign_justice_revoked_output: signing((transaction, input, amount, secret) =>
      justiceJob(secp256k1, channel, terms(), { transaction, input, amount }, secret),
    ),
    sign_justice_revoked_htlc: signing((transaction, input, amount, secret, htlc) =>
      justiceJob(secp256k1, channel, terms(), { transaction, input, amount }, secret, htlc),
    ),
    sign_holder_htlc_transaction: signing((transaction, input, descriptor) =>
      holderHtlcJob(channel, terms(), { transaction, input }, descriptor),
    ),
    sign_counterparty_htlc_transaction: signing((transaction, input, amount, point, htlc) =>
      counterpartyHtlcJob(channel, terms(), { transaction, input, amount }, point, htlc),
    ),
    sign_closing_transaction: signing((closing) =>
      closingJob(channel, terms(), closing.trust().built_transaction()),
    ),
    sign_holder_anchor_input: signing((transaction, input) =>
      anchorJob(channel, terms(), { transaction, input }),
    ),
    // Channels here are private and are not spliced: nothing is announced, so nothing is asked.
    sign_channel_announcement_with_funding_key: none,
    sign_splicing_funding_input: none,
  }
}

function commitmentSigning(
  { channel, keys, report }: SignerParts,
  terms: Terms,
): EcdsaChannelSignerInterface['sign_counterparty_commitment'] {
  const none = () => Result_C2Tuple_ECDSASignatureCVec_ECDSASignatureZZNoneZ.constructor_err()
  return guarded(report, none, (commitment) => {
    const drafts = counterpartyCommitmentJobs(channel, terms(), commitment)
    const [first, ...htlcs] = keys.signatures(channel.entityId, drafts) ?? []
    if (first === undefined) return none()
    return Result_C2Tuple_ECDSASignatureCVec_ECDSASignatureZZNoneZ.constructor_ok(
      TwoTuple_ECDSASignatureCVec_ECDSASignatureZZ.constructor_new(first, htlcs),
    )
  })
}
