import type { PayloadId } from '@boltwarden/core/ids'
import type { OnchainPurpose } from '../onchain/purpose.ts'
import { type SettledTransaction, settle } from '../onchain/settlement.ts'
import type { Finding, Rule, RuleContext } from './rule.ts'

/**
 * A check of each transaction on the chain that a job with one of these purposes signs; what it finds
 * is about the first of them.
 */
export function eachTransaction(
  purposes: readonly OnchainPurpose[],
  check: (settled: SettledTransaction, context: RuleContext) => readonly string[],
): Rule['check'] {
  return (context) => {
    const { policy, facts, view } = context
    return settle(policy, facts, view).transactions.flatMap((settled): readonly Finding[] => {
      const first = settled.onchain.jobs.find(({ purpose }) => purposes.includes(purpose))
      if (first === undefined) return []
      return findings(first.facts.job.id, check(settled, context))
    })
  }
}

function findings(job: PayloadId, messages: readonly string[]): readonly Finding[] {
  return messages.map((message) => ({ message, job }))
}

/** Every purpose. */
export const anyPurpose: readonly OnchainPurpose[] = ['wallet', 'sweep', 'second-stage', 'anchor']
