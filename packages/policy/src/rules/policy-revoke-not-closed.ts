import { releaseOf } from './channel-of.ts'
import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses to revoke what a close has made final. */
export const policyRevokeNotClosed: Rule<'policy-revoke-not-closed'> = defineRule({
  tag: 'policy-revoke-not-closed',
  summary: 'a further secret after a closing transaction was signed',
  why: 'After a close nothing is updated: a secret then only takes away what a commitment could still claim.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['release-per-commitment-secret'],
  source: 'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#channel-close',
  limits: 'The secret that was released last is given again.',
  check: ({ facts, view }) => {
    const release = releaseOf(facts, view)
    if (release === undefined || release.index === release.state.lastReleased) return nothing
    return release.state.closings.length === 0
      ? nothing
      : [{ message: 'a closing transaction was signed' }]
  },
})
