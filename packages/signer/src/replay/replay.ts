import { type Decision, violationsOf } from '@boltwarden/policy/decision'
import type { NumberedEvent } from '../capture/read-capture.ts'
import type { LoadedPolicy } from '../policy-file/load.ts'
import { type ReplayPorts, readCaptured, recomposeCaptured } from './recompose.ts'
import type { World } from './world.ts'

/** What a policy says of an event. */
export type Said = {
  readonly verdict: string
  readonly violations: readonly { readonly tag: string; readonly message: string }[]
}

/** An event of which two policies say different things. */
export type Difference = {
  readonly line: number
  readonly event: string
  readonly request: string
  readonly before: Said
  readonly after: Said
}

/** What became of a capture. */
export type ReplayReport = {
  /** Events that were judged. */
  readonly judged: number
  /** Events that no rule looks at: malformed ones, and those that are not about signing. */
  readonly skipped: number
  /** Payment hashes whose nonce was not recorded: their preimages cannot be judged as they were. */
  readonly withoutNonce: number
  /** Verdicts, as `decline → sign`, and how often. */
  readonly verdicts: Readonly<Record<string, number>>
  readonly differences: readonly Difference[]
  /** Events whose recorded verdict is not that of `before`: the state began elsewhere. */
  readonly unlikeRecorded: number
}

/** A policy, and what a signer under it would remember. */
export type Side = { readonly policy: LoadedPolicy; readonly world: World }

/** Judges every event under two policies, each with a memory of its own, in the order of the file. */
export async function replay(
  events: AsyncIterable<NumberedEvent>,
  sides: { readonly before: Side; readonly after: Side },
  ports: ReplayPorts,
): Promise<ReplayReport> {
  const counts = { judged: 0, skipped: 0, withoutNonce: 0, unlikeRecorded: 0 }
  const verdicts: Record<string, number> = {}
  const differences: Difference[] = []
  for await (const event of events) {
    const incoming = readCaptured(event)
    if (incoming.kind !== 'request') {
      counts.skipped++
      continue
    }
    const { delivery } = incoming
    const facts = recomposeCaptured(delivery, event, ports)
    const judge = async ({ policy, world }: Side) => {
      const { judgement } = await world.judge(policy.policy, delivery, facts)
      return said(judgement.decision)
    }
    const before = await judge(sides.before)
    const after = await judge(sides.after)
    counts.judged++
    const { kind } = delivery.request
    if (kind === 'request-invoice-payment-hash' && event.issued === undefined) counts.withoutNonce++
    if (event.decided !== undefined && event.decided.verdict !== before.verdict) {
      counts.unlikeRecorded++
    }
    const change = `${before.verdict} → ${after.verdict}`
    verdicts[change] = (verdicts[change] ?? 0) + 1
    if (!isSame(before, after)) {
      differences.push({ line: event.line, event: delivery.event, request: kind, before, after })
    }
  }
  return { ...counts, verdicts, differences }
}

function said(decision: Decision): Said {
  const violations = violationsOf(decision).map(({ tag, message }) => ({ tag, message }))
  return { verdict: decision.verdict, violations }
}

function isSame(a: Said, b: Said): boolean {
  const tags = ({ violations }: Said) => [...new Set(violations.map(({ tag }) => tag))].join()
  return a.verdict === b.verdict && tags(a) === tags(b)
}
