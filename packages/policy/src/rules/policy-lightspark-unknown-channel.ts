import { channelOf } from './channel-of.ts'
import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses secrets of channels that were never seen. */
export const policyLightsparkUnknownChannel: Rule<'policy-lightspark-unknown-channel'> = defineRule(
  {
    tag: 'policy-lightspark-unknown-channel',
    summary:
      'a secret of a channel that was never seen. Demoted to `warn` it lets the channel in at that index and records it; the order of its secrets is kept from there on',
    why: 'Of a channel that is not known the signer cannot tell which commitments are revoked, and a secret once given cannot be taken back.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['release-per-commitment-secret'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#per-commitment-secret-requirements',
    limits:
      'A channel is known from its first point on. A point of an unknown channel at another index is public and harmless: it is answered and not remembered. Signing jobs name no channel id and no index that could be trusted; an unknown channel is not noticed there. Where a channel is adopted, what was released before is not known.',
    check: ({ facts, view }) => {
      const channel = channelOf(facts)
      if (channel === undefined || view.channels.has(channel)) return nothing
      return [
        {
          message:
            'the channel was never seen: a channel is known once the point of its first index was asked for',
        },
      ]
    },
  },
)
