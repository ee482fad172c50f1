import { channelOf } from './channel-of.ts'
import { defineRule, type Finding, nothing, type Rule } from './rule.ts'

/** Refuses a second id for a channel's path, and a second path for its id. */
export const policyChannelOriginalChannelIdReuse: Rule<'policy-channel-original-channel-id-reuse'> =
  defineRule({
    tag: 'policy-channel-original-channel-id-reuse',
    summary: 'a channel id with a second path, or a path with a second channel id',
    why: 'A channel whose keys serve a second one has one set of secrets for two histories: what revokes a commitment of one revokes it in the other.',
    mandatory: true,
    severity: 'error',
    appliesTo: ['get-per-commitment-point', 'release-per-commitment-secret'],
    source: 'https://gitlab.com/lightning-signer/validating-lightning-signer',
    limits:
      'Signing jobs carry no channel id that could be trusted, and a reveal carries no path: only requests for points and secrets show both.',
    check: ({ facts, view }) => {
      const { request } = facts.delivery
      const channel = channelOf(facts)
      if (channel === undefined || !('channel' in request)) return nothing
      const findings: Finding[] = []
      const known = view.channels.get(channel)
      if (known !== undefined && known.id !== request.channel) {
        findings.push({ message: `m/3/${channel} belongs to another channel id` })
      }
      if (view.channelById !== undefined && view.channelById.channel !== channel) {
        findings.push({ message: `the channel id belongs to m/3/${view.channelById.channel}` })
      }
      return findings
    },
  })
