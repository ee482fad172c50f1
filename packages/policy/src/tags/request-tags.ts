/** Rules on every request that always hold. */
export const mandatoryRequestTags = [
  'policy-lightspark-batch',
  'policy-lightspark-key-in-script',
  'policy-lightspark-key-purpose',
  'policy-lightspark-network',
  'policy-lightspark-path',
  'policy-lightspark-peer-key',
  'policy-lightspark-preimage-issued',
  'policy-lightspark-replay',
  'policy-lightspark-sighash',
  'policy-lightspark-tweak',
] as const

/** Rules on every request whose owner may choose what a violation leads to. */
export const optionalRequestTags = [
  'policy-lightspark-freshness',
  'policy-lightspark-invoice-hash',
] as const

/** The name of a rule on every request. */
export type RequestTag =
  | (typeof mandatoryRequestTags)[number]
  | (typeof optionalRequestTags)[number]
