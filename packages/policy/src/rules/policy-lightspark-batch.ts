import { equalBytes } from '@boltwarden/core/bytes'
import type { ChannelFacts } from '../channel/channel-facts.ts'
import type { FundingSpendFacts } from '../channel/commitment-facts.ts'
import { maxEventDigests } from '../facts/digest.ts'
import { outPointKey } from '../state/out-point.ts'
import { defineRule, type Finding, nothing, type Rule } from './rule.ts'

/** Refuses batches that are too large, empty, or name a job twice. */
export const policyLightsparkBatch: Rule<'policy-lightspark-batch'> = defineRule({
  tag: 'policy-lightspark-batch',
  summary:
    'more signing jobs than `maxJobs`, none at all, jobs whose inputs take more than 65,536 digests to find, two with one id, two that spend the funding output of one channel by different transactions or with different amounts, or two for one HTLC of the counterparty',
  why: 'Work must be bounded by the owner, and a signature is matched to its job by the id: two jobs of one id could swap theirs. Two commitments or closes at once would each pass for the next one. An HTLC that two jobs sign would have two amounts or two expiries.',
  mandatory: true,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://node.lightspark.com/lightspark-sdk/remote-signing',
  limits: 'Ids are compared within one event; the same id in two events is not noticed.',
  check: ({ policy, facts }) => {
    const { request } = facts.delivery
    if (request.kind !== 'derive-key-and-sign') return nothing
    const count = request.jobs.length
    if (count === 0) return [{ message: 'there is no signing job' }]
    if (count > policy.maxJobs) {
      return [{ message: `${count} signing jobs, above ${policy.maxJobs}` }]
    }
    if (facts.exceedsDigests) {
      return [{ message: `finding what the jobs sign takes more than ${maxEventDigests} digests` }]
    }
    const seen = new Set<string>()
    const doubled: Finding[] = []
    for (const { id } of request.jobs) {
      if (seen.has(id)) doubled.push({ message: 'the job id stands in the event twice', job: id })
      seen.add(id)
    }
    return [...doubled, ...doubledSpends(facts.channels), ...doubledHtlcs(facts.channels)]
  },
})

function doubledSpends({ fundingSpends }: ChannelFacts): readonly Finding[] {
  const first = new Map<number, FundingSpendFacts>()
  return fundingSpends.flatMap((spend) => {
    const known = first.get(spend.channel) ?? spend
    first.set(spend.channel, known)
    const isSame = equalBytes(known.txid, spend.txid) && known.amountSats === spend.amountSats
    return isSame
      ? nothing
      : [
          {
            message: 'another transaction or amount spends the same funding output',
            job: spend.job.job.id,
          },
        ]
  })
}

/** Our own HTLCs may be claimed in several versions: their inputs are ours to pay for. */
function doubledHtlcs({ htlcs }: ChannelFacts): readonly Finding[] {
  const seen = new Set<string>()
  return htlcs.flatMap(({ signer, channel, input, job }) => {
    if (signer === 'broadcaster') return nothing
    const name = `${channel} ${outPointKey(input)}`
    if (!seen.has(name)) {
      seen.add(name)
      return nothing
    }
    return [{ message: 'another job signs for the same HTLC', job: job.job.id }]
  })
}
