import { describe, expect, test } from 'vitest'
import { createMetrics, outcomes } from '../src/metrics.ts'

const facts = {
  version: '1.2.3',
  node: 'v20.19.0',
  secp256k1: 'noble-curves',
  network: 'REGTEST',
  fingerprint: '01234567',
}

async function textOf(use: (metrics: ReturnType<typeof createMetrics>) => void): Promise<string> {
  const metrics = createMetrics(facts)
  use(metrics)
  const { contentType, body } = await metrics.text()
  expect(contentType).toMatch(/^text\/plain/)
  return body
}

describe('metrics', () => {
  test('tell what runs', async () => {
    const text = await textOf(() => {})
    expect(text).toContain('boltwarden_build_info{version="1.2.3",node="v20.19.0"} 1')
    expect(text).toContain('boltwarden_key_backend_info{backend="noble-curves"} 1')
    expect(text).toContain('boltwarden_realm_info{network="REGTEST",fingerprint="01234567"} 1')
  })

  test('have one name space, units in their names, and help', async () => {
    const text = await textOf(({ observe }) =>
      observe({
        inFlight: () => 3,
        queued: () => 4,
        heldBodyBytes: () => 6,
        webhookSecrets: () => 2,
        cachedKeys: () => 5,
        rollbackSuspected: () => 0,
        checkpointAgeSeconds: () => 7,
      }),
    )
    const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)]
    expect(names.length).toBeGreaterThan(10)
    for (const [, name = '', type] of names) {
      expect(name).toMatch(/^boltwarden_[a-z0-9_]+$/)
      if (type === 'counter') expect(name).toMatch(/_total$/)
      if (type === 'histogram') expect(name).toMatch(/_(seconds|parts)$/)
      expect(text).toContain(`# HELP ${name} `)
    }
    expect(text).toContain('boltwarden_in_flight_deliveries 3')
    expect(text).toContain('boltwarden_webhook_secrets 2')
    expect(text).toContain('boltwarden_cached_keys 5')
  })

  test('count every outcome from zero, so that a rate is seen from the first', async () => {
    const text = await textOf(() => {})
    for (const outcome of outcomes) {
      expect(text).toContain(`boltwarden_deliveries_total{outcome="${outcome}"} 0`)
    }
  })

  test('count decisions by kind, verdict and rule, each rule once', async () => {
    const violation = { tag: 'policy-lightspark-sighash', message: 'm' } as const
    const text = await textOf((metrics) => {
      const decision = { verdict: 'decline', violations: [violation, violation] } as const
      metrics.decided('derive-key-and-sign', decision, false)
      metrics.answered('ecdh', 0.02, 8.48)
      metrics.calledPlatform('SignMessages', 'accepted', 0.01)
      metrics.delivered('declined', 0.02)
      metrics.faulted('STORE_UNAVAILABLE')
    })
    expect(text).toContain(
      'boltwarden_decisions_total{kind="derive-key-and-sign",verdict="decline",repeated="false"} 1',
    )
    expect(text).toContain(
      'boltwarden_violations_total{kind="derive-key-and-sign",tag="policy-lightspark-sighash",verdict="decline"} 1',
    )
    expect(text).toContain('boltwarden_answer_seconds_bucket{le="0.025",kind="ecdh"} 1')
    expect(text).toContain('boltwarden_deadline_headroom_seconds_bucket{le="8"} 0')
    expect(text).toContain('boltwarden_deliveries_total{outcome="declined"} 1')
    expect(text).toContain('boltwarden_faults_total{code="STORE_UNAVAILABLE"} 1')
  })
})
