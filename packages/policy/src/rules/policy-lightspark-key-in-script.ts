import { isSigningKeyPath } from '@boltwarden/core/keys/key-path'
import { holdsKey, roleOf } from '../facts/key-role.ts'
import { defineRule, eachJob, type Rule } from './rule.ts'

/** Refuses jobs whose key does not stand in their script. */
export const policyLightsparkKeyInScript: Rule<'policy-lightspark-key-in-script'> = defineRule({
  tag: 'policy-lightspark-key-in-script',
  summary:
    'a job whose public key, tweaks applied, does not stand in the script it spends, or stands there in the place of another key',
  why: 'A signature by a key that the output does not ask for is of no use to the node, so only somebody else can want it. In the place of another key it would be judged as that one, while only the revocation key may be multiplied.',
  mandatory: true,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/lightning/bolts/blob/master/03-transactions.md#key-derivation',
  limits:
    "The counterparty's basepoints and, before it reveals a secret, its per-commitment points are not sent: whether a tweak follows from them cannot be checked here, only that the tweaked key is in the script.",
  check: eachJob(({ path, key, script }) => {
    // Without a key or a known script there is nothing to compare: other rules refuse those.
    if (!path.ok || !isSigningKeyPath(path.value)) return []
    if (key?.publicKey === undefined || script === undefined) return []
    const role = roleOf(path.value)
    return holdsKey(script, key.publicKey, role)
      ? []
      : [`the ${role} key does not stand in the ${script.template} script in its place`]
  }),
})
