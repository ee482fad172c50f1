import { eventId } from '@boltwarden/core/ids'
import type { Delivery } from '@boltwarden/policy/event'
import { createStore, isStoreFault, type Store } from '@boltwarden/store'
import {
  author,
  channelState,
  declines,
  filled,
  hashDelivery,
  invoiceState,
  issues,
  pointDelivery,
  signs,
  type TestDatabase,
} from '@boltwarden/store/testing'
import fc from 'fast-check'
import { expect } from 'vitest'
import { Memory, memoryBackend } from './memory-backend.ts'

const { FC_NUM_RUNS = '60' } = process.env

/** How many plays are tried. */
export const runs = Number(FC_NUM_RUNS)

const small = fc.integer({ min: 0, max: 3 })
const event = fc.integer({ min: 0, max: 9 }).map((n) => `e-${n}`)

type Action = { readonly name: string; readonly run: (store: Store) => Promise<unknown> }

/** What a call gave: its value, or the code or name of what it threw. */
async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { value: await call }
  } catch (error) {
    if (isStoreFault(error)) return { fault: error.code }
    return { error: error instanceof Error ? error.message : error }
  }
}

function decision(name: string, delivery: Delivery, step: Parameters<Store['decide']>[1]): Action {
  return { name, run: (store) => store.decide(delivery, step).then(readable) }
}

function readable({ decision: made, repeated, permit }: Awaited<ReturnType<Store['decide']>>) {
  return { made, repeated, grant: permit?.grant }
}

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.tuple(event, small, small, small).map(([id, channel, owner, below]) => {
    const delivery = pointDelivery(id, channel, `Channel:${owner}`)
    const state = channelState(channel, `Channel:${owner}`, below)
    return decision(`${id} channel ${channel}`, delivery, signs(delivery, { channels: [state] }))
  }),
  fc.tuple(event, small, small).map(([id, invoice, fill]) => {
    const delivery = hashDelivery(id, `Invoice:${invoice}`)
    return decision(
      `${id} issues ${invoice}`,
      delivery,
      issues(delivery, `Invoice:${invoice}`, fill),
    )
  }),
  fc.tuple(event, small, small).map(([id, invoice, fill]) => {
    const delivery = hashDelivery(id, `Invoice:${invoice}`)
    const state = { ...invoiceState(`Invoice:${invoice}`, fill), releasedAtMs: 7 }
    return decision(`${id} writes ${invoice}`, delivery, signs(delivery, { invoice: state }))
  }),
  fc.tuple(event, fc.boolean()).map(([id, other]) => {
    const delivery = pointDelivery(id, 1)
    const changed = other ? { ...delivery, bodyHash: filled(77) } : delivery
    return decision(`${id} declined`, changed, declines(changed))
  }),
  event.map((id) => {
    const delivery = pointDelivery(id, 1)
    return decision(`${id} throws`, delivery, () => {
      throw new TypeError('of the step')
    })
  }),
  fc.tuple(event, small).map(([id, at]) => ({
    name: `${id} answered`,
    run: (store: Store) => store.markAnswered(pointDelivery(id, 1).event, filled(at), at),
  })),
)

const instance = fc.constantFrom('a', 'b')
const time = fc.integer({ min: 0, max: 20 })
const body = Uint8Array.of(1, 0xff)

const outboxAction: fc.Arbitrary<Action> = fc.oneof(
  fc.tuple(event, small, fc.option(fc.tuple(instance, time))).map(([id, channel, claimed]) => {
    const delivery = pointDelivery(id, channel)
    const [by, untilMs] = claimed ?? []
    const claim =
      by === undefined || untilMs === undefined ? {} : { claim: { instance: by, untilMs } }
    return {
      name: `${id} owed in ${channel}`,
      run: (store: Store) =>
        store
          .decide(delivery, signs(delivery), { body, ...claim })
          .then((ruling) => [readable(ruling), ruling.queued]),
    }
  }),
  fc.tuple(instance, time, small).map(([by, nowMs, limit]) => ({
    name: `${by} claims at ${nowMs}`,
    run: (store: Store) =>
      store.outbox.claim({ instance: by, untilMs: nowMs + 5 }, nowMs, limit + 1),
  })),
  fc.tuple(event, instance, time).map(([id, by, nextAttemptAtMs]) => ({
    name: `${by} postpones ${id}`,
    run: (store: Store) =>
      store.outbox.postpone(eventId(id), by, { nextAttemptAtMs, error: 'TIMED_OUT' }),
  })),
  event.map((id) => ({
    name: `${id} set aside`,
    run: (store: Store) => store.outbox.setAside(eventId(id), 'POISONED', author),
  })),
  event.map((id) => ({
    name: `${id} resumed`,
    run: (store: Store) => store.outbox.resume(eventId(id), author),
  })),
  time.map((beforeMs) => ({
    name: `prunes before ${beforeMs}`,
    run: (store: Store) => store.prune(beforeMs, author, 2),
  })),
)

/** Several at once: one commit serves them. */
const together: fc.Arbitrary<Action> = fc
  .array(action, { minLength: 2, maxLength: 6 })
  .map((actions) => ({
    name: `at once: ${actions.map(({ name }) => name).join(', ')}`,
    run: (store: Store) => Promise.all(actions.map(({ run }) => outcomeOf(run(store)))),
  }))

const anything = fc.oneof(
  { weight: 6, arbitrary: action },
  { weight: 6, arbitrary: outboxAction },
  { weight: 1, arbitrary: together },
)

async function everything(store: Store): Promise<unknown> {
  const events = Array.from({ length: 10 }, (_, n) => pointDelivery(`e-${n}`, 1).event)
  return {
    channels: await store.channels(),
    invoices: await store.invoices(),
    events: await Promise.all(events.map((id) => store.event(id))),
    counts: await store.counts(),
    outbox: await store.outbox.rows(),
    summary: await store.outbox.summary(),
    audit: await store.audit.rows({ limit: 1000 }),
    generation: (await store.generation()).generation,
  }
}

/**
 * Does the same things to a database and to a model of one, whatever is asked and however often the
 * database is opened again.
 */
export async function checkAgainstModel(
  create: () => Promise<TestDatabase>,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(anything, fc.boolean()), { maxLength: 30 }),
      async (actions) => {
        const database = await create()
        const model = createStore(memoryBackend(new Memory()))
        let store = createStore(await database.open())
        for (const [{ name, run }, reopens] of actions) {
          const [expected, found] = [await outcomeOf(run(model)), await outcomeOf(run(store))]
          expect(found, name).toEqual(expected)
          if (reopens) {
            await store[Symbol.asyncDispose]()
            store = createStore(await database.open())
          }
        }
        expect(await everything(store)).toEqual(await everything(model))
        await store[Symbol.asyncDispose]()
        await database.destroy()
      },
    ),
    { numRuns },
  )
}
