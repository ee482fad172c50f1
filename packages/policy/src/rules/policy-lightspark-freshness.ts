import { defineRule, everyKind, nothing, type Rule } from './rule.ts'

/** Refuses events that are old, holds those from the future. */
export const policyLightsparkFreshness: Rule<'policy-lightspark-freshness'> = defineRule({
  tag: 'policy-lightspark-freshness',
  summary:
    'an event older than `maxEventAgeMs`. One further ahead than `maxEventAheadMs` is held: the clock is wrong, and ours may be',
  why: 'A recorded event must not be of use for ever, not even to a signer that has lost its ledger.',
  mandatory: false,
  severity: 'error',
  appliesTo: everyKind,
  source: 'https://node.lightspark.com/lightspark-sdk/webhooks',
  limits:
    'Both clocks are believed. The platform signs the time, so whoever holds the webhook secret can write any. A repeated event that was answered before is answered again whatever its age: it teaches nobody anything.',
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
