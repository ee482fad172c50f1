import type { Decision, Violation } from './decision.ts'
import type { Policy } from './policy.ts'
import { rules } from './rules/index.ts'
import type { Finding, Rule, RuleContext } from './rules/rule.ts'
import { isOptionalTag, type Severity, tags } from './tags.ts'

/** A violation and what it leads to. */
type Weighed = { readonly violation: Violation; readonly severity: Severity }

/**
 * Applies every rule to a request, and reports every violation, not only the first. Total and pure.
 * One violation that declines decides; else one that holds; what is only recorded signs.
 */
export function evaluate(context: RuleContext): Decision {
  const { kind } = context.facts.delivery.request
  const weighed = tags
    .map((tag): Rule => rules[tag])
    .filter((rule) => rule.appliesTo.includes(kind))
    .flatMap((rule) => rule.check(context).map((finding) => weigh(rule, finding, context.policy)))
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
