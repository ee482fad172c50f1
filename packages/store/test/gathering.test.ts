import type { Backend, Batch } from '@boltwarden/store'
import { createStore, StoreFault } from '@boltwarden/store'
import { filled, pointDelivery, signs } from '@boltwarden/store/testing'
import { expect, test } from 'vitest'
import { Memory, memoryBackend } from './memory-backend.ts'

type Counted = { readonly backend: Backend; readonly sizes: { tasks: number; accepted: number }[] }

/** The model, and how much each of its commits served. */
function counted(commit?: (batch: Batch<unknown>) => Promise<void>): Counted {
  const model = memoryBackend(new Memory())
  const sizes: Counted['sizes'] = []
  return {
    sizes,
    backend: {
      ...model,
      async commit(batch) {
        sizes.push({ tasks: batch.tasks.length, accepted: batch.accepted.length })
        await commit?.(batch)
        return model.commit(batch)
      },
    },
  }
}

const deliveries = (count: number) =>
  Array.from({ length: count }, (_, n) => pointDelivery(`e-${n}`, n))

test('what is asked in one turn shares a commit, and a lone question has its own', async () => {
  const { backend, sizes } = counted()
  const store = createStore(backend)
  await Promise.all(deliveries(10).map((one) => store.decide(one, signs(one))))
  const alone = pointDelivery('alone', 1)
  await store.decide(alone, signs(alone))
  expect(sizes).toEqual([
    { tasks: 10, accepted: 0 },
    { tasks: 1, accepted: 0 },
  ])
})

test('what is asked in turns that follow each other shares a commit', async () => {
  const { backend, sizes } = counted()
  const store = createStore(backend)
  const asked: Promise<unknown>[] = []
  for (const one of deliveries(10)) {
    asked.push(store.decide(one, signs(one)))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(asked)
  expect(sizes).toEqual([{ tasks: 10, accepted: 0 }])
})

test('a commit is bounded by number and by bytes, but one is always served', async () => {
  const { backend, sizes } = counted()
  const store = createStore(backend, { limits: { tasks: 3, bytes: 10, patienceMs: 0 } })
  const keeping = (length: number) => ({ body: new Uint8Array(length) })
  const lengths = [1, 1, 1, 1, 9, 20, 5, 5, 1]
  await Promise.all(
    deliveries(lengths.length).map((one, at) =>
      store.decide(one, signs(one), keeping(lengths[at] ?? 0)),
    ),
  )
  expect(sizes.map(({ tasks }) => tasks)).toEqual([3, 2, 1, 2, 1])
})

test('what arrives during a commit waits for the next one, and shares it', async () => {
  const open: (() => void)[] = []
  const { backend, sizes } = counted(() => new Promise((resolve) => open.push(resolve)))
  const store = createStore(backend)
  const committing = async (count: number) => {
    while (open.length < count) await new Promise((resolve) => setImmediate(resolve))
  }
  const [first, ...rest] = deliveries(8)
  if (first === undefined) throw new TypeError('"deliveries" expected eight')
  const asked = [store.decide(first, signs(first))]
  await committing(1)
  for (const one of rest) asked.push(store.decide(one, signs(one)))
  const answered = store.markAnswered(first.event, filled(1), 9)
  open[0]?.()
  await committing(2)
  open[1]?.()
  await Promise.all([...asked, answered])
  expect(sizes).toEqual([
    { tasks: 1, accepted: 0 },
    { tasks: 7, accepted: 1 },
  ])
})

test('accepted answers wait a while for decisions, and share their commit', async () => {
  const { backend, sizes } = counted()
  const store = createStore(backend, { limits: { tasks: 64, bytes: 1000, patienceMs: 60_000 } })
  const [first, second] = deliveries(2)
  if (first === undefined || second === undefined) throw new TypeError('two were expected')
  await store.decide(first, signs(first))
  const answered = store.markAnswered(first.event, filled(1), 9)
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
  await Promise.all([answered, store.decide(second, signs(second))])
  expect(sizes).toEqual([
    { tasks: 1, accepted: 0 },
    { tasks: 1, accepted: 1 },
  ])
})

test('accepted answers that no decision follows are noted all the same', async () => {
  const { backend, sizes } = counted()
  const store = createStore(backend)
  const delivery = pointDelivery('e-1', 7)
  await store.decide(delivery, signs(delivery))
  await store.markAnswered(delivery.event, filled(1), 9)
  expect(sizes).toEqual([
    { tasks: 1, accepted: 0 },
    { tasks: 0, accepted: 1 },
  ])
  expect((await store.event(delivery.event))?.answeredAtMs).toBe(9)
})

test('a commit that fails rejects all that it served, and no permit is made', async () => {
  let fails = true
  const fault = new StoreFault({ code: 'STORE_OUTCOME_UNKNOWN', reason: 'SQLITE_IOERR' })
  const { backend } = counted(async () => {
    if (fails) throw fault
  })
  const store = createStore(backend)
  const asked = () => Promise.allSettled(deliveries(3).map((one) => store.decide(one, signs(one))))
  const rejected = { status: 'rejected', reason: fault }
  expect(await asked()).toEqual([rejected, rejected, rejected])
  fails = false
  expect((await asked()).map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'))
})

test('closing waits for what was asked before', async () => {
  const { backend } = counted()
  const store = createStore(backend)
  const delivery = pointDelivery('e-1', 7)
  const asked = store.decide(delivery, signs(delivery))
  await store[Symbol.asyncDispose]()
  expect((await asked).permit?.grant.kind).toBe('acknowledgement')
})
