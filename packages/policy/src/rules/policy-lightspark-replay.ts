import { equalBytes } from '@boltwarden/core/bytes'
import { defineRule, everyKind, nothing, type Rule } from './rule.ts'

/** Refuses another question under a known event id. */
export const policyLightsparkReplay: Rule<'policy-lightspark-replay'> = defineRule({
  tag: 'policy-lightspark-replay',
  summary:
    'a known event id with another body, with 403 and never by declining its jobs: a mix-up of ids is no reason to close a channel',
  why: 'The platform may repeat an event, and then gets the same answer; an id that stands for two questions is a forgery or a fault.',
  mandatory: true,
  severity: 'error',
  appliesTo: everyKind,
  source: 'https://node.lightspark.com/lightspark-sdk/webhooks',
  limits:
    'The same question under a new event id is not a replay: nothing in the protocol tells it from an honest one.',
  check: ({ facts, view }) => {
    if (view.event === undefined || equalBytes(view.event.bodyHash, facts.delivery.bodyHash)) {
      return nothing
    }
    return [{ message: 'the event id was used before, with another body' }]
  },
})
