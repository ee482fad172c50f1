import { Keychain } from '@boltwarden/core/keys/keychain'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { createStore, isStoreFault, moveStore, sumsOf, verifyStore } from '@boltwarden/store'
import { openPostgres, openPostgresUpkeep } from '@boltwarden/store/postgres'
import { openSqlite, openSqliteUpkeep } from '@boltwarden/store/sqlite'
import {
  channelState,
  filled,
  hashDelivery,
  issues,
  pointDelivery,
  signs,
} from '@boltwarden/store/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqliteFile } from '../sqlite-database.ts'
import { PostgresDatabase, realm } from './database.ts'

const author = { who: 'tester', atMs: 5 }
let database: PostgresDatabase
const [file, other] = [sqliteFile(), sqliteFile()]

beforeAll(async () => {
  database = await PostgresDatabase.start(['fsync=on'])
  const store = createStore(openSqlite({ path: file.path, realm }))
  const decided = Array.from({ length: 700 }, (_, at) => {
    const delivery = pointDelivery(`e-${at}`, at)
    const step = signs(delivery, { channels: [channelState(at)] })
    return store.decide(delivery, step, { body: new Uint8Array([at % 256, 0, 255]) })
  })
  await Promise.all(decided)
  const asked = hashDelivery('e-x', 'Invoice:1')
  await store.decide(asked, issues(asked, 'Invoice:1', 3))
  await store[Symbol.asyncDispose]()
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await file.destroy()
  await other.destroy()
})

test('a store moves from SQLite to PostgreSQL and back, and is the same', async () => {
  const open = (options = {}) => openPostgres({ address: database.address(), realm, ...options })
  const halted = async () => {
    try {
      await (await open())[Symbol.asyncDispose]()
      return 'in use'
    } catch (error) {
      return isStoreFault(error) ? error.code : error
    }
  }
  const from = openSqliteUpkeep({ path: file.path })
  const to = openPostgresUpkeep({ address: database.address('boltwarden_owner') })
  const sums = await moveStore(from, to, 'postgres', author)
  expect(sums).toMatchObject({
    channels: { rows: 700 },
    outbox: { rows: 700 },
    audit: { rows: 702 },
  })
  expect(sums).toEqual(await sumsOf(from))
  expect(await halted()).toBe('in use')

  const store = createStore(await open())
  const later = pointDelivery('e-later', 5)
  await store.decide(later, signs(later))
  const keys = Keychain.fromSeed(filled(1), { secp256k1: portable })
  const trust = { publicKey: keys.publicKey({ purpose: 'audit' }), secp256k1: portable }
  expect(await to.integrity()).toEqual([])
  // The bodies of these samples have other hashes than their deliveries say.
  const { findings, rows } = await verifyStore(to, store, trust)
  expect(findings.filter(({ check }) => check !== 'outbox')).toEqual([])
  expect(rows).toMatchObject({ ledger: 702, audit: 703 })

  await openSqlite({ path: other.path, realm })[Symbol.asyncDispose]()
  const back = openSqliteUpkeep({ path: other.path })
  await moveStore(to, back, 'a file', author)
  expect(await sumsOf(back)).toEqual(await sumsOf(to))
  expect(await halted()).toBe('STORE_HALTED')
  await store[Symbol.asyncDispose]()
  const again = await open({ evenHalted: true })
  await again.accept(author, 'we stay', 0)
  expect(await halted()).toBe('in use')
  await again[Symbol.asyncDispose]()
  for (const upkeep of [from, to, back]) await upkeep[Symbol.asyncDispose]()
})
