import { eventId } from '@boltwarden/core/ids'
import { scopeOf } from '@boltwarden/policy/view'
import type { Backend, Task } from '../backend.ts'
import type { Suite } from './contract.ts'
import {
  channelState,
  filled,
  hashDelivery,
  invoiceState,
  issues,
  ledgerEntry,
  pointDelivery,
  signs,
  withDispose,
} from './samples.ts'

/** One commit that serves many. */
export function together({ describe, test, expect, with: withDatabase }: Suite): void {
  describe('one commit for many', () => {
    test('each step sees what those before it wrote', () =>
      withDatabase(async (_open, database) =>
        withDispose(await database.open(), async (backend) => {
          const nonces: unknown[] = []
          const tasks = [1, 2, 3].map((fill) => issue(`e-${fill}`, fill, nonces))
          const { tasks: done } = await backend.commit({ tasks, accepted: [] })
          expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
          expect(nonces.slice(-3)).toEqual([filled(1), filled(1), filled(1)])
          expect(await backend.invoices()).toEqual([invoiceState('Invoice:1', 1)])
          expect((await backend.counts()).events).toBe(3)
        }),
      ))

    test('a step that throws takes nobody with it', () =>
      withDatabase(async (_open, database) =>
        withDispose(await database.open(), async (backend) => {
          const fails = task('e-2', 8, () => {
            throw new RangeError('of the step')
          })
          const outcome = await backend.commit({
            tasks: [task('e-1', 7), fails, task('e-3', 9)],
            accepted: [],
          })
          expect(outcome.tasks.map(({ status }) => status)).toEqual([
            'fulfilled',
            'rejected',
            'fulfilled',
          ])
          expect(outcome.tasks[1]).toEqual({
            status: 'rejected',
            reason: new RangeError('of the step'),
          })
          expect(await channelsOf(backend)).toEqual([7, 9])
        }),
      ))

    test('a conflict leaves nothing, and those before and after it stay', () =>
      withDatabase(async (_open, database) =>
        withDispose(await database.open(), async (backend) => {
          const second = task('e-2', 8, undefined, 'Channel:7')
          const outcome = await backend.commit({
            tasks: [task('e-1', 7), second, task('e-3', 9)],
            accepted: [],
          })
          const codes = outcome.tasks.map((part) => part.status === 'rejected' && part.reason.code)
          expect(codes).toEqual([false, 'STORE_CONFLICT', false])
          expect(await channelsOf(backend)).toEqual([7, 9])
          expect(await backend.event(eventId('e-2'))).toBe(undefined)
          expect((await backend.audit.rows()).length).toBe(2)
        }),
      ))

    test('accepted answers are noted first, each by itself', () =>
      withDatabase(async (open, database) =>
        withDispose(await database.open(), async (backend) => {
          const store = await open()
          const delivery = pointDelivery('e-1', 7)
          await store.decide(delivery, signs(delivery))
          const answer = { digest: filled(1), atMs: 10 }
          const outcome = await backend.commit({
            tasks: [task('e-3', 9)],
            accepted: [
              { event: delivery.event, ...answer },
              { event: eventId('e-2'), ...answer },
            ],
          })
          expect(outcome.accepted).toEqual([
            { status: 'fulfilled', value: undefined },
            {
              status: 'rejected',
              reason: new RangeError('"event" expected one that was decided'),
            },
          ])
          expect((await store.event(delivery.event))?.answeredAtMs).toBe(10)
          expect(await channelsOf(backend)).toEqual([9])
        }),
      ))

    test('what is asked at once through a store is decided in its order', () =>
      withDatabase(async (open) => {
        const store = await open()
        const asked = Array.from({ length: 100 }, (_, i) => pointDelivery(`e-${i}`, i))
        await Promise.all(asked.map((delivery) => store.decide(delivery, signs(delivery))))
        const rows = await store.audit.rows({ limit: 1000 })
        const events = rows.map(({ fact }) => fact.type === 'decision' && fact.event)
        expect(events).toEqual(asked.map(({ event }) => event))
      }))
  })
}

function task(
  event: string,
  channel: number,
  step?: Task<undefined>['step'],
  id = `Channel:${channel}`,
): Task<undefined> {
  const delivery = pointDelivery(event, channel, id)
  const { audit, writes } = recordedOf(event, channel, id)
  return {
    scope: scopeOf(delivery),
    step: step ?? (() => ({ writes, recorded: { audit }, value: undefined })),
  }
}

function recordedOf(event: string, channel: number, id: string) {
  const delivery = pointDelivery(event, channel, id)
  const entry = ledgerEntry(delivery)
  const { kind: request, receivedAtMs: atMs, sentAtMs: _sentAtMs, ...rest } = entry
  return {
    audit: { type: 'decision', request, atMs, ...rest } as const,
    writes: { event: entry, channels: [channelState(channel, id)] },
  }
}

function issue(event: string, fill: number, nonces: unknown[]): Task<undefined> {
  const delivery = hashDelivery(event, 'Invoice:1')
  return {
    scope: scopeOf(delivery),
    step: (view) => {
      const { writes, grant } = issues(delivery, 'Invoice:1', fill)(view)
      nonces.push(grant?.kind === 'payment-hash' && grant.nonce)
      return { writes, value: undefined }
    },
  }
}

async function channelsOf(backend: Backend): Promise<readonly number[]> {
  return (await backend.channels()).map(({ channel }) => channel)
}
