import { createStore } from '@boltwarden/store'
import {
  author,
  declines,
  hashDelivery,
  issues,
  pointDelivery,
  storeContract,
} from '@boltwarden/store/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PostgresDatabase } from './database.ts'

let database: PostgresDatabase

beforeAll(async () => {
  database = await PostgresDatabase.start()
})

afterAll(() => database[Symbol.asyncDispose]())

describe('PostgreSQL', () =>
  storeContract({ describe, test, expect }, { create: () => database.harness().create() }))

test('a nonce that an unread invoice has takes nobody else with it, in one commit', async () => {
  await database.clear()
  const store = createStore(await database.open())
  const first = hashDelivery('e-1', 'Invoice:1')
  await store.decide(first, issues(first, 'Invoice:1', 1))
  const outcomes = await Promise.allSettled(
    [2, 1, 3].map((fill, at) => {
      const delivery = hashDelivery(`e-${at + 2}`, `Invoice:${at + 2}`)
      return store.decide(delivery, issues(delivery, `Invoice:${at + 2}`, fill))
    }),
  )
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(outcomes[1]).toMatchObject({ reason: { code: 'STORE_CONFLICT' } })
  expect((await store.generation()).generation).toBe(2)
  await store[Symbol.asyncDispose]()
})

test('an event that is being decided is not forgotten by what was known of it before', async () => {
  await database.clear()
  const store = createStore(await database.open())
  const refused = pointDelivery('e-1', 7)
  await store.decide(refused, declines(refused))
  const other = await database.server.connect(database.name)
  await other.query("BEGIN; UPDATE events SET verdict = 'sign'")
  expect(await store.prune(9, author)).toBe(0)
  await other.query('COMMIT')
  await other.end()
  expect(await store.prune(9, author)).toBe(0)
  expect(await store.event(refused.event)).toMatchObject({ verdict: 'sign' })
  await store[Symbol.asyncDispose]()
})
