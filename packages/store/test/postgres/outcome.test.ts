import { toHex } from '@boltwarden/core/hex'
import type { Delivery } from '@boltwarden/policy/event'
import { auditHash, createStore, emptyChain, isStoreFault, type Store } from '@boltwarden/store'
import { channelState, pointDelivery, signs } from '@boltwarden/store/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PostgresDatabase } from './database.ts'
import { Wire } from './wire.ts'

let database: PostgresDatabase
let wire: Wire
const stores: Store[] = []

beforeAll(async () => {
  database = await PostgresDatabase.start()
})

beforeEach(async () => {
  await database.clear()
  wire = await Wire.to(database.server.port)
})

afterEach(async () => {
  wire.repair()
  for (const store of stores.splice(0)) await store[Symbol.asyncDispose]()
  await wire[Symbol.asyncDispose]()
})

afterAll(() => database[Symbol.asyncDispose]())

/** A store whose connections go over the wire. */
async function open(outcomeMs = 10_000, statementMs = 4000): Promise<Store> {
  const waits = { outcomeMs, statementMs, connectMs: 5000 }
  const address = database.address('boltwarden_signer', wire.port)
  const store = createStore(await database.open({ address, waits }))
  stores.push(store)
  return store
}

/** Decides an event of a channel of its own; gives how often the step ran. */
async function decide(
  store: Store,
  delivery: Delivery,
): Promise<{ readonly repeated: boolean; readonly steps: number }> {
  let steps = 0
  const { repeated } = await store.decide(delivery, (view) => {
    steps++
    if (view.event === undefined) return writing(delivery)(view)
    const { entry: _entry, ...again } = signs(delivery)(view)
    return { ...again, writes: { channels: [] }, repeated: true }
  })
  return { repeated, steps }
}

function writing(delivery: Delivery) {
  const { request } = delivery
  const channel = 'path' in request ? Number(request.path.split('/')[2]) : 0
  return signs(delivery, { channels: [channelState(channel)] })
}

/** The events of the log, in its order; it must be whole. */
async function loggedEvents(): Promise<readonly string[]> {
  const store = createStore(await database.open())
  stores.push(store)
  const events: string[] = []
  let last = emptyChain
  for (;;) {
    const rows = await store.audit.rows({ after: last.sequence, limit: 1000 })
    if (rows.length === 0) return events
    for (const { sequence, previous, hash, fact } of rows) {
      expect([sequence, toHex(previous)]).toEqual([last.sequence + 1, toHex(last.hash)])
      expect(toHex(hash)).toBe(toHex(auditHash(sequence, previous, fact)))
      if (fact.type === 'decision') events.push(fact.event)
      last = { sequence, hash }
    }
  }
}

/** Waits until some session waits for a lock. */
async function lockIsWaitedFor(): Promise<void> {
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'`
  while ((await database.query(waiting)).length === 0);
}

