import type { Policy } from '@boltwarden/policy/policy'
import { isOptionalTag, type OptionalTag, type Severity } from '@boltwarden/policy/tags'
import type { Config } from './schema.ts'

/** The owner's policy, from the `[policy]` table. */
export function policyOf({ policy }: Config): Policy {
  const severities: Partial<Record<OptionalTag, Severity>> = {}
  for (const [tag, severity] of Object.entries(policy.rules)) {
    if (isOptionalTag(tag) && severity !== undefined) severities[tag] = severity
  }
  return {
    maxJobs: policy.max_jobs,
    maxEventAgeMs: policy.max_event_age_seconds * 1000,
    maxEventAheadMs: policy.max_event_ahead_seconds * 1000,
    severities,
  }
}
