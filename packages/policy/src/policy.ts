import type { OptionalTag, Severity } from './tags.ts'

/** The most signing jobs of one event that any policy can allow. */
export const maxBatchJobs = 1000

/** The owner's choices. Data only: it can be printed, compared and hashed. */
export type Policy = {
  /** The most signing jobs of one event, 1 to {@link maxBatchJobs}. */
  readonly maxJobs: number
  /** The oldest event that is answered, in milliseconds before its arrival. */
  readonly maxEventAgeMs: number
  /** How far ahead of our clock an event may be, in milliseconds. */
  readonly maxEventAheadMs: number
  /** What violations of optional rules lead to, where not to the rule's own default. */
  readonly severities: Readonly<Partial<Record<OptionalTag, Severity>>>
}

/** The policy of an owner who chose nothing. */
export const defaultPolicy: Policy = Object.freeze({
  maxJobs: 1000,
  maxEventAgeMs: 24 * 60 * 60 * 1000,
  maxEventAheadMs: 5 * 60 * 1000,
  severities: Object.freeze({}),
})
