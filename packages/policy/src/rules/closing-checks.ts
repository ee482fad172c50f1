import type { ClosingFacts } from '../channel/closing-facts.ts'
import type { CounterpartyCommitment } from '../state/commitment-record.ts'
import type { Rule, RuleContext } from './rule.ts'

/** A check of each closing transaction, beside the counterparty's commitment that was signed last. */
export function eachClosing(
  check: (
    closing: ClosingFacts,
    last: CounterpartyCommitment | undefined,
    context: RuleContext,
  ) => readonly string[],
): Rule['check'] {
  return (context) =>
    context.facts.channels.closings.flatMap((closing) => {
      const last = context.view.channels.get(closing.channel)?.commitments.at(-1)
      return check(closing, last, context).map((message) => ({
        message,
        job: closing.job.job.id,
      }))
    })
}

/** The highest dust limit that BOLT 2 lets a node have, in satoshis. */
const highestDustLimit = 546n

/** Whether a balance is nothing, once the fee of the close is paid of it. */
export function isDust({ feeSats }: ClosingFacts, balance: bigint): boolean {
  return balance - (feeSats > 0n ? feeSats : 0n) < highestDustLimit
}
