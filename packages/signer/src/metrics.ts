import type { RequestKind } from '@boltwarden/core/request'
import { type Decision, violationsOf } from '@boltwarden/policy/decision'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Captured } from './capture/capture-file.ts'
import { type RollbackSource, rollbackCounter } from './metrics/rollback.ts'
import type { LoadedPolicy } from './policy-file/load.ts'

/** How a delivery ended, for counting. */
export const outcomes = [
  'answered',
  'acknowledged',
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

/** What is known once, at the start. */
export type BuildFacts = {
  readonly version: string
  readonly node: string
  readonly secp256k1: string
  readonly network: string
  readonly fingerprint: string
}

/** What is read whenever the metrics are. */
export type Gauges = {
  readonly inFlight: () => number
  readonly webhookSecrets: () => number
  readonly cachedKeys: () => number
}

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
  /** Something says that the store is older than what was promised. */
  rollbackSuspected(source: RollbackSource): void
  observe(gauges: Gauges): void
  text(): Promise<{ readonly contentType: string; readonly body: string }>
}

const prefix = 'boltwarden_'
/** Seconds; the last bucket is the platform's own limit. */
const answerBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 10]
const headroomBuckets = [0, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** Makes the metrics, in a registry of their own. */
export function createMetrics(facts: BuildFacts): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix })
  describeBuild(facts, registry)
  const { deliveries, decisions, violations, faults, rejected, reloads, captures, reveals } =
    countersOf(registry)
  const { deliverySeconds, answerSeconds, headroom, calls } = histogramsOf(registry)
  const policy = policyGauge(registry)
  const rollbackSuspected = rollbackCounter(registry, prefix)
  for (const outcome of outcomes) deliveries.inc({ outcome }, 0)
  for (const result of reloadResults) reloads.inc({ result }, 0)
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
    rollbackSuspected,
    observe: (gauges) => observe(gauges, registry),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}

function countersOf(registry: Registry) {
  const counter = <T extends string>(name: string, help: string, ...labelNames: T[]) =>
    new Counter({ name: `${prefix}${name}`, help, labelNames, registers: [registry] })
  return {
    deliveries: counter('deliveries_total', 'Webhook calls by how they ended', 'outcome'),
    decisions: counter(
      'decisions_total',
      'Decisions by request and verdict; repeated ones are retries of decided events',
      'kind',
      'verdict',
      'repeated',
    ),
    violations: counter(
      'violations_total',
      'Rules broken, by tag and by what became of the request',
      'kind',
      'tag',
      'verdict',
    ),
    faults: counter('faults_total', 'Faults by code; docs/errors.md explains each', 'code'),
    rejected: counter(
      'rejected_requests_total',
      'HTTP requests that never became a delivery',
      'reason',
    ),
    reloads: counter('policy_reloads_total', 'Reloads of the policy by what they did', 'result'),
    captures: counter('captured_events_total', 'Events that were to be captured', 'result'),
    reveals: counter(
      'reveal_waits_total',
      'Commitments that waited for the secret of the one before',
      'result',
    ),
  }
}

function histogramsOf(registry: Registry) {
  const histogram = <T extends string>(
    name: string,
    help: string,
    buckets: number[],
    ...labelNames: T[]
  ) => new Histogram({ name: `${prefix}${name}`, help, buckets, labelNames, registers: [registry] })
  return {
    deliverySeconds: histogram(
      'delivery_seconds',
      'From the arrival of a webhook call to its reply',
      answerBuckets,
      'outcome',
    ),
    answerSeconds: histogram(
      'answer_seconds',
      'From the arrival of a request to its answer having been accepted',
      answerBuckets,
      'kind',
    ),
    headroom: histogram(
      'deadline_headroom_seconds',
      'Time left to the deadline when an answer had been accepted',
      headroomBuckets,
    ),
    calls: histogram(
      'platform_call_seconds',
      'Mutations sent to the platform, retries included',
      answerBuckets,
      'operation',
      'result',
    ),
  }
}

function policyGauge(registry: Registry) {
  const name = `${prefix}policy_info`
  const labelNames = ['hash', 'mode'] as const
  return new Gauge({ name, help: 'The policy in force', labelNames, registers: [registry] })
}

function describeBuild(facts: BuildFacts, registry: Registry): void {
  const { secp256k1, network, fingerprint, ...build } = facts
  const info = (name: string, help: string, labels: Record<string, string>) =>
    new Gauge({
      name: `${prefix}${name}`,
      help,
      labelNames: Object.keys(labels),
      registers: [registry],
    }).set(labels, 1)
  info('build_info', 'The running program', build)
  info('key_backend_info', 'The implementation of secp256k1 in use', { backend: secp256k1 })
  info('realm_info', 'Whose keys these are', { network, fingerprint })
}

function observe(gauges: Gauges, registry: Registry): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `${prefix}${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('in_flight_deliveries', 'Webhook calls being worked on', gauges.inFlight)
  gauge('webhook_secrets', 'Webhook secrets that are accepted', gauges.webhookSecrets)
  gauge('cached_keys', 'Keys of channels and addresses held ready', gauges.cachedKeys)
}
