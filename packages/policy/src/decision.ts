import type { PayloadId } from '@boltwarden/core/ids'
import type { Tag } from './tags.ts'

/** One rule that a request breaks. The message states public facts only. */
export type Violation = {
  readonly tag: Tag
  readonly message: string
  /** The signing job it is about, where it is about one. */
  readonly job?: PayloadId
}

/** At least one violation. */
export type Violations = readonly [Violation, ...Violation[]]

/**
 * What becomes of a request.
 *
 * - `sign`: it is answered; `warnings` are violations that the policy only records.
 * - `decline`: it is never answered. Where no mutation declines such a request, it is refused with
 *   403.
 * - `hold`: there is no answer now (503) and the platform may ask again.
 */
export type Decision =
  | { readonly verdict: 'sign'; readonly warnings: readonly Violation[] }
  | { readonly verdict: 'decline'; readonly violations: Violations }
  | { readonly verdict: 'hold'; readonly violations: Violations }

/** The three outcomes. */
export const verdicts = ['sign', 'decline', 'hold'] as const

/** The name of an outcome. */
export type Verdict = Decision['verdict']

/** The violations of a decision, whatever they led to. */
export function violationsOf(decision: Decision): readonly Violation[] {
  return decision.verdict === 'sign' ? decision.warnings : decision.violations
}
