import { fork } from 'node:child_process'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createStore, isStoreFault, tableNames } from '@boltwarden/store'
import { backUpSqlite, openSqlite, openSqliteUpkeep, restoreSqlite } from '@boltwarden/store/sqlite'
import { channelState, pointDelivery, signs } from '@boltwarden/store/testing'
import Database from 'libsql'
import { afterEach, describe, expect, test } from 'vitest'
import { realm, sqliteFile } from './sqlite-database.ts'

const author = { who: 'tester', atMs: 5 }
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function newFile() {
  const { path, destroy } = sqliteFile()
  closers.push(destroy)
  return { path, beside: (name: string) => join(dirname(path), name) }
}

/** A store that decided once for each event. */
async function used(path: string, ...events: readonly string[]) {
  const store = createStore(openSqlite({ path, realm }))
  for (const [at, event] of events.entries()) {
    const delivery = pointDelivery(event, at)
    await store.decide(delivery, signs(delivery, { channels: [channelState(at)] }), {
      body: new TextEncoder().encode(event),
    })
  }
  return store
}

async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action()
    return 'done'
  } catch (error) {
    if (!isStoreFault(error)) throw error
    return error.detail.code === 'STORE_UNAVAILABLE' ? error.detail.reason : error.code
  }
}

describe('backing up', () => {
  test('copies one consistent state while the store is in use, and halts the copy', async () => {
    const { path, beside } = newFile()
    const store = await used(path, 'e-1', 'e-2')
    const out = beside('backup.db')
    const { bytes, generation } = backUpSqlite(path, out, 'made for a test')
    expect(generation).toEqual(await store.generation())
    expect([statSync(out).size, statSync(out).mode & 0o777]).toEqual([bytes, 0o600])
    const after = pointDelivery('e-3', 9)
    expect((await store.decide(after, signs(after))).decision.verdict).toBe('sign')
    await store[Symbol.asyncDispose]()
    expect(await codeOf(() => openSqlite({ path: out, realm }))).toBe('STORE_HALTED')
    const halted = openSqlite({ path: out, realm, evenHalted: true })
    expect(await halted.counts()).toMatchObject({ channels: 2, events: 2 })
    await halted.accept(author, 'the disk broke', 7)
    await halted[Symbol.asyncDispose]()
    const accepted = openSqlite({ path: out, realm })
    expect((await accepted.generation()).generation).toBeGreaterThanOrEqual(7)
    await accepted[Symbol.asyncDispose]()
    expect(readdirSync(dirname(path)).filter((name) => name.includes('draft'))).toEqual([])
  })

  test('overwrites nothing, and leaves nothing behind where it fails', async () => {
    const { path, beside } = newFile()
    await (await used(path, 'e-1'))[Symbol.asyncDispose]()
    const out = beside('backup.db')
    writeFileSync(out, 'precious')
    expect(await codeOf(() => backUpSqlite(path, out, ''))).toBe('EEXIST')
    expect(await codeOf(() => backUpSqlite(beside('none.db'), beside('x.db'), ''))).toBe('ENOENT')
    writeFileSync(beside('text.db'), 'no database, however long it may be'.repeat(99))
    expect(await codeOf(() => backUpSqlite(beside('text.db'), beside('y.db'), ''))).toBe(
      'STORE_CORRUPT',
    )
    const names = readdirSync(dirname(path)).filter((name) => !/-(wal|shm)$/.test(name))
    expect(names.sort()).toEqual(['backup.db', 'state.db', 'state.db-users', 'text.db'])
  })
})

describe('restoring', () => {
  test('is refused while the store is open, also in another process', async () => {
    const { path, beside } = newFile()
    const store = await used(path, 'e-1')
    backUpSqlite(path, beside('backup.db'), '')
    const restore = () => restoreSqlite(beside('backup.db'), path, 'by a test', beside('old.db'))
    expect(await codeOf(restore)).toBe('STORE_IN_USE')
    await store[Symbol.asyncDispose]()
    const child = fork(new URL('./child/hold.mjs', import.meta.url), [`${path}-users`])
    await new Promise((resolve) => child.once('message', resolve))
    expect(await codeOf(restore)).toBe('STORE_IN_USE')
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    expect(await codeOf(restore)).toBe('done')
  })

  test('puts the store that stands there aside, or refuses', async () => {
    const { path, beside } = newFile()
    const store = await used(path, 'e-1')
    backUpSqlite(path, beside('backup.db'), '')
    const later = pointDelivery('e-2', 5)
    await store.decide(later, signs(later))
    await store[Symbol.asyncDispose]()
    expect(await codeOf(() => restoreSqlite(beside('backup.db'), path, ''))).toBe('EEXIST')
    restoreSqlite(beside('backup.db'), path, 'of last week', beside('old.db'))
    const upkeep = openSqliteUpkeep({ path })
    expect(await upkeep.halted()).toEqual({ cause: 'restored', detail: 'of last week' })
    await upkeep[Symbol.asyncDispose]()
    const old = openSqlite({ path: beside('old.db'), realm })
    expect((await old.counts()).events).toBe(2)
    await old[Symbol.asyncDispose]()
  })
})

