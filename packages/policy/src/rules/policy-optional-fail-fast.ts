import { channelOf, nextRelease } from './channel-of.ts'
import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses points that are far ahead. */
export const policyOptionalFailFast: Rule<'policy-optional-fail-fast'> = defineRule({
  tag: 'policy-optional-fail-fast',
  summary: 'a point that lies further than `lookAheadPoints` past that of the next commitment',
  why: 'Each point ahead of its time weakens policy-lightspark-release-before-point, and no honest node needs it.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['get-per-commitment-point'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#per-commitment-secret-requirements',
  limits:
    'A point is public: of a channel that is not known, or was adopted before a secret was released, any is given.',
  check: ({ policy, facts, view }) => {
    const { request } = facts.delivery
    const channel = channelOf(facts)
    if (request.kind !== 'get-per-commitment-point' || channel === undefined) return nothing
    const state = view.channels.get(channel)
    if (state === undefined) return nothing
    const next = nextRelease(state)
    if (next === undefined) return nothing
    // The commitment after the current one is the next.
    const lowest = next - 1 - policy.channels.lookAheadPoints
    return request.index >= lowest
      ? nothing
      : [{ message: `the point of ${request.index} is asked for, ${lowest} is the furthest` }]
  },
})
