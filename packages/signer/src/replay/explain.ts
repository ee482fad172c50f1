import { assess } from '@boltwarden/policy/evaluate'
import type { Severity } from '@boltwarden/policy/tags'
import type { CapturedEvent } from '../capture/line.ts'
import type { LoadedPolicy } from '../policy-file/load.ts'
import { plain } from './plain.ts'
import { type ReplayPorts, readCaptured, recomposeCaptured } from './recompose.ts'
import type { World } from './world.ts'

/** What one rule had to say. */
export type RuleOutcome = {
  readonly tag: string
  readonly mandatory: boolean
  /** What it refuses, to follow "Refuses". */
  readonly refuses: string
  readonly outcome: 'passed' | Severity
  readonly findings: readonly { readonly message: string; readonly job?: string }[]
}

/** A decision, rule by rule. */
export type Explanation = {
  readonly event: string
  readonly request: string
  readonly received_at: string
  readonly policy: string
  readonly verdict: string
  /** Whether the state knew this very delivery, so that it is answered as before. */
  readonly repeated: boolean
  readonly rules: readonly RuleOutcome[]
  /** What was computed anew of the request, and what was remembered: what the rules compare. */
  readonly facts: unknown
  readonly remembered: unknown
}

/** An event that no rule looks at, and why. */
export type Unjudged = { readonly reason: string }

/** Explains what a policy decides of an event. */
export async function explain(
  event: CapturedEvent,
  world: World,
  { policy, hash }: LoadedPolicy,
  ports: ReplayPorts,
): Promise<Explanation | Unjudged> {
  const incoming = readCaptured(event)
  if (incoming.kind !== 'request') return { reason: reasonOf(incoming) }
  const { delivery } = incoming
  const facts = recomposeCaptured(delivery, event, ports)
  const { judgement, view } = await world.judge(policy, delivery, facts)
  const { delivery: _stated, ...computed } = facts
  return {
    event: delivery.event,
    request: delivery.request.kind,
    received_at: new Date(event.receivedAtMs).toISOString(),
    policy: hash,
    verdict: judgement.decision.verdict,
    repeated: judgement.repeated,
    rules: assess({ policy, facts, view }).map(({ rule, found }) => ({
      tag: rule.tag,
      mandatory: rule.mandatory,
      refuses: rule.summary,
      outcome: strongest(found.map(({ severity }) => severity)),
      findings: found.map(({ violation: { message, job } }) => ({
        message,
        ...(job !== undefined && { job }),
      })),
    })),
    facts: plain(computed),
    remembered: plain(view),
  }
}

/** Why an event is not judged. */
export function reasonOf(
  incoming: Exclude<ReturnType<typeof readCaptured>, { kind: 'request' }>,
): string {
  switch (incoming.kind) {
    case 'malformed':
      return `malformed: "${incoming.path}" expected ${incoming.expected}`
    case 'other':
      return `${incoming.event.eventType} is not about signing`
    case 'unsupported':
      return `sub-event ${incoming.event.data.subEventType} is not supported`
  }
}

function strongest(severities: readonly Severity[]): RuleOutcome['outcome'] {
  for (const severity of ['error', 'hold', 'warn'] as const) {
    if (severities.includes(severity)) return severity
  }
  return 'passed'
}
