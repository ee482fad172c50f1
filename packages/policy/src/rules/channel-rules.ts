import type { ChannelTag } from '../tags/channel-tags.ts'
import { policyChannelOriginalChannelIdReuse } from './policy-channel-original-channel-id-reuse.ts'
import { policyCommitmentAnchorAmount } from './policy-commitment-anchor-amount.ts'
import { policyCommitmentAnchorToCounterparty } from './policy-commitment-anchor-to-counterparty.ts'
import { policyCommitmentAnchorToHolder } from './policy-commitment-anchor-to-holder.ts'
import { policyCommitmentAnchorsNotWhenOff } from './policy-commitment-anchors-not-when-off.ts'
import { policyCommitmentCountersignatoryPubkey } from './policy-commitment-countersignatory-pubkey.ts'
import { policyCommitmentFirstNoHtlcs } from './policy-commitment-first-no-htlcs.ts'
import { policyCommitmentHolderNotRevoked } from './policy-commitment-holder-not-revoked.ts'
import { policyCommitmentInputMatchFunding } from './policy-commitment-input-match-funding.ts'
import { policyCommitmentInputSingle } from './policy-commitment-input-single.ts'
import { policyCommitmentLocktime } from './policy-commitment-locktime.ts'
import { policyCommitmentNoUnrecognizedOutputs } from './policy-commitment-no-unrecognized-outputs.ts'
import { policyCommitmentPreviousRevoked } from './policy-commitment-previous-revoked.ts'
import { policyCommitmentRetrySame } from './policy-commitment-retry-same.ts'
import { policyCommitmentSequence } from './policy-commitment-sequence.ts'
import { policyCommitmentSingularToHolder } from './policy-commitment-singular-to-holder.ts'
import { policyCommitmentVersion } from './policy-commitment-version.ts'
import { policyFundingMax } from './policy-funding-max.ts'
import { policyLightsparkReleaseBeforePoint } from './policy-lightspark-release-before-point.ts'
import { policyLightsparkReleaseOrder } from './policy-lightspark-release-order.ts'
import { policyLightsparkRevealConsistent } from './policy-lightspark-reveal-consistent.ts'
import { policyLightsparkUnknownChannel } from './policy-lightspark-unknown-channel.ts'
import type { Rule } from './rule.ts'

/** Rules on the life of a channel, by their tags. */
export const channelRules: { readonly [T in ChannelTag]: Rule<T> } = {
  'policy-channel-original-channel-id-reuse': policyChannelOriginalChannelIdReuse,
  'policy-commitment-anchor-amount': policyCommitmentAnchorAmount,
  'policy-commitment-anchor-to-counterparty': policyCommitmentAnchorToCounterparty,
  'policy-commitment-anchor-to-holder': policyCommitmentAnchorToHolder,
  'policy-commitment-anchors-not-when-off': policyCommitmentAnchorsNotWhenOff,
  'policy-commitment-countersignatory-pubkey': policyCommitmentCountersignatoryPubkey,
  'policy-commitment-first-no-htlcs': policyCommitmentFirstNoHtlcs,
  'policy-commitment-holder-not-revoked': policyCommitmentHolderNotRevoked,
  'policy-commitment-input-match-funding': policyCommitmentInputMatchFunding,
  'policy-commitment-input-single': policyCommitmentInputSingle,
  'policy-commitment-locktime': policyCommitmentLocktime,
  'policy-commitment-no-unrecognized-outputs': policyCommitmentNoUnrecognizedOutputs,
  'policy-commitment-previous-revoked': policyCommitmentPreviousRevoked,
  'policy-commitment-retry-same': policyCommitmentRetrySame,
  'policy-commitment-sequence': policyCommitmentSequence,
  'policy-commitment-singular-to-holder': policyCommitmentSingularToHolder,
  'policy-commitment-version': policyCommitmentVersion,
  'policy-funding-max': policyFundingMax,
  'policy-lightspark-release-before-point': policyLightsparkReleaseBeforePoint,
  'policy-lightspark-release-order': policyLightsparkReleaseOrder,
  'policy-lightspark-reveal-consistent': policyLightsparkRevealConsistent,
  'policy-lightspark-unknown-channel': policyLightsparkUnknownChannel,
}
