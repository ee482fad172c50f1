import { eventId, invoiceId } from '@boltwarden/core/ids'
import { emptyNodeState } from '@boltwarden/policy/state/node-state'
import { Permit } from '../permit.ts'
import { createStore, type Store } from '../store.ts'
import type { Expectation, Harness, TestApi, TestDatabase } from './api.ts'
import { auditLog } from './audit.ts'
import { channelLife } from './channel-life.ts'
import { outbox } from './outbox.ts'
import {
  channelState,
  declines,
  filled,
  hashDelivery,
  invoiceState,
  issues,
  ledgerEntry,
  pointDelivery,
  signs,
} from './samples.ts'
import { together } from './together.ts'

export type { Expectation, Harness, TestApi, TestDatabase } from './api.ts'
export {
  type ChildRole,
  childRoles,
  type ProcessHarness,
  processContract,
  runChild,
} from './processes.ts'
export {
  author,
  channelState,
  declines,
  filled,
  hashDelivery,
  invoiceState,
  issues,
  ledgerEntry,
  pointDelivery,
  signs,
} from './samples.ts'

/**
 * The suite that every backend must pass.
 *
 * @param api - of the test runner.
 * @param harness - gives an empty database for each test.
 */
export function storeContract(api: TestApi, harness: Harness): void {
  const suite: Suite = {
    ...api,
    with: async (body) => {
      const database = await harness.create()
      const stores: Store[] = []
      const open = async () => {
        const store = createStore(await database.open())
        stores.push(store)
        return store
      }
      try {
        await body(open, database)
      } finally {
        for (const store of stores) await store[Symbol.asyncDispose]()
        await database.destroy()
      }
    },
  }
  decisions(suite)
  atomicity(suite)
  uniqueness(suite)
  listings(suite)
  channelLife(suite)
  together(suite)
  auditLog(suite)
  outbox(suite)
}

type Open = () => Promise<Store>

/** A test runner, and a way to run a test with an empty database. */
export type Suite = TestApi & {
  readonly with: (body: (open: Open, database: TestDatabase) => Promise<void>) => Promise<void>
}

function decisions({ describe, test, expect, with: withDatabase }: Suite): void {
  describe('a decision', () => {
    test('gives a permit for what was granted, and is remembered', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        const state = channelState(7)
        const ruling = await store.decide(delivery, signs(delivery, { channels: [state] }))
        expect(ruling.decision.verdict).toBe('sign')
        expect(Permit.isPermit(ruling.permit)).toBe(true)
        expect(ruling.permit?.grant).toEqual({ kind: 'acknowledgement' })
        await store[Symbol.asyncDispose]()
        const later = await open()
        expect(await later.event(delivery.event)).toEqual(ledgerEntry(delivery))
        expect(await later.channels()).toEqual([state])
      }))

    test('that declines gives no permit, and is remembered', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        const ruling = await store.decide(delivery, declines(delivery))
        expect(ruling.permit).toBe(undefined)
        expect(await store.event(delivery.event)).toEqual(ledgerEntry(delivery, 'decline'))
      }))

    test('sees what its delivery names, and nothing else', () =>
      withDatabase(async (open) => {
        const store = await open()
        for (const channel of [7, 8]) {
          const delivery = pointDelivery(`e-${channel}`, channel)
          await store.decide(delivery, signs(delivery, { channels: [channelState(channel)] }))
        }
        const again = pointDelivery('e-7', 7, 'Channel:8')
        await store.decide(again, (view) => {
          expect(view).toEqual({
            event: ledgerEntry(again),
            forgottenBeforeMs: 0,
            channels: new Map([[7, channelState(7)]]),
            channelById: channelState(8),
            invoice: undefined,
            incoming: [],
            intents: [],
            fundings: [],
            spends: [],
            node: emptyNodeState,
          })
          return signs(again)(view)
        })
      }))

    test('may change nothing', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        const nothing = { channels: [] }
        const ruling = await store.decide(delivery, (view) => ({
          ...signs(delivery)(view),
          writes: nothing,
          repeated: true,
        }))
        expect(ruling.repeated).toBe(true)
        expect(await store.counts()).toEqual({ channels: 0, invoices: 0, events: 0 })
      }))
  })
}

function atomicity({ describe, test, expect, with: withDatabase }: Suite): void {
  describe('one transaction', () => {
    test('whose step throws leaves nothing, and throws the same', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        const fails = () => {
          throw new RangeError('of the step')
        }
        await expect(store.decide(delivery, fails)).rejects.toMatchObject({
          message: 'of the step',
        })
        expect(await store.counts()).toEqual({ channels: 0, invoices: 0, events: 0 })
        const ruling = await store.decide(delivery, signs(delivery))
        expect(ruling.decision.verdict).toBe('sign')
      }))

    test('that writes outside its scope leaves nothing', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        const foreign = signs(delivery, { channels: [channelState(8)] })
        await expect(store.decide(delivery, foreign)).rejects.toMatchObject({
          message: '"writes" expected nothing outside the scope',
        })
        expect(await store.counts()).toEqual({ channels: 0, invoices: 0, events: 0 })
      }))

    test('is the only one: of many candidates at once the first one stays', () =>
      withDatabase(async (open) => {
        const stores = [await open(), await open()]
        const rulings = await Promise.all(
          Array.from({ length: 40 }, async (_, i) => {
            const delivery = hashDelivery(`e-${i}`, 'Invoice:1')
            return stores[i % 2]?.decide(delivery, issues(delivery, 'Invoice:1', i))
          }),
        )
        const grants = new Set(rulings.map((ruling) => JSON.stringify(ruling?.permit?.grant)))
        expect(grants.size).toBe(1)
        expect((await stores[0]?.invoices())?.length).toBe(1)
      }))

    test('of one connection is seen by another', () =>
      withDatabase(async (open) => {
        const [one, other] = [await open(), await open()]
        const delivery = pointDelivery('e-1', 7)
        await one.decide(delivery, signs(delivery, { channels: [channelState(7)] }))
        const again = await other.decide(delivery, (view) => {
          expect(view.event).toEqual(ledgerEntry(delivery))
          return { ...signs(delivery)(view), writes: { channels: [] }, repeated: true }
        })
        expect(again.repeated).toBe(true)
      }))
  })
}

