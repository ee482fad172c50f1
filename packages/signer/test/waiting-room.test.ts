import { describe, expect, test } from 'vitest'
import { isFault } from '../src/fault.ts'
import { HeldBodies } from '../src/overload/held-bodies.ts'
import { type Place, type RoomLimits, WaitingRoom } from '../src/overload/waiting-room.ts'
import { deadlineAfter } from '../src/pipeline/deadline.ts'
import { ManualClock } from './shared/manual-clock.ts'
import { withResolvers } from './shared/with-resolvers.ts'

const wide: RoomLimits = {
  maxInFlight: 4,
  maxInFlightPerLane: 2,
  maxQueued: 100,
  maxQueuedPerLane: 100,
}

function roomWith(limits: Partial<RoomLimits> = {}, limitMs = 8500) {
  const clock = new ManualClock()
  const room = new WaitingRoom({ ...wide, ...limits }, clock)
  const enter = (lane: string) =>
    room.enter(lane, deadlineAfter(clock.monotonicMs(), limitMs, clock))
  return { clock, room, enter }
}

/** Lets everything run that waits for nothing but its turn. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

async function refusal(entering: Promise<Place>) {
  const error = await entering.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return isFault(error) ? error.fault : error
}

describe('a waiting room', () => {
  test('lets so many of a lane in, and others pass by those that wait', async () => {
    const { room, enter } = roomWith()
    await enter('a')
    await enter('a')
    const third = enter('a')
    await enter('b')
    expect([room.inFlight, room.queued]).toEqual([3, 1])
    await enter('b')
    const full = enter('c')
    await settled()
    expect([room.inFlight, room.queued]).toEqual([4, 2])
    void third
    void full
  })

  test('gives the lanes their turns one after another, whatever one of them floods', async () => {
    const { enter } = roomWith({ maxInFlight: 1 })
    const order: string[] = []
    const first = await enter('flood')
    const works = ['flood', 'flood', 'flood', 'b', 'c', 'b'].map(async (lane, at) => {
      const place = await enter(lane)
      order.push(`${lane}${at}`)
      await settled()
      place.leave()
    })
    await settled()
    first.leave()
    await Promise.all(works)
    expect(order).toEqual(['flood0', 'b3', 'c4', 'flood1', 'b5', 'flood2'])
  })

  test('refuses at once where a queue is full: of all, of one lane', async () => {
    const { enter } = roomWith({ maxInFlight: 1, maxQueued: 2, maxQueuedPerLane: 1 })
    await enter('a')
    void enter('a')
    expect(await refusal(enter('a'))).toMatchObject({
      code: 'OVERLOADED',
      limit: 'max_queued_per_channel',
    })
    void enter('b')
    expect(await refusal(enter('c'))).toMatchObject({ code: 'OVERLOADED', limit: 'max_queued' })
  })

  test('refuses at once what could not be answered in time, by what the last ones took', async () => {
    const { clock, enter } = roomWith({ maxInFlight: 2, maxInFlightPerLane: 2 })
    const [first, second] = [await enter('a'), await enter('a')]
    clock.pass(3000)
    first.leave()
    const third = await enter('a')
    // 3 s each, two at a time: 1.5 s of waiting, then 3 s; 3 s, then 3 s; and so on.
    const waiting = [enter('a'), enter('a'), enter('a')]
    expect(await refusal(enter('a'))).toEqual({
      code: 'OVERLOADED',
      limit: 'decision_deadline_ms',
      waitMs: 6000,
    })
    second.leave()
    third.leave()
    for (const place of await Promise.all(waiting.slice(0, 2))) place.leave()
    ;(await waiting[2])?.leave()
  })

  test('a slow lane makes nobody else hopeless', async () => {
    const { clock, enter } = roomWith()
    const slow = [await enter('slow'), await enter('slow')]
    clock.pass(8000)
    for (let i = 0; i < 40; i++) (await enter('quick')).leave()
    slow[0]?.leave()
    const again = await enter('slow')
    expect(await refusal(enter('slow'))).toMatchObject({ limit: 'decision_deadline_ms' })
    for (let i = 0; i < 40; i++) (await enter('quick')).leave()
    again.leave()
  })

  test('forgets who waited too long, and the next has his turn', async () => {
    const { room, enter } = roomWith({ maxInFlight: 1 }, 30)
    const first = await enter('a')
    expect(await refusal(enter('b'))).toMatchObject({ code: 'DEADLINE_PASSED' })
    expect(room.queued).toBe(0)
    first.leave()
    const next = await enter('c')
    expect(room.inFlight).toBe(1)
    next.leave()
    expect(room.inFlight).toBe(0)
  })

  test('who steps aside leaves his place to others and is the next of his lane', async () => {
    const { room, enter } = roomWith({ maxInFlight: 1 })
    const gate = withResolvers<string>()
    const order: string[] = []
    const first = await enter('a')
    const aside = first.stepAside(() => gate.promise).then((value) => order.push(value))
    const second = await enter('a')
    const third = enter('a').then((place) => {
      order.push('third')
      place.leave()
    })
    gate.resolve('first again')
    await settled()
    expect(order).toEqual([])
    second.leave()
    await aside
    first.leave()
    first.leave()
    await third
    expect(order).toEqual(['first again', 'third'])
    expect(room.inFlight).toBe(0)
  })
})

describe('held bodies', () => {
  test('are bounded in number and in bytes', async () => {
    const bodies = new HeldBodies({ maxCalls: 3, maxBytes: 100 })
    const gate = withResolvers<void>()
    const hold = (bytes: number) => bodies.during(bytes, () => gate.promise)
    const held = [hold(60), hold(40)]
    await expect(hold(1)).rejects.toMatchObject({ fault: { limit: 'max_held_bytes' } })
    held.push(hold(0))
    await expect(hold(0)).rejects.toMatchObject({ fault: { limit: 'max_queued' } })
    expect([bodies.calls, bodies.bytes]).toEqual([3, 100])
    gate.resolve()
    await Promise.all(held)
    expect([bodies.calls, bodies.bytes]).toEqual([0, 0])
    // One alone is let in: else a limit below max_body_bytes would never take it.
    await bodies.during(1000, async () => expect(bodies.bytes).toBe(1000))
  })
})
