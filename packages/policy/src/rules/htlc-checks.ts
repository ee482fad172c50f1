import type { HtlcFacts } from '../channel/htlc-facts.ts'
import type { Rule, RuleContext } from './rule.ts'

/** A check of each HTLC transaction by itself, of either side. */
export function eachHtlc(
  check: (htlc: HtlcFacts, context: RuleContext) => readonly string[],
): Rule['check'] {
  return (context) =>
    context.facts.channels.htlcs.flatMap((htlc) =>
      check(htlc, context).map((message) => ({ message, job: htlc.job.job.id })),
    )
}
