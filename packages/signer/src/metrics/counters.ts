import { Counter, type Registry } from 'prom-client'
import { prefix } from './prefix.ts'

/** What is counted. */
export function countersOf(registry: Registry) {
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
    attempts: counter(
      'outbox_attempts_total',
      'Answers that were brought again, by what became of it',
      'result',
    ),
    setAsides: counter(
      'outbox_set_aside_total',
      'Answers that nobody tries any more until an operator looks',
      'reason',
    ),
    overloads: counter(
      'overload_refusals_total',
      'Deliveries turned away on arrival, by the setting that said so',
      'limit',
    ),
  }
}
