import type { PayloadId } from '@boltwarden/core/ids'
import type { RequestKind } from '@boltwarden/core/request'
import type { CommitmentReview } from '../channel/commitment-review.ts'
import type { JobFacts } from '../facts/job-facts.ts'
import type { Facts } from '../facts.ts'
import type { Policy } from '../policy.ts'
import type { MandatoryTag, Severity, Tag } from '../tags.ts'
import type { View } from '../view.ts'

/** What a rule compares. Nothing else: no clock, no keys, no store. */
export type RuleContext = {
  readonly policy: Policy
  readonly facts: Facts
  readonly view: View
  /** The commitments among the facts, beside what is remembered of their channels. */
  readonly commitments: readonly CommitmentReview[]
}

/** One thing that a rule found wrong. The message states public facts only. */
export type Finding = {
  readonly message: string
  readonly job?: PayloadId
  /** It may pass by itself, as a wrong clock does: it is held, never declined. */
  readonly temporary?: true
}

/** A rule: what it refuses, why, and the check. Its words make docs/policy.md. */
export type Rule<T extends Tag = Tag> = {
  readonly tag: T
  /** What it refuses, to follow "Refuses". */
  readonly summary: string
  readonly why: string
  readonly mandatory: T extends MandatoryTag ? true : false
  /** What a violation leads to, unless the policy says otherwise. */
  readonly severity: T extends MandatoryTag ? 'error' : Severity
  readonly appliesTo: readonly [RequestKind, ...RequestKind[]]
  /** Where the requirement stands: a BOLT, a BIP, or the platform's documentation. */
  readonly source: string
  /** What the rule cannot know, because the protocol does not send it. */
  readonly limits?: string
  /** Total and pure: finds every violation, in the order of the request. */
  readonly check: (context: RuleContext) => readonly Finding[]
}

/** A rule that nobody can change. */
export function defineRule<T extends Tag>(rule: Rule<T>): Rule<T> {
  Object.freeze(rule.appliesTo)
  return Object.freeze(rule)
}

/** Every kind of request. */
export const everyKind: readonly [RequestKind, ...RequestKind[]] = [
  'derive-key-and-sign',
  'request-invoice-payment-hash',
  'release-payment-preimage',
  'get-per-commitment-point',
  'release-per-commitment-secret',
  'reveal-counterparty-per-commitment-secret',
  'ecdh',
  'sign-invoice',
]

/** Nothing wrong. */
export const nothing: readonly Finding[] = Object.freeze([])

/** A check of each signing job by itself. */
export function eachJob(
  check: (job: JobFacts, context: RuleContext) => readonly string[],
): Rule['check'] {
  return (context) =>
    context.facts.jobs.flatMap((job) =>
      check(job, context).map((message) => ({ message, job: job.job.id })),
    )
}
