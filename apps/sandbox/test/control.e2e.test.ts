import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requestTestEvent, requestWalk } from '../src/control/client.ts'
import { type Sandbox, type StepResult, startSandbox, subEventTypes } from '../src/index.ts'
import { startOfficialSigner } from './official-signer.ts'
import { credentials, webhookSecret } from './pairing.ts'

let sandbox: Sandbox
let signer: Awaited<ReturnType<typeof startOfficialSigner>>

beforeAll(async () => {
  signer = await startOfficialSigner(new Uint8Array(32).fill(3))
  const { webhookUrl } = signer
  sandbox = await startSandbox({ credentials, webhookUrl, webhookSecret, retrySchedule: [] })
  signer.connect(sandbox.url)
})

afterAll(async () => {
  await sandbox.close()
  await signer.close()
})

function post(path: string, body: string, headers: Record<string, string> = {}) {
  return fetch(`${sandbox.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
}

describe('control API', () => {
  test('a walk is told step by step, then in whole', async () => {
    const steps: StepResult[] = []
    const { pairing } = signer
    const request = { pairing, seed: 'the same keys' }
    const report = await requestWalk(sandbox.url, request, (step) => steps.push(step))
    expect(report.steps).toEqual(steps)
    expect(report.verified).toBeGreaterThan(50)
    // The official SDK gives away what it is asked for: the report must say so.
    expect(report.ok).toBe(false)
  })

  test('a walk ends when nobody listens any more', async () => {
    const stop = new AbortController()
    const from = sandbox.dispatcher.count()
    const request = { pairing: signer.pairing }
    const abandoned = requestWalk(sandbox.url, request, () => stop.abort(), stop.signal)
    await expect(abandoned).rejects.toMatchObject({ name: 'AbortError' })
    const { steps } = await requestWalk(sandbox.url, request, () => undefined)
    const made = sandbox.dispatcher.count() - from - steps.length
    expect(made).toBeLessThan(steps.length / 2)
  })

  test('the same seed makes the same transactions', async () => {
    const messages = async (seed: string) => {
      const from = sandbox.dispatcher.count()
      await requestWalk(sandbox.url, { pairing: signer.pairing, seed }, () => undefined)
      const l1 = sandbox.dispatcher.deliveries(from)
      const jobs = l1.filter(({ subject }) => subject === 'DERIVE_KEY_AND_SIGN')
      return jobs.slice(0, 2).map(({ body }) => JSON.parse(body).data.signing_jobs[0].message)
    }
    const first = await messages('a')
    expect(await messages('a')).toEqual(first)
    expect(await messages('b')).not.toEqual(first)
  })

  test('a pairing that cannot be read is told by field', async () => {
    const response = await post('/sandbox/walk', '{"pairing":{"network":"REGTEST"}}')
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: 'nodeId: expected a string' })
  })

  test('too few channels for a walk', async () => {
    const pairing = { ...Object(signer.pairing), channels: [] }
    await expect(requestWalk(sandbox.url, { pairing }, () => undefined)).rejects.toThrow(
      'channels: expected at least 4',
    )
  })

  test.each(subEventTypes)('test event %s is answered by the official SDK', async (type) => {
    const from = sandbox.platform.mutations.count()
    const delivery = await requestTestEvent(sandbox.url, type)
    expect(delivery).toMatchObject({ subject: type, outcome: 'accepted' })
    const mutations = sandbox.platform.mutations.records(from)
    const isAnswered = type !== 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET'
    expect(mutations.map(({ error }) => error)).toEqual(isAnswered ? [undefined] : [])
  })

  test('an unknown test event: 400', async () => {
    const response = await post('/sandbox/test-event', '{"sub_event_type":"VLS_MESSAGE"}')
    expect(response.status).toBe(400)
  })

  test.each([
    ['a page of another site', { origin: 'http://evil.example' }],
    ['a form', { 'content-type': 'text/plain' }],
  ])('%s is kept out', async (_name, headers) => {
    const response = await post('/sandbox/test-event', '{"sub_event_type":"ECDH"}', headers)
    expect(response.status).toBe(403)
  })
})
