import type { ChannelTag } from '../tags/channel-tags.ts'
import { policyChannelOriginalChannelIdReuse } from './policy-channel-original-channel-id-reuse.ts'
import { policyCommitmentAnchorAmount } from './policy-commitment-anchor-amount.ts'
import { policyCommitmentAnchorToCounterparty } from './policy-commitment-anchor-to-counterparty.ts'
import { policyCommitmentAnchorToHolder } from './policy-commitment-anchor-to-holder.ts'
import { policyCommitmentAnchorsNotWhenOff } from './policy-commitment-anchors-not-when-off.ts'
import { policyCommitmentCountersignatoryPubkey } from './policy-commitment-countersignatory-pubkey.ts'
import { policyCommitmentFeeRange } from './policy-commitment-fee-range.ts'
import { policyCommitmentFirstNoHtlcs } from './policy-commitment-first-no-htlcs.ts'
import { policyCommitmentHolderNotRevoked } from './policy-commitment-holder-not-revoked.ts'
import { policyCommitmentHtlcCltvRange } from './policy-commitment-htlc-cltv-range.ts'
import { policyCommitmentHtlcCountLimit } from './policy-commitment-htlc-count-limit.ts'
import { policyCommitmentHtlcInflightLimit } from './policy-commitment-htlc-inflight-limit.ts'
import { policyCommitmentInitialFundingValue } from './policy-commitment-initial-funding-value.ts'
import { policyCommitmentInputMatchFunding } from './policy-commitment-input-match-funding.ts'
import { policyCommitmentInputSingle } from './policy-commitment-input-single.ts'
import { policyCommitmentLocktime } from './policy-commitment-locktime.ts'
import { policyCommitmentNoUnrecognizedOutputs } from './policy-commitment-no-unrecognized-outputs.ts'
import { policyCommitmentOutputsTrimmed } from './policy-commitment-outputs-trimmed.ts'
import { policyCommitmentPaymentApproved } from './policy-commitment-payment-approved.ts'
import { policyCommitmentPaymentInvoiced } from './policy-commitment-payment-invoiced.ts'
import { policyCommitmentPreviousRevoked } from './policy-commitment-previous-revoked.ts'
import { policyCommitmentRetrySame } from './policy-commitment-retry-same.ts'
import { policyCommitmentSequence } from './policy-commitment-sequence.ts'
import { policyCommitmentSingularToHolder } from './policy-commitment-singular-to-holder.ts'
import { policyCommitmentVersion } from './policy-commitment-version.ts'
import { policyFundingMax } from './policy-funding-max.ts'
import { policyHtlcFeeRange } from './policy-htlc-fee-range.ts'
import { policyHtlcLocktime } from './policy-htlc-locktime.ts'
import { policyHtlcSequence } from './policy-htlc-sequence.ts'
import { policyHtlcVersion } from './policy-htlc-version.ts'
import { policyLightsparkHolderCommitment } from './policy-lightspark-holder-commitment.ts'
import { policyLightsparkHtlcParent } from './policy-lightspark-htlc-parent.ts'
import { policyLightsparkInvoiceTtl } from './policy-lightspark-invoice-ttl.ts'
import { policyLightsparkPreimageHtlc } from './policy-lightspark-preimage-htlc.ts'
import { policyLightsparkReleaseBeforePoint } from './policy-lightspark-release-before-point.ts'
import { policyLightsparkReleaseOrder } from './policy-lightspark-release-order.ts'
import { policyLightsparkRevealConsistent } from './policy-lightspark-reveal-consistent.ts'
import { policyLightsparkUnknownChannel } from './policy-lightspark-unknown-channel.ts'
import { policyMerchantNoSends } from './policy-merchant-no-sends.ts'
import { policyMutualDestinationAllowlisted } from './policy-mutual-destination-allowlisted.ts'
import { policyMutualFeeRange } from './policy-mutual-fee-range.ts'
import { policyMutualNoPendingHtlcs } from './policy-mutual-no-pending-htlcs.ts'
import { policyMutualOther } from './policy-mutual-other.ts'
import { policyMutualValueMatchesCommitment } from './policy-mutual-value-matches-commitment.ts'
import { policyOptionalFailFast } from './policy-optional-fail-fast.ts'
import { policyRevokeNotClosed } from './policy-revoke-not-closed.ts'
import { policyRoutingDeltasOnlyHtlc } from './policy-routing-deltas-only-htlc.ts'
import { policyVelocityTransferred } from './policy-velocity-transferred.ts'
import type { Rule } from './rule.ts'

