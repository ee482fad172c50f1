import { eventId } from '@boltwarden/core/ids'
import { type Backend, createStore, farAheadMs, type Store } from '@boltwarden/store'
import { afterEach, describe, expect, test } from 'vitest'
import { author, pointDelivery, signs } from '#src/testing/samples'
import { Memory, memoryBackend } from './memory-backend.ts'
import { sqliteFile } from './sqlite-database.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const claim = { instance: 'one', untilMs: 30_000 }
const body = new Uint8Array([1])

/** A store with answers of two lanes in its outbox: two of the first, one of the second. */
async function filled(backend: Backend): Promise<Store> {
  const store = createStore(backend)
  closers.push(() => store[Symbol.asyncDispose]())
  for (const [event, channel] of [
    ['a1', 1],
    ['a2', 1],
    ['b1', 2],
  ] as const) {
    const delivery = pointDelivery(event, channel)
    await store.decide(delivery, signs(delivery), { body })
  }
  return store
}

const events = (rows: readonly { readonly event: string }[]) => rows.map(({ event }) => event)

describe.each<[string, () => Promise<Backend>]>([
  ['the model', async () => memoryBackend(new Memory())],
  [
    'SQLite',
    () => {
      const file = sqliteFile()
      closers.push(file.destroy)
      return file.open()
    },
  ],
])('the outbox of %s', (_name, open) => {
  test('gives out what is due later to who asks for it, but not what somebody holds', async () => {
    const { outbox } = await filled(await open())
    expect(events(await outbox.claim(claim, 10, 10))).toEqual(['a1', 'b1'])
    await outbox.postpone(eventId('a1'), 'one', { nextAttemptAtMs: 5000, error: 'NETWORK' })
    const other = { instance: 'two', untilMs: 40_000 }
    expect(await outbox.claim(other, 10, 10)).toEqual([])
    expect(events(await outbox.claim(other, 10, 10, 5000))).toEqual(['a1'])
  })

  test('believes no time of a clock that was set back since', async () => {
    const { outbox } = await filled(await open())
    const ahead = 5 * farAheadMs
    const lost = { instance: 'gone', untilMs: ahead + 30_000 }
    expect(events(await outbox.claim(lost, ahead, 10))).toEqual(['a1', 'b1'])
    expect(events(await outbox.claim(claim, 10, 10))).toEqual(['a1', 'b1'])
    await outbox.postpone(eventId('b1'), 'one', { nextAttemptAtMs: ahead, error: 'NETWORK' })
    expect(events(await outbox.claim(claim, 10, 10))).toEqual(['b1'])
    // Set forward, every claim is over: the same answer may go out twice, and that is all.
    expect(events(await outbox.claim(claim, ahead, 10))).toEqual(['a1', 'b1'])
  })

  test('drops a row, and its lane goes on; once, and on record', async () => {
    const store = await filled(await open())
    expect(await store.outbox.drop(eventId('a1'), author)).toBe(true)
    expect(await store.outbox.drop(eventId('a1'), author)).toBe(false)
    expect(events(await store.outbox.claim(claim, 10, 10))).toContain('a2')
    const facts = (await store.audit.rows()).map(({ fact }) => fact)
    expect(facts.at(-1)).toMatchObject({ type: 'act', act: 'answer-dropped', who: 'tester' })
    expect(await store.event(eventId('a1'))).toMatchObject({ verdict: 'sign' })
  })
})
