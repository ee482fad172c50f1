import type { RequestKind } from '@boltwarden/core/request'
import { reviewCommitments } from './channel/commitment-review.ts'
import type { Decision, Violation } from './decision.ts'
import type { Policy } from './policy.ts'
import { rules } from './rules/index.ts'
import type { Finding, Rule, RuleContext } from './rules/rule.ts'
import { isOptionalTag, type Severity, tags } from './tags.ts'

/** What is to be judged, by which policy and beside what is remembered. */
export type Question = Omit<RuleContext, 'commitments'>

/** A violation and what it leads to. */
export type Weighed = { readonly violation: Violation; readonly severity: Severity }

/** A rule that was applied, and everything that it found. */
export type Assessment = { readonly rule: Rule; readonly found: readonly Weighed[] }

const rulesFor = (kind: RequestKind): readonly Rule[] =>
  tags.map((tag): Rule => rules[tag]).filter((rule) => rule.appliesTo.includes(kind))

// Found once, not for each event.
const rulesOf: Readonly<Record<RequestKind, readonly Rule[]>> = {
  'derive-key-and-sign': rulesFor('derive-key-and-sign'),
  'request-invoice-payment-hash': rulesFor('request-invoice-payment-hash'),
  'release-payment-preimage': rulesFor('release-payment-preimage'),
  'get-per-commitment-point': rulesFor('get-per-commitment-point'),
  'release-per-commitment-secret': rulesFor('release-per-commitment-secret'),
  'reveal-counterparty-per-commitment-secret': rulesFor(
    'reveal-counterparty-per-commitment-secret',
  ),
  ecdh: rulesFor('ecdh'),
  'sign-invoice': rulesFor('sign-invoice'),
}

/** Applies every rule on requests of this kind, in alphabetical order. Total and pure. */
export function assess(question: Question): readonly Assessment[] {
  const { policy, facts, view } = question
  const { kind } = facts.delivery.request
  const context = { ...question, commitments: reviewCommitments(facts, view, policy) }
  return rulesOf[kind].map((rule) => ({
    rule,
    found: rule.check(context).map((finding) => weigh(rule, finding, policy)),
  }))
}

/**
 * Applies every rule to a request, and reports every violation, not only the first. Total and pure.
 * One violation that declines decides; else one that holds; what is only recorded signs.
 */
export function evaluate(question: Question): Decision {
  const weighed = assess(question).flatMap(({ found }) => found)
  const [first, ...rest] = weighed.map(({ violation }) => violation)
  const leadsTo = (severity: Severity) => weighed.some((found) => found.severity === severity)
  if (first === undefined || !(leadsTo('error') || leadsTo('hold'))) {
    return { verdict: 'sign', warnings: weighed.map(({ violation }) => violation) }
  }
  return { verdict: leadsTo('error') ? 'decline' : 'hold', violations: [first, ...rest] }
}

function weigh(rule: Rule, finding: Finding, policy: Policy): Weighed {
  const { message, job, temporary } = finding
  const violation = { tag: rule.tag, message, ...(job !== undefined && { job }) }
  // Who observes learns what would have been refused, before anything is.
  if (policy.mode === 'observe' && !rule.mandatory) return { violation, severity: 'warn' }
  const chosen = isOptionalTag(rule.tag) ? policy.severities[rule.tag] : undefined
  const severity = chosen ?? rule.severity
  return { violation, severity: temporary && severity === 'error' ? 'hold' : severity }
}
