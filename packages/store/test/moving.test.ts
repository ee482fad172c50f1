import {
  createStore,
  isStoreFault,
  moveStore,
  type Row,
  sumsOf,
  tableNames,
  type Upkeep,
} from '@boltwarden/store'
import { openSqlite, openSqliteUpkeep } from '@boltwarden/store/sqlite'
import { channelState, hashDelivery, issues, pointDelivery, signs } from '@boltwarden/store/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { realm, sqliteFile } from './sqlite-database.ts'

const author = { who: 'tester', atMs: 5 }
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function emptyStore(of = realm) {
  const { path, destroy } = sqliteFile()
  closers.push(destroy)
  await openSqlite({ path, realm: of })[Symbol.asyncDispose]()
  const upkeep = openSqliteUpkeep({ path })
  closers.push(() => upkeep[Symbol.asyncDispose]())
  return { path, upkeep }
}

async function usedStore(events = 1201) {
  const made = await emptyStore()
  const store = createStore(openSqlite({ path: made.path, realm }))
  const decided = Array.from({ length: events }, (_, at) => {
    const delivery = pointDelivery(`e-${at}`, at)
    const step = signs(delivery, { channels: [channelState(at)] })
    return store.decide(delivery, step, { body: new Uint8Array([at % 256]) })
  })
  await Promise.all(decided)
  const asked = hashDelivery('e-x', 'Invoice:1')
  await store.decide(asked, issues(asked, 'Invoice:1', 3))
  await store.audit.append({ type: 'act', act: 'policy-loaded', ...author, detail: '' })
  await store[Symbol.asyncDispose]()
  return made
}

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action()
    return 'done'
  } catch (error) {
    if (!isStoreFault(error)) throw error
    return `${error.code} ${'reason' in error.detail ? error.detail.reason : ''}`.trim()
  }
}

const opens = (path: string) =>
  codeOf(async () => openSqlite({ path, realm })[Symbol.asyncDispose]())

describe('moving a store', () => {
  test('leaves everything there, and a store here that decides nothing', async () => {
    const [from, to] = [await usedStore(), await emptyStore()]
    const sums = await moveStore(from.upkeep, to.upkeep, 'elsewhere', author)
    expect(sums).toEqual(await sumsOf(from.upkeep))
    expect(sums).toMatchObject({
      channels: { rows: 1201 },
      audit: { rows: 1204 },
      outbox: { rows: 1201 },
    })
    expect([await opens(from.path), await opens(to.path)]).toEqual(['STORE_HALTED', 'done'])
    const store = createStore(openSqlite({ path: to.path, realm }))
    const [last] = await store.audit.rows({ after: 1203 })
    expect(last?.fact).toMatchObject({ act: 'store-moved', detail: 'elsewhere' })
    const again = pointDelivery('e-0', 0)
    const seen = await store.decide(again, (view) => {
      expect(view.event?.verdict).toBe('sign')
      return signs(again)(view)
    })
    expect(seen.decision.verdict).toBe('sign')
    await store[Symbol.asyncDispose]()
  })

  test('is refused twice, into what is not empty, and into another realm', async () => {
    const [from, to] = [await usedStore(2), await usedStore(1)]
    const strange = await emptyStore({ ...realm, fingerprint: '00000000' })
    const move = (into: Upkeep) => codeOf(() => moveStore(from.upkeep, into, 'x', author))
    expect(await move(to.upkeep)).toBe('STORE_CONFLICT channels of the other one has rows')
    expect(await move(strange.upkeep)).toBe('STORE_WRONG_REALM')
    expect(await opens(from.path)).toBe('done')
    const free = await emptyStore()
    expect(await move(free.upkeep)).toBe('done')
    expect(await move((await emptyStore()).upkeep)).toBe('STORE_HALTED')
  })

  test.each(tableNames)(
    'of which a row of %s arrives changed leaves neither in use',
    async (table) => {
      const [from, to] = [await usedStore(2), await emptyStore()]
      const changed = (row: Row) => ({ ...row, ...damage[table] })
      const careless: Upkeep = {
        ...openedAs(to.upkeep),
        fill: (name, rows) =>
          to.upkeep.fill(name, name === table ? rows.map(changed).slice(0, 1) : rows),
      }
      const outcome = await codeOf(() => moveStore(from.upkeep, careless, 'x', author))
      const isFilled = (await from.upkeep.rows(table, 1)).length > 0
      expect(outcome).toBe(isFilled ? 'STORE_CORRUPT the copy differs' : 'done')
      if (!isFilled) return
      expect([await opens(from.path), await opens(to.path)]).toEqual([
        'STORE_HALTED',
        'STORE_HALTED',
      ])
    },
  )
})

const damage: Readonly<Partial<Record<string, Row>>> = {
  channels: { funding_txid: 'ab' },
  invoices: { state: '{}' },
  events: { tags: '[1]' },
  audit: { fact: '{}' },
  outbox: { attempts: 9 },
  chain: { generation: 0 },
}

/** The same object, whose methods can be replaced one by one. */
function openedAs(upkeep: Upkeep): Upkeep {
  return {
    realm: () => upkeep.realm(),
    integrity: () => upkeep.integrity(),
    rows: (table, limit, after) => upkeep.rows(table, limit, after),
    fill: (table, rows) => upkeep.fill(table, rows),
    halted: () => upkeep.halted(),
    halt: (halt, who) => upkeep.halt(halt, who),
    release: () => upkeep.release(),
    [Symbol.asyncDispose]: () => upkeep[Symbol.asyncDispose](),
  }
}
