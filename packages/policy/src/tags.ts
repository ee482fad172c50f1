/**
 * Rules that always hold: no setting demotes them. Tags that a Validating Lightning Signer (VLS)
 * has too keep its name.
 */
export const mandatoryTags = [
  'policy-channel-original-channel-id-reuse',
  'policy-lightspark-batch',
  'policy-lightspark-key-in-script',
  'policy-lightspark-key-purpose',
  'policy-lightspark-network',
  'policy-lightspark-path',
  'policy-lightspark-peer-key',
  'policy-lightspark-preimage-issued',
  'policy-lightspark-release-before-point',
  'policy-lightspark-release-order',
  'policy-lightspark-replay',
  'policy-lightspark-reveal-consistent',
  'policy-lightspark-sighash',
  'policy-lightspark-tweak',
] as const

/** Rules whose owner may choose what a violation leads to; see {@link Severity}. */
export const optionalTags = [
  'policy-lightspark-freshness',
  'policy-lightspark-invoice-hash',
  'policy-lightspark-unknown-channel',
] as const

/** The name of a rule that cannot be demoted. */
export type MandatoryTag = (typeof mandatoryTags)[number]
/** The name of a rule that may be demoted. */
export type OptionalTag = (typeof optionalTags)[number]
/** The name of a rule. */
export type Tag = MandatoryTag | OptionalTag

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
