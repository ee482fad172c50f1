/** Rules on the life of a channel that always hold. */
export const mandatoryChannelTags = [
  'policy-channel-original-channel-id-reuse',
  'policy-commitment-holder-not-revoked',
  'policy-lightspark-release-before-point',
  'policy-lightspark-release-order',
  'policy-lightspark-reveal-consistent',
] as const

/** Rules on the life of a channel whose owner may choose what a violation leads to. */
export const optionalChannelTags = [
  'policy-commitment-anchor-amount',
  'policy-commitment-anchor-to-counterparty',
  'policy-commitment-anchor-to-holder',
  'policy-commitment-anchors-not-when-off',
  'policy-commitment-countersignatory-pubkey',
  'policy-commitment-first-no-htlcs',
  'policy-commitment-input-match-funding',
  'policy-commitment-input-single',
  'policy-commitment-locktime',
  'policy-commitment-no-unrecognized-outputs',
  'policy-commitment-previous-revoked',
  'policy-commitment-retry-same',
  'policy-commitment-sequence',
  'policy-commitment-singular-to-holder',
  'policy-commitment-version',
  'policy-funding-max',
  'policy-lightspark-unknown-channel',
] as const

/** The name of a rule on the life of a channel. */
export type ChannelTag =
  | (typeof mandatoryChannelTags)[number]
  | (typeof optionalChannelTags)[number]
