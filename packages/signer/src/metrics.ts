import type { RequestKind } from '@boltwarden/core/request'
import { type Decision, violationsOf } from '@boltwarden/policy/decision'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

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
}

/** The counters of the service. No label has values that an outsider chooses. */
export type Metrics = {
  delivered(outcome: Outcome, seconds: number): void
  decided(kind: RequestKind, decision: Decision, repeated: boolean): void
  /** A request was answered `seconds` after it arrived, `headroom` seconds before its deadline. */
  answered(kind: RequestKind, seconds: number, headroom: number): void
  calledPlatform(
    operation: string,
    result: 'accepted' | 'refused' | 'unavailable',
    seconds: number,
  ): void
  /** A fault by its code. */
  faulted(code: string): void
  /** A request that never became a delivery: too slow, too large, not HTTP. */
  rejected(reason: 'timeout' | 'too-large' | 'not-http' | 'no-route'): void
  observe(gauges: Gauges): void
  text(): Promise<{ readonly contentType: string; readonly body: string }>
}

const prefix = 'boltwarden_'
/** Seconds; the last bucket but one is the platform's own limit. */
const answerBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 10]
const headroomBuckets = [0, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** Makes the metrics, in a registry of their own. */
export function createMetrics(facts: BuildFacts): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry, prefix })
  describeBuild(facts, registry)
  const deliveries = new Counter({
    name: `${prefix}deliveries_total`,
    help: 'Webhook calls by how they ended',
    labelNames: ['outcome'],
    registers,
  })
  for (const outcome of outcomes) deliveries.inc({ outcome }, 0)
  const deliverySeconds = new Histogram({
    name: `${prefix}delivery_seconds`,
    help: 'From the arrival of a webhook call to its reply',
    labelNames: ['outcome'],
    buckets: answerBuckets,
    registers,
  })
  const decisions = new Counter({
    name: `${prefix}decisions_total`,
    help: 'Decisions by request and verdict; repeated ones are retries of decided events',
    labelNames: ['kind', 'verdict', 'repeated'],
    registers,
  })
  const violations = new Counter({
    name: `${prefix}violations_total`,
    help: 'Rules broken, by tag and by what became of the request',
    labelNames: ['kind', 'tag', 'verdict'],
    registers,
  })
  const answerSeconds = new Histogram({
    name: `${prefix}answer_seconds`,
    help: 'From the arrival of a request to its answer having been accepted',
    labelNames: ['kind'],
    buckets: answerBuckets,
    registers,
  })
  const headroom = new Histogram({
    name: `${prefix}deadline_headroom_seconds`,
    help: 'Time left to the deadline when an answer had been accepted',
    buckets: headroomBuckets,
    registers,
  })
  const calls = new Histogram({
    name: `${prefix}platform_call_seconds`,
    help: 'Mutations sent to the platform, retries included',
    labelNames: ['operation', 'result'],
    buckets: answerBuckets,
    registers,
  })
  const faults = new Counter({
    name: `${prefix}faults_total`,
    help: 'Faults by code; docs/errors.md explains each',
    labelNames: ['code'],
    registers,
  })
  const rejected = new Counter({
    name: `${prefix}rejected_requests_total`,
    help: 'HTTP requests that never became a delivery',
    labelNames: ['reason'],
    registers,
  })
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
    observe: (gauges) => observe(gauges, registry),
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
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
}
