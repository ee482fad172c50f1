import { equalBytes } from '@boltwarden/core/bytes'
import type { ChannelFacts } from '../channel/channel-facts.ts'
import { maxEventDigests } from '../facts/digest.ts'
import { defineRule, type Finding, nothing, type Rule } from './rule.ts'

/** Refuses batches that are too large, empty, or name a job twice. */
export const policyLightsparkBatch: Rule<'policy-lightspark-batch'> = defineRule({
  tag: 'policy-lightspark-batch',
  summary:
    'more signing jobs than `maxJobs`, none at all, jobs whose inputs take more than 65,536 digests to find, two with one id, or two transactions that spend the funding output of one channel',
  why: 'Work must be bounded by the owner, and a signature is matched to its job by the id: two jobs of one id could swap theirs. Two commitments or closes at once would each pass for the next one.',
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
    return [...doubled, ...doubledSpends(facts.channels)]
  },
})

function doubledSpends({ fundingSpends }: ChannelFacts): readonly Finding[] {
  const first = new Map<number, Uint8Array>()
  return fundingSpends.flatMap(({ channel, txid, job }) => {
    const known = first.get(channel) ?? txid
    first.set(channel, known)
    return equalBytes(known, txid)
      ? nothing
      : [{ message: 'another transaction spends the same funding output', job: job.job.id }]
  })
}
