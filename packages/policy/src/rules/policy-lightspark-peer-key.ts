import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses peer keys that are no point of the curve. */
export const policyLightsparkPeerKey: Rule<'policy-lightspark-peer-key'> = defineRule({
  tag: 'policy-lightspark-peer-key',
  summary: 'a peer key that is no point of secp256k1',
  why: 'ECDH with what is not on the curve gives away the private key bit by bit.',
  mandatory: true,
  severity: 'error',
  appliesTo: ['ecdh'],
  source: 'https://www.secg.org/sec1-v2.pdf',
  limits:
    'Which peer it is, and whether the node talks to it, is not sent. Only nodes made before October 2023 ask for shared secrets at all.',
  check: ({ facts }) =>
    facts.isPeerOnCurve === false
      ? [{ message: 'the peer key is not a point on secp256k1' }]
      : nothing,
})
