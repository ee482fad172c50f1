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
  'policy-commitment-fee-range',
  'policy-commitment-first-no-htlcs',
  'policy-commitment-htlc-cltv-range',
  'policy-commitment-htlc-count-limit',
  'policy-commitment-htlc-inflight-limit',
  'policy-commitment-initial-funding-value',
  'policy-commitment-input-match-funding',
  'policy-commitment-input-single',
  'policy-commitment-locktime',
  'policy-commitment-no-unrecognized-outputs',
  'policy-commitment-outputs-trimmed',
  'policy-commitment-payment-approved',
  'policy-commitment-payment-invoiced',
  'policy-commitment-previous-revoked',
  'policy-commitment-retry-same',
  'policy-commitment-sequence',
  'policy-commitment-singular-to-holder',
  'policy-commitment-version',
  'policy-funding-max',
  'policy-htlc-fee-range',
  'policy-htlc-locktime',
  'policy-htlc-sequence',
  'policy-htlc-version',
  'policy-lightspark-holder-commitment',
  'policy-lightspark-htlc-parent',
  'policy-lightspark-invoice-ttl',
  'policy-lightspark-preimage-htlc',
  'policy-lightspark-unknown-channel',
  'policy-merchant-no-sends',
  'policy-mutual-destination-allowlisted',
  'policy-mutual-fee-range',
  'policy-mutual-no-pending-htlcs',
  'policy-mutual-other',
  'policy-mutual-value-matches-commitment',
  'policy-optional-fail-fast',
  'policy-revoke-not-closed',
  'policy-routing-deltas-only-htlc',
  'policy-velocity-transferred',
] as const

/** The name of a rule on the life of a channel. */
export type ChannelTag =
  | (typeof mandatoryChannelTags)[number]
  | (typeof optionalChannelTags)[number]
