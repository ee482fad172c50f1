import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Backend, createStore } from '@boltwarden/store'
import { declines, filled, pointDelivery, signs } from '@boltwarden/store/testing'
import { expect } from 'vitest'
import { badJobs } from './events.ts'
import type { startPlatform } from './platform.ts'

const dayMs = 86_400_000

/** A delivery of so many days ago. */
function deliveryOf(event: string, channel: number, days: number) {
  const atMs = Date.now() - days * dayMs
  const body = new TextEncoder().encode(event)
  const bodyHash = new Uint8Array(createHash('sha256').update(body).digest())
  const delivery = {
    ...pointDelivery(event, channel),
    bodyHash,
    timestampMs: atMs,
    receivedAtMs: atMs,
  }
  return { delivery, body }
}

/** Two events of 100 days ago that are closed, one whose answer waits, and one of yesterday. */
async function record(backend: Backend): Promise<void> {
  const store = createStore(backend)
  const { delivery: answered } = deliveryOf('answered', 1, 100)
  await store.decide(answered, signs(answered))
  await store.markAnswered(answered.event, filled(1), Date.now() - 100 * dayMs)
  const { delivery: refused } = deliveryOf('refused', 2, 100)
  await store.decide(refused, declines(refused))
  const { delivery: waits, body } = deliveryOf('waits', 3, 100)
  await store.decide(waits, signs(waits), { body })
  const { delivery: late } = deliveryOf('late', 4, 1)
  await store.decide(late, declines(late))
  await store[Symbol.asyncDispose]()
}

type Told = { readonly code: number | null; readonly told: Record<string, unknown> }

/** Forgets old events on the command line while a signer runs, whatever the database. */
export async function pruneCommand(
  folder: { readonly folder: string; readonly config: string },
  platform: Pick<Awaited<ReturnType<typeof startPlatform>>, 'calls'>,
  run: (...args: readonly string[]) => Promise<Told>,
  serve: () => Promise<{
    readonly post: (body: string) => Promise<number>
    readonly stop: () => Promise<number | null>
  }>,
  backend: Backend,
): Promise<void> {
  await record(backend)
  const policy = join(dirname(folder.config), 'policy.toml')
  const prune = (days: string) => run('store', 'prune', '--keep-days', days)
  const usage = (from: number) => ({
    code: 2,
    told: { error: { fault: { expected: expect.stringContaining(`from ${from} on`) } } },
  })
  expect(await prune('0')).toMatchObject(usage(1))
  expect(await prune('1.5')).toMatchObject(usage(1))
  // The signer answers events of a year, which the file then takes back without its being told.
  const { post, stop } = await (async () => {
    const defaults = readFileSync(policy, 'utf8')
    writeFileSync(policy, '[events]\nmax_age_seconds = 31536000\n')
    expect(await prune('30')).toMatchObject(usage(365))
    const signer = await serve()
    writeFileSync(policy, defaults)
    return signer
  })()
  expect(await prune('30')).toMatchObject({ code: 0, told: { forgotten: 2, events: 2 } })
  expect(await prune('30')).toMatchObject({ code: 0, told: { forgotten: 0, events: 2 } })

  const ofDay = (days: number) => ({ timestamp: new Date(Date.now() - days * dayMs).toISOString() })
  const declined = () => platform.calls.filter(({ operation }) => /^Decline/.test(operation)).length
  expect(await post(badJobs(1, ofDay(100)))).toBe(503)
  expect(declined()).toBe(0)
  expect(await post(badJobs(1, ofDay(20)))).toBe(200)
  expect(declined()).toBe(1)
  expect(await stop()).toBe(0)

  expect(await run('store', 'verify')).toMatchObject({
    code: 0,
    told: { sound: true, seal: { seal: 'ok' }, rows: { ledger: 4, outbox: 1 } },
  })
  const log = join(folder.folder, 'pruned.ndjson')
  expect((await run('audit', 'export', '--out', log)).code).toBe(0)
  const acts = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes('events-pruned'))
  expect(acts.map((line) => JSON.parse(line).fact)).toEqual([
    expect.objectContaining({
      who: expect.stringMatching(/^local /),
      detail: expect.stringMatching(/^2 that arrived before [0-9]{13}$/),
    }),
  ])
}
