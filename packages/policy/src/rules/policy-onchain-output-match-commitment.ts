import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { equalBytes } from '@boltwarden/core/bytes'
import type { JobFacts } from '../facts/job-facts.ts'
import { outPointKey } from '../state/out-point.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Finding, type Rule, type RuleContext } from './rule.ts'

const misfunded = eachTransaction(['wallet'], ({ onchain: { outputs }, roles }) =>
  outputs.flatMap(({ value }, index) =>
    roles[index] === 'misfunding'
      ? [`output ${index} of ${value} sat is not what the channel's first commitment spends`]
      : [],
  ),
)

/** Refuses fundings that are not what the first commitment spends. */
export const policyOnchainOutputMatchCommitment: Rule<'policy-onchain-output-match-commitment'> =
  defineRule({
    tag: 'policy-onchain-output-match-commitment',
    summary:
      "an L1 transaction whose output at a channel's funding outpoint has another script or amount than the channel's first commitment spends, and a commitment that spends a funding output with another script or amount than was signed",
    why: 'Money in a funding output comes back by its commitments only.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#funding-transaction-output',
    limits:
      "That the counterparty signed our first commitment is never sent: whether the money comes back without the counterparty's help is for the node to know.",
    check: (context) => [...misfunded(context), ...mislinked(context)],
  })

function mislinked({ facts, view }: RuleContext): readonly Finding[] {
  return facts.jobs.flatMap((job) => {
    const problem = mismatchOf(job, view)
    return problem === undefined ? [] : [{ message: problem, job: job.job.id }]
  })
}

function mismatchOf(
  { job, transaction, match, spend }: JobFacts,
  { node }: RuleContext['view'],
): string | undefined {
  if (spend?.kind !== 'commitment' || !transaction?.ok || match === undefined) return undefined
  const input = transaction.value.transaction.inputs[match.inputIndex]
  if (input === undefined || job.script === undefined || job.amount === undefined) return undefined
  const key = outPointKey(input)
  const waiting = node.unlinkedFundings.find((one) => outPointKey(one) === key)
  if (waiting === undefined) return undefined
  const { scriptPubKey, amountSats } = waiting
  if (equalBytes(scriptPubKey, p2wsh(job.script)) && amountSats === job.amount) return undefined
  return `the commitment spends ${job.amount} sat of another script than the ${amountSats} sat that were funded`
}
