import { afterEach, expect, test } from 'vitest'
import { pointRequest } from './shared/events.ts'
import { accept, startPlatform } from './shared/platform.ts'
import { startTestService } from './shared/service.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

test('answers of one channel that two signers decide in turns follow each other soon', async () => {
  const platform = await startPlatform(accept)
  closers.push(platform.close)
  // As it is by default: at such a rest after each answer the calls would miss their deadline.
  const options = {
    seedHex: '07'.repeat(32),
    webhookSecret: 'the-webhook-secret-of-the-tests',
    platformUrl: platform.url,
    outbox: { poll_ms: 1000, backoff_ms: 500 },
  }
  const first = await startTestService(options)
  closers.push(first.remove, () => first.service.close())
  const second = await startTestService({ ...options, folder: first.folder })
  closers.push(() => second.service.close())
  const asked = Array.from({ length: 32 }, (_, at) => {
    const signer = at % 2 === 0 ? first : second
    return signer.post(pointRequest(2 ** 48 - 1, { event_id: `turn-${at}` }))
  })
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses).toEqual(Array.from({ length: 32 }, () => 200))
}, 60_000)
