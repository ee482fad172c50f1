import type { ChannelTag } from '../tags/channel-tags.ts'
import { policyChannelOriginalChannelIdReuse } from './policy-channel-original-channel-id-reuse.ts'
import { policyLightsparkReleaseBeforePoint } from './policy-lightspark-release-before-point.ts'
import { policyLightsparkReleaseOrder } from './policy-lightspark-release-order.ts'
import { policyLightsparkRevealConsistent } from './policy-lightspark-reveal-consistent.ts'
import { policyLightsparkUnknownChannel } from './policy-lightspark-unknown-channel.ts'
import type { Rule } from './rule.ts'

/** Rules on the life of a channel, by their tags. */
export const channelRules: { readonly [T in ChannelTag]: Rule<T> } = {
  'policy-channel-original-channel-id-reuse': policyChannelOriginalChannelIdReuse,
  'policy-lightspark-release-before-point': policyLightsparkReleaseBeforePoint,
  'policy-lightspark-release-order': policyLightsparkReleaseOrder,
  'policy-lightspark-reveal-consistent': policyLightsparkRevealConsistent,
  'policy-lightspark-unknown-channel': policyLightsparkUnknownChannel,
}
