import { channelOf } from './channel-of.ts'
import { defineRule, type Finding, nothing, type Rule, type RuleContext } from './rule.ts'

/** Refuses secrets and signatures of channels that were never seen. */
export const policyLightsparkUnknownChannel: Rule<'policy-lightspark-unknown-channel'> = defineRule(
  {
    tag: 'policy-lightspark-unknown-channel',
    summary:
      'a secret or a signature of a channel that was never seen from its first index on. With `adopt`, or while observing, the next point that is asked for lets the channel in and records it; its order is kept from there on',
    why: 'Of a channel that is not known the signer cannot tell which commitments are revoked and what it holds; a secret once given cannot be taken back.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['release-per-commitment-secret', 'derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#per-commitment-secret-requirements',
    limits:
      'A channel is known once the point of its first index was asked for. A point of an unknown channel at another index is public and harmless: it is answered and, unless channels are adopted, not remembered. Signing jobs name no channel id, so they let no channel in. What an adopted channel did before is not known.',
    check: ({ policy, facts, view }) => {
      if (policy.channels.adopt) return nothing
      return [...ofSecret(facts, view), ...ofJobs(facts, view)]
    },
  },
)

function ofSecret(facts: RuleContext['facts'], view: RuleContext['view']): readonly Finding[] {
  const channel = channelOf(facts)
  if (channel === undefined || view.channels.has(channel)) return nothing
  return [
    {
      message:
        'the channel was never seen: a channel is known once the point of its first index was asked for',
    },
  ]
}

/** One finding for each channel: a batch may have many jobs of one. */
function ofJobs(facts: RuleContext['facts'], view: RuleContext['view']): readonly Finding[] {
  const seen = new Set(view.channels.keys())
  return facts.jobs.flatMap(({ job, path }) => {
    if (!path.ok || path.value.purpose !== 'channel-key') return nothing
    const { channel } = path.value
    if (seen.has(channel)) return nothing
    seen.add(channel)
    return [{ job: job.id, message: `m/3/${channel} was never seen` }]
  })
}
