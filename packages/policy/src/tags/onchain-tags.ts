/** Rules on claims, sweeps and the L1 wallet that always hold. */
export const mandatoryOnchainTags = [] as const

/** Rules on claims, sweeps and the L1 wallet whose owner may choose what a violation leads to. */
export const optionalOnchainTags = [] as const

/** The name of a rule on claims, sweeps and the L1 wallet. */
export type OnchainTag =
  | (typeof mandatoryOnchainTags)[number]
  | (typeof optionalOnchainTags)[number]
