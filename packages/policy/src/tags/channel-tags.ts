/** Rules on the life of a channel that always hold. */
export const mandatoryChannelTags = [
  'policy-channel-original-channel-id-reuse',
  'policy-lightspark-release-before-point',
  'policy-lightspark-release-order',
  'policy-lightspark-reveal-consistent',
] as const

/** Rules on the life of a channel whose owner may choose what a violation leads to. */
export const optionalChannelTags = ['policy-lightspark-unknown-channel'] as const

/** The name of a rule on the life of a channel. */
export type ChannelTag =
  | (typeof mandatoryChannelTags)[number]
  | (typeof optionalChannelTags)[number]
