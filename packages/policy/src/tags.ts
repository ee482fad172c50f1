import { mandatoryChannelTags, optionalChannelTags } from './tags/channel-tags.ts'
import { mandatoryOnchainTags, optionalOnchainTags } from './tags/onchain-tags.ts'
import { mandatoryRequestTags, optionalRequestTags } from './tags/request-tags.ts'

/** The name of a rule that cannot be demoted. */
export type MandatoryTag =
  | (typeof mandatoryRequestTags)[number]
  | (typeof mandatoryChannelTags)[number]
  | (typeof mandatoryOnchainTags)[number]
/** The name of a rule that may be demoted. */
export type OptionalTag =
  | (typeof optionalRequestTags)[number]
  | (typeof optionalChannelTags)[number]
  | (typeof optionalOnchainTags)[number]
/** The name of a rule. */
export type Tag = MandatoryTag | OptionalTag

/**
 * Rules that always hold: no setting demotes them. Tags that a Validating Lightning Signer (VLS)
 * has too keep its name.
 */
export const mandatoryTags: readonly MandatoryTag[] = [
  ...mandatoryRequestTags,
  ...mandatoryChannelTags,
  ...mandatoryOnchainTags,
]

/** Rules whose owner may choose what a violation leads to; see {@link Severity}. */
export const optionalTags: readonly OptionalTag[] = [
  ...optionalRequestTags,
  ...optionalChannelTags,
  ...optionalOnchainTags,
]

/** Every tag, in alphabetical order. */
export const tags: readonly Tag[] = [...mandatoryTags, ...optionalTags].sort()

/** Whether `value` names a rule. */
export function isTag(value: unknown): value is Tag {
  return tags.some((tag) => tag === value)
}

/** Whether a rule may be demoted. */
export function isOptionalTag(value: unknown): value is OptionalTag {
  return optionalTags.some((tag) => tag === value)
}

/** What a violation leads to: it is declined, only recorded, or left without an answer. */
export const severities = ['error', 'warn', 'hold'] as const

/**
 * What a violation of an optional rule leads to: `error` declines, `warn` signs and records,
 * `hold` gives no answer and leaves the question to the operator.
 */
export type Severity = (typeof severities)[number]