describe('a connection lost in the middle of COMMIT', () => {
  test('before the server gets it: it is done again, once', async () => {
    const store = await open()
    wire.cutNext('before')
    expect(await decide(store, pointDelivery('e-1', 1))).toEqual({ repeated: false, steps: 2 })
    expect(await loggedEvents()).toEqual(['e-1'])
  })

  test('after the server got it: what was committed is found, and not done again', async () => {
    const store = await open()
    wire.cutNext('after')
    expect(await decide(store, pointDelivery('e-1', 1))).toEqual({ repeated: false, steps: 1 })
    expect(await loggedEvents()).toEqual(['e-1'])
  })

  test('while it is still on its way: nobody goes on before it has arrived', async () => {
    const store = await open()
    wire.cutNext('held')
    const decided = decide(store, pointDelivery('e-1', 1))
    await lockIsWaitedFor()
    expect(await loggedEvents()).toEqual([])
    wire.deliver()
    expect(await decided).toEqual({ repeated: false, steps: 1 })
    expect(await loggedEvents()).toEqual(['e-1'])
  })

  test('and it never arrives: the server gives up, and then it is done again', async () => {
    const store = await open(10_000, 1000)
    wire.cutNext('held')
    expect(await decide(store, pointDelivery('e-1', 1))).toEqual({ repeated: false, steps: 2 })
    wire.deliver()
    expect(await loggedEvents()).toEqual(['e-1'])
  })

  test('and nobody can be asked: the outcome is unknown, and the next one finds it', async () => {
    const store = await open(300)
    wire.cutNext('after', true)
    const delivery = pointDelivery('e-1', 1)
    await expect(decide(store, delivery)).rejects.toMatchObject({
      code: 'STORE_OUTCOME_UNKNOWN',
      retryable: true,
    })
    wire.repair()
    expect(await decide(store, delivery)).toEqual({ repeated: true, steps: 1 })
    expect(await loggedEvents()).toEqual(['e-1'])
  })

  test('of an answer that was accepted: it is noted, and out of the outbox', async () => {
    const store = await open()
    const delivery = pointDelivery('e-1', 1)
    const keeping = { body: new Uint8Array(3) }
    await store.decide(delivery, writing(delivery), keeping)
    for (const cut of ['before', 'after'] as const) {
      wire.cutNext(cut)
      await store.markAnswered(delivery.event, new Uint8Array(32).fill(1), 5)
      expect((await store.event(delivery.event))?.answeredAtMs).toBe(5)
      wire.repair()
    }
    expect(await store.outbox.rows()).toEqual([])
  })

  describe('that waits for a replica', () => {
    beforeEach(() => setStandby(`SET synchronous_standby_names = 'missing'`))
    afterEach(() => setStandby('RESET synchronous_standby_names'))

    test('in vain: the outcome is unknown', async () => {
      const store = await open(500, 500)
      await expect(decide(store, pointDelivery('e-1', 1))).rejects.toMatchObject({
        code: 'STORE_OUTCOME_UNKNOWN',
      })
    })

    test('and is told to wait no longer: the outcome is unknown', async () => {
      const store = await open()
      const decided = expect(decide(store, pointDelivery('e-1', 1))).rejects.toMatchObject({
        detail: { code: 'STORE_OUTCOME_UNKNOWN', reason: 'the server warned' },
      })
      const cancel = `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE wait_event = 'SyncRep'`
      while ((await database.query(cancel)).length === 0);
      await decided
    })
  })
})

/** Lets commits wait for a replica, or not any more. */
async function setStandby(setting: string): Promise<void> {
  await database.query(`ALTER SYSTEM ${setting}`)
  await database.query('SELECT pg_reload_conf()')
  const shown = setting.startsWith('RESET') ? '' : 'missing'
  const asked = 'SELECT 1 FROM pg_settings WHERE name = $$synchronous_standby_names$$ AND setting ='
  while ((await database.query(`${asked} '${shown}'`)).length === 0);
}

describe('a server that is killed', () => {
  test('while nothing is asked: the process goes on, and so does the store', async () => {
    const store = createStore(await database.open())
    stores.push(store)
    await decide(store, pointDelivery('e-1', 1))
    await database.server.kill()
    await expect(store.health()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    await database.server.startAgain()
    await store.health()
    expect(await decide(store, pointDelivery('e-1', 1))).toEqual({ repeated: true, steps: 1 })
  })

  test('under load: what was told is there, and nothing is there twice', async () => {
    const store = createStore(await database.open({ waits: { outcomeMs: 20_000 } }))
    stores.push(store)
    const told: string[] = []
    const unknown = new Set<string>()
    let next = 0
    const lane = async (until: number) => {
      while (told.length < until) {
        const n = next++
        const delivery = pointDelivery(`e-${n}`, n)
        try {
          await decide(store, delivery)
          told.push(delivery.event)
        } catch (error) {
          if (!isStoreFault(error)) throw error
          expect(error.retryable).toBe(true)
          unknown.add(delivery.event)
          return
        }
      }
    }
    for (let round = 1; round <= 3; round++) {
      const goal = told.length + 400
      const load = Promise.all(Array.from({ length: 32 }, () => lane(goal)))
      const enough = told.length + 100
      while (told.length < enough) await new Promise(setImmediate)
      await database.server.kill()
      await database.server.startAgain()
      await load
    }
    const logged = await loggedEvents()
    expect(new Set(logged).size).toBe(logged.length)
    expect(told.filter((event) => !logged.includes(event))).toEqual([])
    expect(logged.filter((event) => !told.includes(event) && !unknown.has(event))).toEqual([])
    const { events, channels } = await store.counts()
    expect([events, channels]).toEqual([logged.length, logged.length])
  })
})
