import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { bodyOf } from './shared/body.ts'
import { badJobs, hashRequest, pointRequest } from './shared/events.ts'
import { type Answer, accept, startPlatform } from './shared/platform.ts'
import { sign, startTestService, type TestServiceOptions } from './shared/service.ts'
import { withResolvers } from './shared/with-resolvers.ts'

const webhookSecret = 'the-webhook-secret-of-the-tests'
const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(answer: Answer = accept, more: Partial<TestServiceOptions> = {}) {
  const platform = await startPlatform(answer)
  closers.push(platform.close)
  const seedHex = '07'.repeat(32)
  const signer = await startTestService({
    seedHex,
    webhookSecret,
    platformUrl: platform.url,
    ...more,
  })
  closers.push(signer.remove, () => signer.service.close())
  return { platform, signer }
}

const status =
  (code: number): Answer =>
  (_call, response) => {
    response.statusCode = code
    response.end()
  }

describe('503: the platform', () => {
  const webhook = { decision_deadline_ms: 400, accept_when_recorded: 'never' } as const
  test.each<[string, Answer, string]>([
    ['is down', status(500), 'PLATFORM_UNAVAILABLE'],
    ['hangs', () => {}, 'PLATFORM_UNAVAILABLE'],
    ['cuts the connection', (_call, response) => void response.destroy(), 'PLATFORM_UNAVAILABLE'],
    ['says no HTTP', (_call, response) => void response.end('no json'), 'PLATFORM_UNAVAILABLE'],
    ['refuses the credentials', status(401), 'PLATFORM_REFUSED'],
    [
      'refuses the mutation',
      (_call, response) => void response.end('{"errors":[{"message":"canary"}]}'),
      'PLATFORM_REFUSED',
    ],
  ])('%s', async (_name, answer, code) => {
    const { platform, signer } = await start(answer, { webhook })
    const body = hashRequest()
    const reply = await signer.post(body)
    expect(reply.status).toBe(503)
    expect(reply.headers.get('retry-after')).toBe('2')
    const got = await bodyOf(reply)
    // What hangs may be seen first by the client or by the deadline.
    expect([code, 'DEADLINE_PASSED']).toContain(got.code)
    expect(signer.lines.join('')).not.toContain('canary')
    // What was decided stays decided: the retry brings the same answer.
    const [first] = platform.calls
    platform.answerWith(accept)
    expect((await signer.post(body)).status).toBe(200)
    expect(platform.calls.at(-1)?.variables).toEqual(first?.variables)
  })

  test('a decline that is not delivered is no decline yet', async () => {
    const { platform, signer } = await start(status(500), { webhook })
    const body = badJobs()
    expect((await signer.post(body)).status).toBe(503)
    platform.answerWith(accept)
    expect((await signer.post(body)).status).toBe(200)
    expect(platform.calls.at(-1)?.operation).toBe('DeclineToSignMessages')
  })
})

