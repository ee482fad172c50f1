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
  // The clocks of test services stand still, and who came long ago may be dead.
  const now = Date.now()
  for (const signer of [first, second]) signer.setNow(now)
  const timestamp = new Date(now).toISOString()
  const asked = Array.from({ length: 32 }, (_, at) => {
    const signer = at % 2 === 0 ? first : second
    return signer.post(pointRequest(2 ** 48 - 1, { event_id: `turn-${at}`, timestamp }))
  })
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses).toEqual(Array.from({ length: 32 }, () => 200))
  // They do not wait for those that the other signer brings; on a busy machine some may.
  const lines = [...first.lines, ...second.lines]
  expect(lines.filter((line) => line.includes('answer brought')).length).toBeLessThan(16)
}, 60_000)
