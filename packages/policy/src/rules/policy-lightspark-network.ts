import { defineRule, everyKind, nothing, type Rule } from './rule.ts'

/** Refuses requests of another network. */
export const policyLightsparkNetwork: Rule<'policy-lightspark-network'> = defineRule({
  tag: 'policy-lightspark-network',
  summary: "a request for another network than the signer's",
  why: 'One seed has the same channel keys on every network: a signature or secret asked for in a test could be used for real money.',
  mandatory: true,
  severity: 'error',
  appliesTo: everyKind,
  source: 'https://node.lightspark.com/lightspark-sdk/webhooks',
  limits:
    'The network is what the request says of itself. A transaction and a digest carry none, so a request that names the wrong one in good form is not recognised.',
  check: ({ facts }) => {
    const { network } = facts.delivery.request
    if (network === facts.network) return nothing
    return [{ message: `the request is for ${network}, the signer for ${facts.network}` }]
  },
})