describe('503: ourselves', () => {
  test('more in flight than allowed; the signature is looked at before', async () => {
    const gate = withResolvers<void>()
    const arrived = withResolvers<void>()
    const held: Answer = async (call, response) => {
      arrived.resolve()
      await gate.promise
      accept(call, response)
    }
    const { signer } = await start(held, {
      webhook: { max_in_flight: 1, max_queued: 0 },
    })
    const first = signer.post(hashRequest())
    await arrived.promise
    const second = await signer.post(hashRequest('Invoice:2'))
    expect([second.status, await second.json()]).toEqual([503, { code: 'OVERLOADED' }])
    expect((await signer.post(hashRequest('Invoice:3'), sign('x', webhookSecret))).status).toBe(401)
    gate.resolve()
    expect((await first).status).toBe(200)
  })

  test('the store is gone: nothing is signed', async () => {
    const { platform, signer } = await start()
    expect((await signer.post(hashRequest())).status).toBe(200)
    const file = signer.config.store.file
    const fill = 'x'.repeat(65_536)
    for (const name of [file, `${file}-wal`, `${file}-shm`]) writeFileSync(name, fill)
    const reply = await signer.post(hashRequest('Invoice:2'))
    expect([reply.status, (await bodyOf(reply)).code]).toEqual([
      503,
      expect.stringMatching(/^STORE_/),
    ])
    expect(platform.calls).toHaveLength(1)
    const ready = await fetch(`${signer.service.adminUrl}/readyz`)
    expect(ready.status).toBe(503)
    expect((await bodyOf(ready)).checks).toMatchObject({
      store: { failed: expect.stringMatching(/^STORE_/) },
    })
  })

  test('the store was deleted: nothing is signed, and it says so', async () => {
    const { platform, signer } = await start()
    rmSync(signer.config.store.file)
    const reply = await signer.post(hashRequest())
    expect([reply.status, await reply.json()]).toEqual([503, { code: 'STORE_REFUSED' }])
    expect(platform.calls).toEqual([])
    expect((await fetch(`${signer.service.adminUrl}/readyz`)).status).toBe(503)
    expect(signer.lines.join('')).toContain('STORE_NOT_DURABLE')
  })
})

describe('repetition', () => {
  test('identical deliveries at once get one answer', async () => {
    const { platform, signer } = await start()
    const body = hashRequest()
    const replies = await Promise.all(Array.from({ length: 20 }, () => signer.post(body)))
    expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 20 }, () => 200))
    expect(new Set(platform.calls.map(({ variables }) => JSON.stringify(variables))).size).toBe(1)
  })

  test('a second event for an invoice gets the first hash', async () => {
    const { platform, signer } = await start()
    for (let i = 0; i < 3; i++) await signer.post(hashRequest('Invoice:7'))
    expect(new Set(platform.calls.map(({ variables }) => JSON.stringify(variables))).size).toBe(1)
  })

  test('a restart keeps what was decided', async () => {
    const { platform, signer } = await start()
    const body = hashRequest()
    await signer.post(body)
    await signer.service.close()
    const options = { seedHex: '07'.repeat(32), webhookSecret, platformUrl: platform.url }
    const again = await startTestService({ ...options, folder: signer.folder })
    closers.push(() => again.service.close())
    await again.post(body)
    expect(platform.calls[1]?.variables).toEqual(platform.calls[0]?.variables)
    expect(signer.lines.join('')).toContain('the store is empty')
    expect(again.lines.join('')).not.toContain('the store is empty')
    expect(again.lines.join('')).toContain('"store":{"channels":0,"invoices":1,"events":1}')
  })

  test('another seed is not let near the store', async () => {
    const { platform, signer } = await start()
    await signer.service.close()
    const options = { seedHex: '08'.repeat(32), webhookSecret, platformUrl: platform.url }
    const run = startTestService({ ...options, folder: signer.folder })
    await expect(run).rejects.toMatchObject({ code: 'STORE_REFUSED' })
  })
})

describe('webhook secrets', () => {
  test('change at a reload, and stay where the new ones are bad', async () => {
    const { signer } = await start()
    const file = join(signer.folder, 'webhook-secret')
    const next = 'the-next-webhook-secret'
    const point = pointRequest(2 ** 48 - 1)
    writeFileSync(file, next)
    expect((await signer.post(point)).status).toBe(200)
    signer.service.reloadWebhookSecrets([file])
    expect((await signer.post(point)).status).toBe(401)
    expect((await signer.post(point, sign(point, next))).status).toBe(200)
    writeFileSync(file, 'short')
    expect(() => signer.service.reloadWebhookSecrets([file])).toThrow(/at least 16 characters/)
    writeFileSync(file, next)
    chmodSync(file, 0o644)
    expect(() => signer.service.reloadWebhookSecrets([file])).toThrow(/may read or change/)
    rmSync(file)
    expect(() => signer.service.reloadWebhookSecrets([file])).toThrow(/ENOENT/)
    expect((await signer.post(point, sign(point, next))).status).toBe(200)
  })
})