function uniqueness({ describe, test, expect, with: withDatabase }: Suite): void {
  describe('what never changes', () => {
    test('a channel id with a second path is a conflict, and nothing of it is kept', () =>
      withDatabase(async (open) => {
        const store = await open()
        const first = pointDelivery('e-1', 7)
        await store.decide(first, signs(first, { channels: [channelState(7)] }))
        const second = pointDelivery('e-2', 8, 'Channel:7')
        const step = signs(second, { channels: [channelState(8, 'Channel:7')] })
        await conflict(expect(store.decide(second, step)))
        expect(await store.event(second.event)).toBe(undefined)
      }))

    test('a path with a second channel id is a conflict', () =>
      withDatabase(async (open) => {
        const store = await open()
        const first = pointDelivery('e-1', 7)
        await store.decide(first, signs(first, { channels: [channelState(7)] }))
        const second = pointDelivery('e-2', 7, 'Channel:8')
        const step = signs(second, { channels: [channelState(7, 'Channel:8')] })
        await conflict(expect(store.decide(second, step)))
        expect(await store.channels()).toEqual([channelState(7)])
      }))

    test('a second nonce of an invoice is a conflict, a release is not', () =>
      withDatabase(async (open) => {
        const store = await open()
        const first = hashDelivery('e-1', 'Invoice:1')
        await store.decide(first, issues(first, 'Invoice:1', 1))
        const second = hashDelivery('e-2', 'Invoice:1')
        const other = signs(second, { invoice: invoiceState('Invoice:1', 2) })
        await conflict(expect(store.decide(second, other)))
        const released = { ...invoiceState('Invoice:1', 1), releasedAtMs: 5 }
        await store.decide(second, signs(second, { invoice: released }))
        expect(await store.invoices()).toEqual([released])
      }))

    test('one nonce for two invoices is a conflict', () =>
      withDatabase(async (open) => {
        const store = await open()
        const first = hashDelivery('e-1', 'Invoice:1')
        await store.decide(first, issues(first, 'Invoice:1', 1))
        const second = hashDelivery('e-2', 'Invoice:2')
        await conflict(expect(store.decide(second, issues(second, 'Invoice:2', 1))))
      }))

    test('another body of an event is a conflict', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        await store.decide(delivery, declines(delivery))
        const other = { ...delivery, bodyHash: filled(77) }
        await conflict(expect(store.decide(other, signs(other))))
        expect(await store.event(delivery.event)).toEqual(ledgerEntry(delivery, 'decline'))
      }))
  })
}

function conflict(expectation: Expectation): Promise<void> {
  return expectation.rejects.toMatchObject({ code: 'STORE_CONFLICT', retryable: false })
}

function listings({ describe, test, expect, with: withDatabase }: Suite): void {
  describe('for operators', () => {
    test('the first accepted answer is noted, later ones change nothing', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        await store.decide(delivery, signs(delivery))
        await store.markAnswered(delivery.event, filled(1), 10)
        await store.markAnswered(delivery.event, filled(2), 20)
        const answered = { answeredAtMs: 10, answerDigest: filled(1) }
        expect(await store.event(delivery.event)).toEqual({ ...ledgerEntry(delivery), ...answered })
        await expect(store.markAnswered(eventId('e-2'), filled(1), 10)).rejects.toMatchObject({
          message: '"event" expected one that was decided',
        })
      }))

    test('channels and invoices come in pages', () =>
      withDatabase(async (open) => {
        const store = await open()
        for (const n of [10, 9, 2]) {
          const point = pointDelivery(`p-${n}`, n)
          await store.decide(point, signs(point, { channels: [channelState(n)] }))
          const hash = hashDelivery(`h-${n}`, `Invoice:${n}`)
          await store.decide(hash, issues(hash, `Invoice:${n}`, n))
        }
        expect(await store.counts()).toEqual({ channels: 3, invoices: 3, events: 6 })
        expect(await store.channels({ limit: 2 })).toEqual([channelState(2), channelState(9)])
        expect(await store.channels({ after: 9 })).toEqual([channelState(10)])
        expect(await store.channelById(channelState(9).id)).toEqual(channelState(9))
        expect(await store.invoices({ after: invoiceId('Invoice:10'), limit: 1 })).toEqual([
          invoiceState('Invoice:2', 2),
        ])
        await expect(store.channels({ limit: 0 })).rejects.toMatchObject({ name: 'RangeError' })
      }))

    test('health is a durable write; a closed store is unavailable', () =>
      withDatabase(async (open) => {
        const store = await open()
        await store.health()
        await store[Symbol.asyncDispose]()
        await expect(store.health()).rejects.toMatchObject({
          code: 'STORE_UNAVAILABLE',
          retryable: true,
        })
      }))
  })
}
