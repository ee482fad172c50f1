import { holdsKey } from '../facts/key-role.ts'
import { defineRule, eachJob, type Rule } from './rule.ts'

/** Refuses jobs whose key does not stand in their script. */
export const policyLightsparkKeyInScript: Rule<'policy-lightspark-key-in-script'> = defineRule({
  tag: 'policy-lightspark-key-in-script',
  summary: 'a job whose public key, tweaks applied, does not stand in the script it spends',
  why: 'A signature by a key that the output does not ask for is of no use to the node, so only somebody else can want it.',
  mandatory: true,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/lightning/bolts/blob/master/03-transactions.md#key-derivation',
  limits:
    "The counterparty's basepoints and, before it reveals a secret, its per-commitment points are not sent: whether a tweak follows from them cannot be checked here, only that the tweaked key is in the script.",
  check: eachJob(({ key, script }) => {
    // Without a key or a known script there is nothing to compare: other rules refuse those.
    if (key?.publicKey === undefined || script === undefined) return []
    return holdsKey(script, key.publicKey)
      ? []
      : [`the key does not stand in the ${script.template} script`]
  }),
})
