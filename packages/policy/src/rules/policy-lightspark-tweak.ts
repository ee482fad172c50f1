import { isSigningKeyPath } from '@boltwarden/core/keys/key-path'
import type { JobFacts } from '../facts/job-facts.ts'
import { type KeyRole, roleOf } from '../facts/key-role.ts'
import { defineRule, eachJob, type Rule } from './rule.ts'

/** Refuses tweaks where BOLT 3 has none. */
export const policyLightsparkTweak: Rule<'policy-lightspark-tweak'> = defineRule({
  tag: 'policy-lightspark-tweak',
  summary:
    'a tweak of a funding, payment, destination or wallet key; a tweak that is not 32 bytes, is 0 or is not below the order of the curve; a multiplying tweak of anything but the revocation key',
  why: 'A tweak that the sender chooses turns one key into any other: without this the purpose of a key means nothing.',
  mandatory: true,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/lightning/bolts/blob/master/03-transactions.md#key-derivation',
  limits:
    "Tweaks follow from per-commitment points. The counterparty's are not sent before it reveals the secret, so their derivation is not checked here. Whoever may choose a multiplying tweak can turn the signature on the transaction that is shown into one on any other transaction: as long as justice tweaks are not compared with revealed secrets, a revocation key is not safe from the platform.",
  check: eachJob(problems),
})

type Allowed = { readonly add: boolean; readonly mul: boolean }

const allowed: Readonly<Record<KeyRole, Allowed>> = {
  funding: { add: false, mul: false },
  payment: { add: false, mul: false },
  destination: { add: false, mul: false },
  'l1-wallet': { add: false, mul: false },
  'delayed-payment-basepoint': { add: true, mul: false },
  'htlc-basepoint': { add: true, mul: false },
  'revocation-basepoint': { add: true, mul: true },
}

function problems({ job, path, key }: JobFacts): readonly string[] {
  if (!path.ok || !isSigningKeyPath(path.value)) return []
  const role = roleOf(path.value)
  const { add, mul } = allowed[role]
  return [
    ...(job.addTweak !== undefined && !add ? [`a ${role} key has no add tweak`] : []),
    ...(job.mulTweak !== undefined && !mul ? [`a ${role} key has no mul tweak`] : []),
    ...(key?.problems ?? []),
  ]
}
