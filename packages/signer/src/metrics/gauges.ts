import { Gauge, type Registry } from 'prom-client'
import { prefix } from './prefix.ts'

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
  readonly queued: () => number
  readonly heldBodyBytes: () => number
  readonly webhookSecrets: () => number
  readonly cachedKeys: () => number
  /** 1 where the store was found to be another one than was sealed. */
  readonly rollbackSuspected: () => number
  readonly checkpointAgeSeconds: () => number
}

/** The policy in force. */
export function policyGauge(registry: Registry) {
  const name = `${prefix}policy_info`
  const labelNames = ['hash', 'mode'] as const
  return new Gauge({ name, help: 'The policy in force', labelNames, registers: [registry] })
}

/** What is known once. */
export function describeBuild(facts: BuildFacts, registry: Registry): void {
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

/** Reads these whenever the metrics are asked for. */
export function observe(gauges: Gauges, registry: Registry): void {
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
  gauge('queued_deliveries', 'Webhook calls that wait for their turn', gauges.queued)
  gauge('held_body_bytes', 'Bodies in memory whose signature was good', gauges.heldBodyBytes)
  gauge('webhook_secrets', 'Webhook secrets that are accepted', gauges.webhookSecrets)
  gauge('cached_keys', 'Keys of channels and addresses held ready', gauges.cachedKeys)
  gauge(
    'rollback_suspected',
    'Whether the store was found to be another one than was sealed',
    gauges.rollbackSuspected,
  )
  gauge(
    'audit_checkpoint_age_seconds',
    'Since the last checkpoint of the audit log; 0 where no row came after it',
    gauges.checkpointAgeSeconds,
  )
}
