import { scopeOf } from '@boltwarden/policy/view'
import type { Store } from '@boltwarden/store'
import { afterEach, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../src/clock.ts'
import { bodyOf } from './shared/body.ts'
import { hashRequest, pointRequest, testTime } from './shared/events.ts'
import { ManualClock } from './shared/manual-clock.ts'
import { pipelineSecret, startTestPipeline, type TestPipelineOptions } from './shared/pipeline.ts'
import { postEvent, sign } from './shared/service.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(options: TestPipelineOptions) {
  const pipeline = await startTestPipeline(options)
  closers.push(pipeline.close)
  const post = (body: string) => postEvent(pipeline, body, sign(body, pipelineSecret))
  return { ...pipeline, post }
}

/** The day of the test's events, on which time passes as it does. */
const clock: Clock = { ...systemClock, nowMs: () => Date.parse(testTime) }
const first = 2 ** 48 - 1
/** Another channel for each number. */
const elsewhere = (n: number) =>
  pointRequest(first, { entity_id: `Channel:${n}` }, { derivation_path: `m/3/${n}` })

/** A store of which one channel's row is locked by somebody else; each release lets one through. */
function lockedStore() {
  const queue: (() => void)[] = []
  const waits: (() => void)[] = []
  let waited = 0
  let isOpen = false
  const wrap = (store: Store): Store => ({
    ...store,
    async decide(...args) {
      if (!isOpen && scopeOf(args[0]).channels.includes(7)) {
        waited++
        for (const wake of waits.splice(0)) wake()
        await new Promise<void>((resolve) => queue.push(resolve))
      }
      return store.decide(...args)
    },
  })
  return {
    wrap,
    releaseOne: () => queue.shift()?.(),
    release: () => {
      isOpen = true
      for (const go of queue.splice(0)) go()
    },
    /** Resolves once so many came to the lock. */
    untilWaiting: async (count: number) => {
      while (waited < count) await new Promise<void>((resolve) => waits.push(resolve))
    },
  }
}

describe('a channel whose lock is held elsewhere', () => {
  test('floods its own queue; the others are answered, and then it is too', async () => {
    const { wrap, release, untilWaiting } = lockedStore()
    const limits = { maxInFlight: 4, maxInFlightPerLane: 2, maxQueuedPerLane: 5 }
    const { post, metrics } = await start({ clock, wrap, limits })
    const flood = Array.from({ length: 20 }, () => post(pointRequest(first)))
    await untilWaiting(2)
    const others = [elsewhere(8), hashRequest('Invoice:1'), elsewhere(9), elsewhere(10)]
    for (const body of others) expect((await post(body)).status).toBe(200)
    release()
    const replies = await Promise.all(flood)
    const count = (status: number) => replies.filter((reply) => reply.status === status).length
    expect([count(200), count(503)]).toEqual([7, 13])
    const refused = replies.find(({ status }) => status === 503)
    expect(refused?.headers.get('retry-after')).toBe('2')
    expect(refused && (await bodyOf(refused)).code).toBe('OVERLOADED')
    const { body } = await metrics.text()
    expect(body).toContain('overload_refusals_total{limit="max_queued_per_channel"} 13')
    expect(body).toContain(`boltwarden_faults_total{code="OVERLOADED"} 13`)
  })

  test('is told early, and when to come again, where the deadline cannot be met', async () => {
    const { wrap, release, releaseOne, untilWaiting } = lockedStore()
    const manual = new ManualClock()
    const { post, room } = await start({ clock: manual, wrap, limits: { maxInFlightPerLane: 1 } })
    const slow = post(pointRequest(first))
    await untilWaiting(1)
    const next = post(pointRequest(first))
    while (room.queued < 1) await new Promise((resolve) => setImmediate(resolve))
    // The lock was held for five seconds, and the next one waits for it again.
    manual.pass(5000)
    releaseOne()
    expect((await slow).status).toBe(200)
    await untilWaiting(2)
    const hopeless = await post(pointRequest(first))
    expect([hopeless.status, (await bodyOf(hopeless)).code]).toEqual([503, 'OVERLOADED'])
    expect(hopeless.headers.get('retry-after')).toBe('5')
    expect((await post(elsewhere(8))).status).toBe(200)
    release()
    expect((await next).status).toBe(200)
    expect((await post(pointRequest(first))).status).toBe(200)
  })

  test('takes no more memory than it may, and gives it back', async () => {
    const { wrap, release, untilWaiting } = lockedStore()
    const body = pointRequest(first)
    const { post, bodies } = await start({
      clock,
      wrap,
      maxHeldBytes: Math.floor(body.length * 2.5),
    })
    const held = [post(body), post(body)]
    await untilWaiting(2)
    const third = await post(body)
    expect([third.status, (await bodyOf(third)).code]).toEqual([503, 'OVERLOADED'])
    release()
    for (const reply of await Promise.all(held)) expect(reply.status).toBe(200)
    expect([bodies.calls, bodies.bytes]).toEqual([0, 0])
    expect((await post(body)).status).toBe(200)
  })
})

describe('a clock that jumps', () => {
  test.each([-5 * 3_600_000, 5 * 3_600_000])('%d ms changes no deadline', async (jumpMs) => {
    const { wrap, release, untilWaiting } = lockedStore()
    const clock = new ManualClock()
    const { post } = await start({ clock, wrap, deadlineMs: 8500 })
    const held = post(pointRequest(first))
    await untilWaiting(1)
    clock.jump(jumpMs)
    release()
    expect((await held).status).toBe(200)
  })
})
