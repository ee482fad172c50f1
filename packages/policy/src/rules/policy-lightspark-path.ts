import type { KeyPath, KeyPathProblem } from '@boltwarden/core/keys/key-path'
import type { Result } from '@boltwarden/core/result'
import type { JobFacts } from '../facts/job-facts.ts'
import { defineRule, type Finding, type Rule } from './rule.ts'

/** Refuses paths that are not spelt canonically or name no key of the table. */
export const policyLightsparkPath: Rule<'policy-lightspark-path'> = defineRule({
  tag: 'policy-lightspark-path',
  summary:
    'a derivation path that is not spelt canonically or names no key of the table; of signing jobs the destination path too',
  why: 'A key outside the table has no purpose that a rule could check, and two spellings of one key would have two histories.',
  mandatory: true,
  severity: 'error',
  appliesTo: ['derive-key-and-sign', 'get-per-commitment-point', 'release-per-commitment-secret'],
  source: 'https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki',
  limits: 'A reveal carries no path: its channel is known by the id alone.',
  check: ({ facts }) => [...problems('the path', facts.channelPath), ...facts.jobs.flatMap(ofJob)],
})

function ofJob({ job, path, destination }: JobFacts): readonly Finding[] {
  return [...problems('the path', path), ...problems('the destination path', destination)].map(
    (finding) => ({ ...finding, job: job.id }),
  )
}

function problems(
  what: string,
  path: Result<KeyPath, KeyPathProblem> | undefined,
): readonly Finding[] {
  if (path === undefined || path.ok) return []
  const { reason, expected } = path.error
  const verb = reason === 'not-canonical' ? 'is not spelt canonically' : 'names no key of the table'
  return [{ message: `${what} ${verb}: expected ${expected}` }]
}
