/** Rules on claims, sweeps and the L1 wallet that always hold. */
export const mandatoryOnchainTags = [] as const

/** Rules on claims, sweeps and the L1 wallet whose owner may choose what a violation leads to. */
export const optionalOnchainTags = [
  'policy-lightspark-justice-tweak',
  'policy-lightspark-second-stage',
  'policy-lightspark-unlinked-funding',
  'policy-lightspark-velocity-fees',
  'policy-lightspark-withdrawal-intent',
  'policy-onchain-fee-range',
  'policy-onchain-format-standard',
  'policy-onchain-max-size',
  'policy-onchain-no-unknown-outputs',
  'policy-onchain-output-match-commitment',
  'policy-onchain-output-scriptpubkey',
  'policy-onchain-wallet-path-predictable',
  'policy-sweep-destination-allowlisted',
  'policy-sweep-fee-range',
  'policy-sweep-locktime',
  'policy-sweep-sequence',
  'policy-sweep-version',
  'policy-velocity-funding',
] as const

/** The name of a rule on claims, sweeps and the L1 wallet. */
export type OnchainTag =
  | (typeof mandatoryOnchainTags)[number]
  | (typeof optionalOnchainTags)[number]
