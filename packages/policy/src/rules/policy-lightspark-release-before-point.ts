import { channelOf, releaseOf } from './channel-of.ts'
import { defineRule, type Finding, nothing, type Rule, type RuleContext } from './rule.ts'

/** Refuses secrets of commitments that nothing has replaced. */
export const policyLightsparkReleaseBeforePoint: Rule<'policy-lightspark-release-before-point'> =
  defineRule({
    tag: 'policy-lightspark-release-before-point',
    summary:
      'the secret of an index before the point of the next one down was given, and any secret of a channel that was never seen: no point of it was',
    why: 'Without that point there is no newer commitment: the secret would revoke the only one that the node can broadcast.',
    mandatory: true,
    severity: 'error',
    appliesTo: ['release-per-commitment-secret'],
    source:
      'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#completing-the-transition-to-the-updated-state-revoke_and_ack',
    limits:
      'That a point was given does not show that a commitment with it was signed: that signature is never sent. Points may be asked for far ahead, which makes this rule as weak as the order of release.',
    check: ({ facts, view }) => {
      const release = releaseOf(facts, view)
      if (release === undefined) return ofUnseen(facts)
      const { index, state } = release
      if (index === 0) return [{ message: 'no commitment comes after that of index 0' }]
      if (state.lowestPoint <= index - 1) return nothing
      return [{ message: `the point of ${index - 1} was not given` }]
    },
  })

/** A point lets a channel in, also while observing; a secret, which cannot be taken back, never does. */
function ofUnseen(facts: RuleContext['facts']): readonly Finding[] {
  return channelOf(facts) === undefined
    ? nothing
    : [{ message: 'the channel was never seen: no point of it was given' }]
}
