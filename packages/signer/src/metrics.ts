import type { RequestKind } from '@boltwarden/core/request'
import { type Decision, violationsOf } from '@boltwarden/policy/decision'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Captured } from './capture/capture-file.ts'
import { type OverloadLimit, overloadLimits } from './fault.ts'
import { countersOf } from './metrics/counters.ts'
import {
  type BuildFacts,
  describeBuild,
  type Gauges,
  observe,
  policyGauge,
} from './metrics/gauges.ts'
import { histogramsOf } from './metrics/histograms.ts'
import { prefix } from './metrics/prefix.ts'
import { type RollbackSource, rollbackCounter } from './metrics/rollback.ts'
import { type StoreFacts, storeGauges } from './metrics/store-gauges.ts'
import {
  type AttemptResult,
  attemptResults,
  type SetAsideReason,
  setAsideReasons,
} from './outbox/result.ts'
import type { LoadedPolicy } from './policy-file/load.ts'

/** How a delivery ended, for counting. */
export const outcomes = [
  'answered',
  'acknowledged',
  'recorded',
  'declined',
  'refused',
  'held',
  'other-event',
  'unsupported',
  'unauthenticated',
  'malformed',
  'unavailable',
  'failed',
] as const

/** How a delivery ended. */
export type Outcome = (typeof outcomes)[number]

/** What became of a call to the platform. */
export type CallResult = 'accepted' | 'refused' | 'unavailable'

/** Why an HTTP request never became a delivery. */
export type Rejection = 'timeout' | 'too-large' | 'not-http' | 'no-route'

/** What became of a reload of the policy. */
export const reloadResults = ['applied', 'unchanged', 'refused'] as const

/** What became of a reload of the policy. */
export type PolicyReloadResult = (typeof reloadResults)[number]

/** The counters of the service. No label has values that an outsider chooses. */
export type Metrics = {
  delivered(outcome: Outcome, seconds: number): void
  decided(kind: RequestKind, decision: Decision, repeated: boolean): void
  /** A request was answered `seconds` after it arrived, `headroom` seconds before its deadline. */
  answered(kind: RequestKind, seconds: number, headroom: number): void
  calledPlatform(operation: string, result: CallResult, seconds: number): void
  /** A fault by its code. */
  faulted(code: string): void
  rejected(reason: Rejection): void
  policyInForce(loaded: LoadedPolicy): void
  policyReloaded(result: PolicyReloadResult): void
  captured(result: Captured): void
  /** What became of a commitment that waited for a reveal. */
  awaitedReveal(result: 'revealed' | 'held'): void
  /** A request was turned away on arrival. */
  overloaded(limit: OverloadLimit): void
  /** A request waited this long for its turn. */
  waited(seconds: number): void
  /** What became of an attempt to bring an answer again. */
  attempted(result: AttemptResult): void
  setAside(reason: SetAsideReason): void
  /** A decision had its turn in the store, behind other commits and their locks. */
  waitedForLock(seconds: number): void
  /** A commit of so many decisions and accepted answers took this long. */
  committed(parts: number, seconds: number): void
  /** Reads how the store is whenever the metrics are asked for. */
  observeStore(read: () => Promise<StoreFacts | undefined>): void
  /** Something says that the store is older than what was promised. */
  rollbackSuspected(source: RollbackSource): void
  observe(gauges: Gauges): void
  text(): Promise<{ readonly contentType: string; readonly body: string }>
}

/** Makes the metrics, in a registry of their own. */
export function createMetrics(facts: BuildFacts): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix })
  describeBuild(facts, registry)
  const {
    deliveries,
    decisions,
    violations,
    faults,
    rejected,
    reloads,
    captures,
    reveals,
    overloads,
    attempts,
    setAsides,
  } = countersOf(registry)
  const {
    deliverySeconds,
    answerSeconds,
    queueSeconds,
    lockSeconds,
    commitSeconds,
    commitParts,
    headroom,
    calls,
  } = histogramsOf(registry)
  const policy = policyGauge(registry)
  const rollbackSuspected = rollbackCounter(registry, prefix)
  for (const outcome of outcomes) deliveries.inc({ outcome }, 0)
  for (const result of reloadResults) reloads.inc({ result }, 0)
  for (const result of attemptResults) attempts.inc({ result }, 0)
  for (const reason of setAsideReasons) setAsides.inc({ reason }, 0)
  let readStore: () => Promise<void> = async () => {}
  for (const limit of overloadLimits) overloads.inc({ limit }, 0)
  return {
    delivered(outcome, seconds) {
      deliveries.inc({ outcome })
      deliverySeconds.observe({ outcome }, seconds)
    },
    decided(kind, decision, repeated) {
      const { verdict } = decision
      decisions.inc({ kind, verdict, repeated: String(repeated) })
      const broken = new Set(violationsOf(decision).map(({ tag }) => tag))
      for (const tag of broken) violations.inc({ kind, tag, verdict })
    },
    answered(kind, seconds, left) {
      answerSeconds.observe({ kind }, seconds)
      headroom.observe(left)
    },
    calledPlatform: (operation, result, seconds) => calls.observe({ operation, result }, seconds),
    faulted: (code) => faults.inc({ code }),
    rejected: (reason) => rejected.inc({ reason }),
    policyInForce({ hash, policy: { mode } }) {
      policy.reset()
      policy.set({ hash, mode }, 1)
    },
    policyReloaded: (result) => reloads.inc({ result }),
    captured: (result) => captures.inc({ result }),
    awaitedReveal: (result) => reveals.inc({ result }),
    overloaded: (limit) => overloads.inc({ limit }),
    waited: (seconds) => queueSeconds.observe(seconds),
    attempted: (result) => attempts.inc({ result }),
    setAside: (reason) => setAsides.inc({ reason }),
    waitedForLock: (seconds) => lockSeconds.observe(seconds),
    committed(parts, seconds) {
      commitParts.observe(parts)
      commitSeconds.observe(seconds)
    },
    observeStore(read) {
      const show = storeGauges(registry)
      readStore = async () => show(await read())
    },
    rollbackSuspected,
    observe: (gauges) => observe(gauges, registry),
    async text() {
      await readStore()
      return { contentType: registry.contentType, body: await registry.metrics() }
    },
  }
}
