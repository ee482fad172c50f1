import { defineRule, everyKind, nothing, type Rule } from './rule.ts'

/** Holds events that are old or from the future. */
export const policyLightsparkFreshness: Rule<'policy-lightspark-freshness'> = defineRule({
  tag: 'policy-lightspark-freshness',
  summary:
    'an event older than `maxEventAgeMs`. One further ahead than `maxEventAheadMs` is always held',
  why: 'A recorded event must not be of use for ever, not even to a signer that has lost its ledger. But a clock of ours that has jumped makes every event look old or early, and declining jobs closes their channels: so these are held until somebody has looked.',
  mandatory: false,
  severity: 'hold',
  appliesTo: everyKind,
  source: 'https://node.lightspark.com/lightspark-sdk/webhooks',
  limits:
    'Both clocks are believed. The platform signs the time, so whoever holds the webhook secret can write any. A repeated event that was answered before is answered again whatever its age, until `boltwarden store prune` has it forgotten: it teaches nobody anything.',
  check: ({ policy, facts }) => {
    const { timestampMs, receivedAtMs } = facts.delivery
    const age = receivedAtMs - timestampMs
    if (age > policy.maxEventAgeMs) {
      return [{ message: `the event is ${age} ms old, above ${policy.maxEventAgeMs} ms` }]
    }
    if (-age > policy.maxEventAheadMs) {
      const message = `the event is ${-age} ms ahead of our clock, above ${policy.maxEventAheadMs} ms`
      return [{ message, temporary: true }]
    }
    return nothing
  },
})