/** Rules on the life of a channel, by their tags. */
export const channelRules: { readonly [T in ChannelTag]: Rule<T> } = {
  'policy-channel-original-channel-id-reuse': policyChannelOriginalChannelIdReuse,
  'policy-commitment-anchor-amount': policyCommitmentAnchorAmount,
  'policy-commitment-anchor-to-counterparty': policyCommitmentAnchorToCounterparty,
  'policy-commitment-anchor-to-holder': policyCommitmentAnchorToHolder,
  'policy-commitment-anchors-not-when-off': policyCommitmentAnchorsNotWhenOff,
  'policy-commitment-countersignatory-pubkey': policyCommitmentCountersignatoryPubkey,
  'policy-commitment-fee-range': policyCommitmentFeeRange,
  'policy-commitment-first-no-htlcs': policyCommitmentFirstNoHtlcs,
  'policy-commitment-holder-not-revoked': policyCommitmentHolderNotRevoked,
  'policy-commitment-htlc-cltv-range': policyCommitmentHtlcCltvRange,
  'policy-commitment-htlc-count-limit': policyCommitmentHtlcCountLimit,
  'policy-commitment-htlc-inflight-limit': policyCommitmentHtlcInflightLimit,
  'policy-commitment-initial-funding-value': policyCommitmentInitialFundingValue,
  'policy-commitment-input-match-funding': policyCommitmentInputMatchFunding,
  'policy-commitment-input-single': policyCommitmentInputSingle,
  'policy-commitment-locktime': policyCommitmentLocktime,
  'policy-commitment-no-unrecognized-outputs': policyCommitmentNoUnrecognizedOutputs,
  'policy-commitment-outputs-trimmed': policyCommitmentOutputsTrimmed,
  'policy-commitment-payment-approved': policyCommitmentPaymentApproved,
  'policy-commitment-payment-invoiced': policyCommitmentPaymentInvoiced,
  'policy-commitment-previous-revoked': policyCommitmentPreviousRevoked,
  'policy-commitment-retry-same': policyCommitmentRetrySame,
  'policy-commitment-sequence': policyCommitmentSequence,
  'policy-commitment-singular-to-holder': policyCommitmentSingularToHolder,
  'policy-commitment-version': policyCommitmentVersion,
  'policy-funding-max': policyFundingMax,
  'policy-htlc-fee-range': policyHtlcFeeRange,
  'policy-htlc-locktime': policyHtlcLocktime,
  'policy-htlc-sequence': policyHtlcSequence,
  'policy-htlc-version': policyHtlcVersion,
  'policy-lightspark-holder-commitment': policyLightsparkHolderCommitment,
  'policy-lightspark-htlc-parent': policyLightsparkHtlcParent,
  'policy-lightspark-invoice-ttl': policyLightsparkInvoiceTtl,
  'policy-lightspark-preimage-htlc': policyLightsparkPreimageHtlc,
  'policy-lightspark-release-before-point': policyLightsparkReleaseBeforePoint,
  'policy-lightspark-release-order': policyLightsparkReleaseOrder,
  'policy-lightspark-reveal-consistent': policyLightsparkRevealConsistent,
  'policy-lightspark-unknown-channel': policyLightsparkUnknownChannel,
  'policy-merchant-no-sends': policyMerchantNoSends,
  'policy-mutual-destination-allowlisted': policyMutualDestinationAllowlisted,
  'policy-mutual-fee-range': policyMutualFeeRange,
  'policy-mutual-no-pending-htlcs': policyMutualNoPendingHtlcs,
  'policy-mutual-other': policyMutualOther,
  'policy-mutual-value-matches-commitment': policyMutualValueMatchesCommitment,
  'policy-optional-fail-fast': policyOptionalFailFast,
  'policy-revoke-not-closed': policyRevokeNotClosed,
  'policy-routing-deltas-only-htlc': policyRoutingDeltasOnlyHtlc,
  'policy-velocity-transferred': policyVelocityTransferred,
}
