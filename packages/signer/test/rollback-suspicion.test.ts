import { afterEach, expect, test } from 'vitest'
import { eventBody, pointRequest } from './shared/events.ts'
import { startPlatform } from './shared/platform.ts'
import { startTestService } from './shared/service.ts'

const first = 2 ** 48 - 1
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

test('a secret far ahead is refused, says that the store may be old, and is counted', async () => {
  const platform = await startPlatform()
  const seedHex = '000102030405060708090a0b0c0d0e0f'
  const started = await startTestService({
    seedHex,
    webhookSecret: 'a-webhook-secret-of-the-tests',
    platformUrl: platform.url,
  })
  closers.push(platform.close, started.remove, () => started.service.close())
  for (const below of [0, 1])
    expect((await started.post(pointRequest(first - below))).status).toBe(200)
  const release = {
    sub_event_type: 'RELEASE_PER_COMMITMENT_SECRET',
    bitcoin_network: 'REGTEST',
    derivation_path: 'm/3/7',
    per_commitment_point_idx: first - 5,
    node_id: 'node_with_server_signing:1',
  }
  const refused = await started.post(eventBody(release, { entity_id: 'Channel:1' }))
  expect(refused.status).toBe(403)
  expect(await refused.text()).toContain('this store may be older than the channel')
  const metrics = await (await fetch(`${started.service.adminUrl}/metrics`)).text()
  expect(metrics).toContain('boltwarden_rollback_suspicions_total{source="event"} 1')
  expect(metrics).toContain('boltwarden_rollback_suspicions_total{source="seal"} 0')
  expect(started.lines.join('')).toContain('the store may be older than the channel')
})