describe('a store that is wanted alone', () => {
  test('waits for nobody and keeps others out', async () => {
    const { path } = newFile()
    const [first, second] = [openSqlite({ path, realm }), openSqlite({ path, realm })]
    expect(await codeOf(() => openSqlite({ path, realm, alone: true }))).toBe('STORE_IN_USE')
    await first[Symbol.asyncDispose]()
    await second[Symbol.asyncDispose]()
    const alone = openSqlite({ path, realm, alone: true })
    expect(await codeOf(() => openSqlite({ path, realm, alone: true }))).toBe('STORE_IN_USE')
    await alone[Symbol.asyncDispose]()
    expect(await codeOf(() => openSqlite({ path, realm }))).toBe('done')
  })
})

describe('the upkeep of a store', () => {
  test('copies every row as it stands', async () => {
    const [from, to] = [newFile(), newFile()]
    await (await used(from.path, 'e-1', 'e-2', 'e-3'))[Symbol.asyncDispose]()
    await openSqlite({ path: to.path, realm })[Symbol.asyncDispose]()
    const [source, target] = [from, to].map(({ path }) => openSqliteUpkeep({ path }))
    if (source === undefined || target === undefined) throw new TypeError('two')
    for (const table of tableNames) {
      const rows = [...(await source.rows(table, 2))]
      for (let last = rows.at(-1); last !== undefined; ) {
        const more = await source.rows(table, 2, last)
        rows.push(...more)
        last = more.at(-1)
      }
      await target.fill(table, rows)
      expect(await target.rows(table, 1000)).toEqual(rows)
    }
    expect(await target.realm()).toEqual(realm)
    await source[Symbol.asyncDispose]()
    await target[Symbol.asyncDispose]()
    const moved = openSqlite({ path: to.path, realm })
    expect(await moved.counts()).toEqual({ channels: 3, invoices: 0, events: 3 })
    expect((await moved.outbox.summary()).waiting).toBe(3)
    expect((await moved.generation()).head.sequence).toBe(3)
    await moved[Symbol.asyncDispose]()
  })

  test('tells a schema that is not ours, and refuses a file that is not there', async () => {
    const { path, beside } = newFile()
    await (await used(path, 'e-1'))[Symbol.asyncDispose]()
    const upkeep = openSqliteUpkeep({ path })
    expect(await upkeep.integrity()).toEqual([])
    const database = new Database(path)
    database.exec('DROP INDEX outbox_due; CREATE TABLE more (a)')
    database.close()
    expect(await upkeep.integrity()).toEqual([
      'index outbox_due is not as the migrations make it',
      'table more is not of this schema',
    ])
    await upkeep[Symbol.asyncDispose]()
    expect(await codeOf(() => openSqliteUpkeep({ path: beside('none.db') }))).toBe('ENOENT')
    expect(existsSync(beside('none.db'))).toBe(false)
  })

  test('a halt is recorded, and ends with a release', async () => {
    const { path } = newFile()
    await (await used(path, 'e-1'))[Symbol.asyncDispose]()
    const upkeep = openSqliteUpkeep({ path })
    await upkeep.halt({ cause: 'moved', detail: 'elsewhere' }, author)
    expect(await codeOf(() => openSqlite({ path, realm }))).toBe('STORE_HALTED')
    await upkeep.release()
    await upkeep[Symbol.asyncDispose]()
    const backend = openSqlite({ path, realm })
    const [, moved] = await backend.audit.rows()
    expect(moved?.fact).toMatchObject({ act: 'store-moved', detail: 'elsewhere' })
    await backend[Symbol.asyncDispose]()
  })
})
