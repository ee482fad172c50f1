import { l1CoinOf } from '@boltwarden/core/keys/key-path'
import type { Network } from '@boltwarden/core/network'
import type { JobFacts } from '../facts/job-facts.ts'
import { defineRule, everyKind, type Finding, nothing, type Rule } from './rule.ts'

/** Refuses requests of another network. */
export const policyLightsparkNetwork: Rule<'policy-lightspark-network'> = defineRule({
  tag: 'policy-lightspark-network',
  summary:
    "a request for another network than the signer's, and a job for an L1 wallet key of another network's coin type",
  why: 'One seed has the same channel keys on every network: a signature or secret asked for in a test could be used for real money.',
  mandatory: true,
  severity: 'error',
  appliesTo: everyKind,
  source: 'https://node.lightspark.com/lightspark-sdk/webhooks',
  limits:
    'The network is what the request says of itself. A transaction and a digest carry none, so a request that names the wrong one in good form is not recognised.',
  check: ({ facts }) => {
    const { network } = facts.delivery.request
    const findings = facts.jobs.flatMap((job) => ofJob(job, facts.network))
    if (network === facts.network) return findings
    return [
      { message: `the request is for ${network}, the signer for ${facts.network}` },
      ...findings,
    ]
  },
})

function ofJob({ job, path }: JobFacts, network: Network): readonly Finding[] {
  if (!path.ok || path.value.purpose !== 'l1-wallet') return nothing
  const { coin } = path.value
  if (coin === l1CoinOf(network)) return nothing
  return [{ job: job.id, message: `coin type ${coin} is not that of ${network}` }]
}
