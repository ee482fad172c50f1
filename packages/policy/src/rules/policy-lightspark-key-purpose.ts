import { isSigningKeyPath } from '@boltwarden/core/keys/key-path'
import type { JobFacts } from '../facts/job-facts.ts'
import { admitsRole, holdsKey, roleOf } from '../facts/key-role.ts'
import { defineRule, type Finding, nothing, type Rule } from './rule.ts'

/** Refuses keys that are for something else than what is asked. */
export const policyLightsparkKeyPurpose: Rule<'policy-lightspark-key-purpose'> = defineRule({
  tag: 'policy-lightspark-key-purpose',
  summary:
    "m/0, m/4', m/5, m/6'/0' or a channel's m/3/n for a signing job; a key whose outputs have another script than the job's (funding key: the 2-of-2 or an anchor; revocation, payment, delayed and HTLC keys: their BOLT 3 scripts; m/84' and m/1: P2WPKH), or what spends a funding output in another shape than that of a commitment or a close; a point or secret of anything but m/3/n",
  why: 'Each key guards one kind of output. A key that signs for another kind lets one request be passed off as another, past the rules for its own.',
  mandatory: true,
  severity: 'error',
  appliesTo: ['derive-key-and-sign', 'get-per-commitment-point', 'release-per-commitment-secret'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#commitment-transaction-outputs',
  limits:
    'The script is what the job says; that the spent output really has it is bound by the digest, but the output itself is on a chain that the signer does not see. A public channel is announced with a bare message under the funding key: that is refused.',
  check: ({ facts }) => [...ofChannel(facts.channelPath), ...facts.jobs.flatMap(ofJob)],
})

function ofChannel(path: JobFacts['path'] | undefined): readonly Finding[] {
  if (path === undefined || !path.ok || path.value.purpose === 'channel-seed') return nothing
  return [{ message: 'points and secrets are those of a channel, m/3/n' }]
}

function ofJob({ job, path, key, script, spend }: JobFacts): readonly Finding[] {
  if (!path.ok) return nothing
  if (!isSigningKeyPath(path.value)) {
    return [{ job: job.id, message: `a ${path.value.purpose} key signs no job` }]
  }
  if (job.script === undefined) return nothing
  if (script === undefined) {
    return [{ job: job.id, message: 'the script is none that a key of the table signs for' }]
  }
  const role = roleOf(path.value)
  if (admitsRole(script, role)) {
    const isHeld = key?.publicKey !== undefined && holdsKey(script, key.publicKey)
    return script.template === 'funding' && isHeld && spend?.kind === 'unknown'
      ? [{ job: job.id, message: 'what spends the funding output is no commitment and no close' }]
      : nothing
  }
  return [{ job: job.id, message: `a ${role} key does not sign for a ${script.template} output` }]
}
