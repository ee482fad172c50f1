import type { OnchainTag } from '../tags/onchain-tags.ts'
import type { Rule } from './rule.ts'

/** Rules on claims, sweeps and the L1 wallet, by their tags. */
export const onchainRules: { readonly [T in OnchainTag]: Rule<T> } = {}
