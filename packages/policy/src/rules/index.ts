import type { Tag } from '../tags.ts'
import { channelRules } from './channel-rules.ts'
import { onchainRules } from './onchain-rules.ts'
import { requestRules } from './request-rules.ts'
import type { Rule } from './rule.ts'

/** Every rule by its tag. A tag without a rule, or with another's, does not compile. */
export const rules: { readonly [T in Tag]: Rule<T> } = Object.freeze({
  ...requestRules,
  ...channelRules,
  ...onchainRules,
})
