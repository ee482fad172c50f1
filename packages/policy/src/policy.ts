import { integer } from '@boltwarden/core/assert'
import { sha256 } from '@boltwarden/core/bitcoin/hash'
import {
  type ChannelLimits,
  checkChannelLimits,
  checkOnchainLimits,
  checkPaymentLimits,
  defaultChannelLimits,
  defaultOnchainLimits,
  defaultPaymentLimits,
  type OnchainLimits,
  type PaymentLimits,
} from './limits.ts'
import { isOptionalTag, type OptionalTag, type Severity } from './tags.ts'

/** The most signing jobs of one event that any policy can allow. */
export const maxBatchJobs = 1000

/** How a policy is applied; see {@link Policy.mode}. */
export const modes = ['enforce', 'observe'] as const

/** How a policy is applied. */
export type Mode = (typeof modes)[number]

/** The owner's choices. Data only: it can be printed, compared and hashed. */
export type Policy = {
  /**
   * `enforce`: violations lead to what their severity says. `observe`: those of optional rules are
   * recorded only, and channels in the middle of their life are learnt.
   */
  readonly mode: Mode
  /** The most signing jobs of one event, 1 to {@link maxBatchJobs}. */
  readonly maxJobs: number
  /** The oldest event that is answered, in milliseconds before its arrival. */
  readonly maxEventAgeMs: number
  /** How far ahead of our clock an event may be, in milliseconds. */
  readonly maxEventAheadMs: number
  /** What violations of optional rules lead to, where not to the rule's own default. */
  readonly severities: Readonly<Partial<Record<OptionalTag, Severity>>>
  readonly channels: ChannelLimits
  readonly payments: PaymentLimits
  readonly onchain: OnchainLimits
}

/** Some of the owner's choices; what is left out is that of {@link defaultPolicy}. */
export type PolicyChoices = Partial<Omit<Policy, 'channels' | 'payments' | 'onchain'>> & {
  readonly channels?: Partial<ChannelLimits>
  readonly payments?: Partial<PaymentLimits>
  readonly onchain?: Partial<OnchainLimits>
}

/** The policy of an owner who chose nothing. */
export const defaultPolicy: Policy = Object.freeze({
  mode: 'enforce',
  maxJobs: 1000,
  maxEventAgeMs: 24 * 60 * 60 * 1000,
  maxEventAheadMs: 5 * 60 * 1000,
  severities: Object.freeze({}),
  channels: defaultChannelLimits,
  payments: defaultPaymentLimits,
  onchain: defaultOnchainLimits,
})

/**
 * A policy with some of the owner's choices.
 *
 * @throws {RangeError} if a number is out of its range, or a tag names no rule that may be demoted.
 * @example
 * ```ts
 * import { createPolicy } from '@boltwarden/policy/policy'
 * createPolicy({ severities: { 'policy-lightspark-freshness': 'hold' } }).maxJobs // 1000
 * ```
 */
export function createPolicy(choices: PolicyChoices = {}): Policy {
  const policy = {
    ...defaultPolicy,
    ...choices,
    channels: checkChannelLimits({ ...defaultChannelLimits, ...choices.channels }),
    payments: checkPaymentLimits({ ...defaultPaymentLimits, ...choices.payments }),
    onchain: checkOnchainLimits({ ...defaultOnchainLimits, ...choices.onchain }),
  }
  if (!modes.includes(policy.mode)) throw new RangeError('"mode" expected enforce or observe')
  integer('maxJobs', policy.maxJobs, 1, maxBatchJobs)
  integer('maxEventAgeMs', policy.maxEventAgeMs, 0, Number.MAX_SAFE_INTEGER)
  integer('maxEventAheadMs', policy.maxEventAheadMs, 0, Number.MAX_SAFE_INTEGER)
  const unknown = Object.keys(policy.severities).find((tag) => !isOptionalTag(tag))
  if (unknown !== undefined) throw new RangeError(`"${unknown}" is no rule that may be demoted`)
  return Object.freeze({ ...policy, severities: Object.freeze({ ...policy.severities }) })
}

/**
 * The policy as JSON with sorted keys, amounts as decimal text and no spaces: equal policies have
 * equal texts.
 *
 * @example
 * ```ts
 * import { canonicalPolicy, defaultPolicy } from '@boltwarden/policy/policy'
 * canonicalPolicy(defaultPolicy).startsWith('{"channels":{"adopt":false,') // true
 * ```
 */
export function canonicalPolicy(policy: Policy): string {
  return JSON.stringify(policy, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value
  })
}

const hashes = new WeakMap<Policy, Uint8Array>()

/** SHA-256 of {@link canonicalPolicy}, 32 bytes: names the policy of a decision for ever. */
export function policyHash(policy: Policy): Uint8Array {
  const known = hashes.get(policy)
  if (known !== undefined) return known
  // Every key and value is ASCII.
  const text = Uint8Array.from(canonicalPolicy(policy), (letter) => letter.charCodeAt(0))
  const hash = sha256(text)
  // An allow-list may be long, and every decision names its policy; only what is frozen stays.
  if (Object.isFrozen(policy)) hashes.set(policy, hash)
  return hash
}
