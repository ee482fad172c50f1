import type { Delivery } from '@boltwarden/policy/event'
import { freshMs, type OutboxRow, takenOver } from '../outbox.ts'
import type { Ruling, Store } from '../store.ts'
import type { Suite } from './contract.ts'
import {
  author,
  declines,
  filled,
  hashDelivery,
  jobsDelivery,
  pointDelivery,
  revealDelivery,
  signs,
} from './samples.ts'

const body = Uint8Array.of(0x7b, 0xff, 0x00, 0x7d)

/** Answers that are owed. */
export function outbox({ describe, test, expect, with: withDatabase }: Suite): void {
  describe('the outbox', () => {
    test('gets an answer with its decision, and loses it with its acceptance', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        const { queued } = await owe(store, delivery)
        expect(queued).toEqual({ sequence: 1, isClear: true })
        const row = {
          sequence: 1,
          event: delivery.event,
          lane: 'm/3/7',
          request: 'get-per-commitment-point',
          verdict: 'sign',
          body,
          receivedAtMs: delivery.receivedAtMs,
          isFirst: true,
          attempts: 0,
          nextAttemptAtMs: delivery.receivedAtMs,
        }
        expect(await (await open()).outbox.rows()).toEqual([row])
        expect(await store.outbox.row(delivery.event)).toEqual(row)
        expect(await store.outbox.summary()).toEqual({
          waiting: 1,
          setAside: 0,
          oldestReceivedAtMs: delivery.receivedAtMs,
        })
        await store.markAnswered(delivery.event, filled(1), 10)
        expect(await store.outbox.rows()).toEqual([])
        expect(await store.outbox.summary()).toEqual({ waiting: 0, setAside: 0 })
      }))

    test('gets what a mutation answers, and nothing else', () =>
      withDatabase(async (open) => {
        const store = await open()
        const jobs = jobsDelivery('e-1')
        await store.decide(jobs, declines(jobs), { body })
        for (const delivery of [pointDelivery('e-2', 7), hashDelivery('e-3', 'Invoice:1')]) {
          expect((await store.decide(delivery, declines(delivery), { body })).queued).toBe(
            undefined,
          )
        }
        const reveal = revealDelivery('e-4', 7)
        await store.decide(reveal, signs(reveal), { body })
        const unkept = pointDelivery('e-5', 7)
        await store.decide(unkept, signs(unkept))
        expect((await store.outbox.rows()).map(({ event }) => event)).toEqual([jobs.event])
      }))

    test('gives out the first of each lane, once', () =>
      withDatabase(async (open) => {
        const store = await open()
        for (const [event, channel] of [
          ['e-1', 7],
          ['e-2', 7],
          ['e-3', 8],
        ] as const) {
          const { queued } = await owe(store, pointDelivery(event, channel))
          expect(queued?.isClear).toBe(event !== 'e-2')
        }
        const firsts = async () => (await store.outbox.rows()).map(({ isFirst }) => isFirst)
        expect(await firsts()).toEqual([true, false, true])
        expect(await claim(store, 'a', 10)).toEqual(['e-1', 'e-3'])
        expect(await claim(await open(), 'b', 10)).toEqual([])
        await store.markAnswered(pointDelivery('e-1', 7).event, filled(1), 10)
        expect(await firsts()).toEqual([true, true])
        expect(await claim(await open(), 'b', 10)).toEqual(['e-2'])
      }))

    test('lets a new answer pass those that are brought for the first time, and no others', () =>
      withDatabase(async (open) => {
        const store = await open()
        const a = { instance: 'a', untilMs: 9000 }
        const isClear = async (event: string, by: string, nowMs: number, channel = 7) => {
          const delivery = { ...pointDelivery(event, channel), receivedAtMs: nowMs }
          const kept = { body, nowMs, claim: { instance: by, untilMs: 9000 } }
          return (await store.decide(delivery, signs(delivery), kept)).queued?.isClear
        }
        const first = pointDelivery('e-1', 7)
        await owe(store, first, a)
        expect(await isClear('e-2', 'a', 8999)).toBe(true)
        expect(await isClear('e-3', 'b', first.receivedAtMs + freshMs)).toBe(true)
        // The other signer may be dead.
        expect(await isClear('e-4', 'b', first.receivedAtMs + freshMs + 1)).toBe(false)
        expect(await isClear('e-5', 'a', 9000)).toBe(false)
        expect(await isClear('e-6', 'b', 9000, 8)).toBe(true)
        const failure = { nextAttemptAtMs: 50, error: 'PLATFORM_UNAVAILABLE' }
        await store.outbox.postpone(first.event, 'a', failure)
        expect(await isClear('e-7', 'a', 20)).toBe(false)
        await store.markAnswered(first.event, filled(1), 10)
        expect(await isClear('e-8', 'a', 20)).toBe(true)
        expect(await claim(store, 'a', 9000)).toEqual(['e-2', 'e-6'])
        expect((await store.outbox.rows())[0]?.lastError).toBe(takenOver)
        expect(await isClear('e-9', 'a', 9000)).toBe(false)
      }))

    test('counts two answers of one batch as brought at the same time', () =>
      withDatabase(async (open) => {
        const store = await open()
        const a = { instance: 'a', untilMs: 100 }
        const [one, two, three] = ['e-1', 'e-2', 'e-3'].map((event) => pointDelivery(event, 7))
        if (one === undefined || two === undefined || three === undefined) throw new TypeError()
        const owed = await Promise.all([owe(store, one, a), owe(store, two), owe(store, three, a)])
        // The second one is claimed by nobody: it waits.
        expect(owed.map(({ queued }) => queued?.isClear)).toEqual([true, true, false])
      }))

    test('lets a claim end by the clock of who asks, or by a failed attempt', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        await owe(store, delivery, { instance: 'a', untilMs: 100 })
        expect(await claim(store, 'b', 99)).toEqual([])
        expect(await claim(store, 'b', 100)).toEqual(['e-1'])
        const failure = { nextAttemptAtMs: 500, error: 'PLATFORM_UNAVAILABLE' }
        expect(await store.outbox.postpone(delivery.event, 'a', failure)).toBe(false)
        expect(await store.outbox.postpone(delivery.event, 'b', failure)).toBe(true)
        expect(await store.outbox.postpone(delivery.event, 'b', failure)).toBe(false)
        const row = await (await open()).outbox.row(delivery.event)
        expect([row?.attempts, row?.lastError, row?.claim]).toEqual([
          1,
          'PLATFORM_UNAVAILABLE',
          undefined,
        ])
        expect(await claim(store, 'a', 499)).toEqual([])
        expect(await claim(store, 'a', 500)).toEqual(['e-1'])
      }))

    test('gives out what is longest due first, no more than asked for', () =>
      withDatabase(async (open) => {
        const store = await open()
        for (const n of [1, 2, 3]) {
          const delivery = { ...pointDelivery(`e-${n}`, n), receivedAtMs: 10 - n }
          await owe(store, delivery)
        }
        expect(await claim(store, 'a', 10, 2)).toEqual(['e-3', 'e-2'])
        expect(await claim(store, 'a', 10, 2)).toEqual(['e-1'])
        await expect(store.outbox.claim({ instance: 'a', untilMs: 1 }, 1, 0)).rejects.toMatchObject(
          { name: 'RangeError' },
        )
      }))

    test('goes on without what is set aside, until it is resumed', () =>
      withDatabase(async (open) => {
        const store = await open()
        const [first, second] = [pointDelivery('e-1', 7), pointDelivery('e-2', 7)]
        await owe(store, first, { instance: 'a', untilMs: 100 })
        await owe(store, second)
        expect(await store.outbox.setAside(first.event, 'POISONED', author)).toBe(true)
        expect(await store.outbox.setAside(first.event, 'POISONED', author)).toBe(false)
        const row = await (await open()).outbox.row(first.event)
        expect([row?.setAside, row?.claim]).toEqual([{ reason: 'POISONED', atMs: 5 }, undefined])
        expect(row?.isFirst).toBe(false)
        expect((await store.outbox.summary()).setAside).toBe(1)
        expect((await store.outbox.summary()).waiting).toBe(1)
        expect(await claim(store, 'b', 50)).toEqual(['e-2'])
        expect(await store.outbox.resume(first.event, author)).toBe(true)
        expect(await store.outbox.resume(first.event, author)).toBe(false)
        expect(await claim(store, 'b', 2000)).toEqual(['e-1'])
        const acts = (await store.audit.rows()).flatMap(({ fact }) =>
          fact.type === 'act' ? [[fact.act, fact.detail]] : [],
        )
        expect(acts).toEqual([
          ['answer-set-aside', 'e-1 POISONED'],
          ['answer-resumed', 'e-1'],
        ])
      }))

    test('keeps the first row of an event', () =>
      withDatabase(async (open) => {
        const store = await open()
        const delivery = pointDelivery('e-1', 7)
        await owe(store, delivery)
        const again = await store.decide(delivery, signs(delivery), { body: Uint8Array.of(1) })
        expect(again.queued).toBe(undefined)
        expect((await store.outbox.rows()).map(({ body: kept }) => kept)).toEqual([body])
      }))
  })
}

function owe(store: Store, delivery: Delivery, claim?: OutboxRow['claim']): Promise<Ruling> {
  return store.decide(delivery, signs(delivery), { body, ...(claim && { claim }) })
}

async function claim(store: Store, instance: string, nowMs: number, limit = 10) {
  const rows = await store.outbox.claim({ instance, untilMs: nowMs + 1000 }, nowMs, limit)
  return rows.map(({ event }): string => event)
}
