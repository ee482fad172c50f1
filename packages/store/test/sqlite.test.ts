import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { maxCommitmentIndex } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import { scopeOf } from '@boltwarden/policy/view'
import { createStore, isStoreFault, type Ruling, StoreFault } from '@boltwarden/store'
import { openScratch, openSqlite } from '@boltwarden/store/sqlite'
import { channelState, pointDelivery, signs } from '@boltwarden/store/testing'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SqliteBackend } from '#src/sqlite/backend'
import { Connection } from '#src/sqlite/connection'
import { readMigrations } from '#src/sqlite/migrations'
import { sql } from '#src/sqlite/statements'
import { realm, sqliteFile } from './sqlite-database.ts'

let file: ReturnType<typeof sqliteFile>
beforeEach(() => {
  file = sqliteFile()
})
afterEach(() => file.destroy())

/** What opening the file is refused with. */
function refusal(options: Partial<Parameters<typeof openSqlite>[0]> = {}): unknown {
  try {
    openSqlite({ path: file.path, realm, ...options })
  } catch (error) {
    return error instanceof StoreFault ? error.detail : error
  }
  return undefined
}

async function create(): Promise<void> {
  await (await file.open())[Symbol.asyncDispose]()
}

/** Runs SQL on the file, past the backend. */
function tamper(sql: string): void {
  const database = new Database(file.path)
  database.exec(sql)
  database.close()
}

describe('the file', () => {
  test('is readable and writable by its owner only, with all that belongs to it', async () => {
    const backend = await file.open()
    await backend.health()
    const modes = readdirSync(dirname(file.path)).map((name) => [
      name,
      (statSync(join(dirname(file.path), name)).mode & 0o777).toString(8),
    ])
    expect(modes).toEqual([
      ['state.db', '600'],
      ['state.db-shm', '600'],
      ['state.db-users', '600'],
      ['state.db-wal', '600'],
    ])
    await backend[Symbol.asyncDispose]()
  })

  test('that others could read is closed to them', async () => {
    writeFileSync(file.path, '', { mode: 0o644 })
    await create()
    expect(statSync(file.path).mode & 0o777).toBe(0o600)
  })

  test('of another program is refused and left as it was', () => {
    tamper('CREATE TABLE other (a)')
    const before = statSync(file.path)
    expect(refusal()).toEqual({ code: 'STORE_FOREIGN_FILE', path: file.path })
    const after = statSync(file.path)
    expect([after.size, after.mode, after.mtimeMs]).toEqual([
      before.size,
      before.mode,
      before.mtimeMs,
    ])
  })

  test('that is no database is refused', () => {
    writeFileSync(file.path, 'x'.repeat(4096))
    expect(refusal()).toEqual({ code: 'STORE_CORRUPT', where: 'file', reason: 'SQLITE_NOTADB' })
  })

  test('in a folder that is missing is unavailable', () => {
    expect(refusal({ path: join(dirname(file.path), 'none', 'state.db') })).toEqual({
      code: 'STORE_UNAVAILABLE',
      reason: 'ENOENT',
    })
  })

  test('of another seed or network is refused', async () => {
    await create()
    expect(refusal({ realm: { ...realm, network: 'MAINNET' } })).toEqual({
      code: 'STORE_WRONG_REALM',
      expected: '0011aabb MAINNET',
      found: '0011aabb REGTEST',
    })
    expect(refusal({ realm: { ...realm, fingerprint: 'ffffffff' } })).toMatchObject({
      code: 'STORE_WRONG_REALM',
    })
  })
})

describe('durability', () => {
  test('a database that has no write-ahead log is refused', () => {
    expect(refusal({ path: ':memory:' })).toEqual({
      code: 'STORE_NOT_DURABLE',
      setting: 'journal_mode',
      expected: 'wal',
      found: 'memory',
    })
    expect(existsSync(':memory:-users')).toBe(false)
  })

  test('the settings it rests on hold', () => {
    const connection = Connection.open(file.path, 1000)
    const value = (name: string) => Object.values(connection.get(`PRAGMA ${name}`) ?? {})[0]
    expect(['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map(value)).toEqual([
      'wal',
      2,
      1,
      1000,
    ])
    connection.close()
  })
})

describe('a file that is not there any more', () => {
  test.each([
    ['deleted', '', (path: string) => rmSync(path), 'missing'],
    ['replaced by a copy', '', replaceByCopy, 'another'],
    ['without its write-ahead log', '-wal', (path: string) => rmSync(path), 'missing'],
    ['with another write-ahead log', '-wal', replaceByCopy, 'another'],
  ])('%s: nothing is decided on it', async (_name, suffix, change, found) => {
    const store = createStore(await file.open())
    const decide = (delivery: Delivery) => store.decide(delivery, signs(delivery))
    await decide(pointDelivery('e-1', 1))
    change(`${file.path}${suffix}`)
    const refused = { code: 'STORE_NOT_DURABLE', setting: `file${suffix}`, found }
    await expect(decide(pointDelivery('e-2', 2))).rejects.toMatchObject({ detail: refused })
    await expect(store.health()).rejects.toMatchObject({ detail: refused })
    await store[Symbol.asyncDispose]()
  })
})

function replaceByCopy(path: string): void {
  copyFileSync(path, `${path}.copy`)
  renameSync(`${path}.copy`, path)
}

describe('a lock', () => {
  test('that another process holds too long makes the store unavailable, and retryable', async () => {
    await create()
    const backend = openSqlite({ path: file.path, realm, busyTimeoutMs: 0 })
    const other = new Database(file.path)
    other.exec('BEGIN IMMEDIATE')
    const error: unknown = await backend.health().catch((reason: unknown) => reason)
    expect(isStoreFault(error, 'STORE_UNAVAILABLE') && error.retryable).toBe(true)
    expect(isStoreFault(error) && error.detail).toEqual({
      code: 'STORE_UNAVAILABLE',
      reason: 'SQLITE_BUSY',
    })
    other.exec('ROLLBACK')
    await backend.health()
    other.close()
    await backend[Symbol.asyncDispose]()
  })

  test('that another process holds for a while is waited for, and nothing else waits with it', async () => {
    await create()
    const backend = openSqlite({ path: file.path, realm })
    const other = new Database(file.path)
    other.exec('BEGIN IMMEDIATE')
    const beat = backend.health()
    // This goes on in the process that waits: were it held up, nobody would give the lock back.
    await new Promise((resolve) => setImmediate(resolve))
    other.exec('ROLLBACK')
    await beat
    other.close()
    await backend[Symbol.asyncDispose]()
  })

  test('is not in the way of a decision that a step starts: it waits its turn', async () => {
    const store = createStore(await file.open())
    const delivery = pointDelivery('e-1', 7)
    let inner: Promise<Ruling> | undefined
    await store.decide(delivery, (view) => {
      inner = store.decide(delivery, signs(delivery))
      return signs(delivery)(view)
    })
    expect((await inner)?.decision.verdict).toBe('sign')
    expect(await store.counts()).toMatchObject({ events: 1 })
    await store[Symbol.asyncDispose]()
  })
})

describe('a disk that is full', () => {
  test('makes the store unavailable, and undoes the whole decision', async () => {
    await create()
    const connection = Connection.open(file.path, 1000)
    const pages = Object.values(connection.get('PRAGMA page_count') ?? {})[0]
    connection.exec(`PRAGMA max_page_count = ${pages}`)
    const store = createStore(new SqliteBackend(connection))
    let decided = 0
    const fill = async () => {
      for (; ; decided++) {
        const delivery = pointDelivery(`e-${decided}`, decided)
        await store.decide(delivery, signs(delivery, { channels: [channelState(decided)] }))
      }
    }
    await expect(fill()).rejects.toMatchObject({
      detail: { code: 'STORE_UNAVAILABLE', reason: 'SQLITE_FULL' },
      retryable: true,
    })
    expect(await store.counts()).toEqual({ channels: decided, invoices: 0, events: decided })
    connection.exec('PRAGMA max_page_count = 100000')
    await store.health()
    await store[Symbol.asyncDispose]()
  })
})

describe('state that was changed by other hands', () => {
  test.each([
    ['another version', `UPDATE channels SET state = replace(state, '"v":3', '"v":4')`],
    ['a field too many', `UPDATE channels SET state = replace(state, '"v":3', '"v":3,"x":1')`],
    ['no JSON', `UPDATE channels SET state = 'x'`],
    ['the state of another row', `UPDATE channels SET channel = 8`],
    ['another id', `UPDATE channels SET id = 'Channel:8'`],
  ])('%s is corrupt', async (_name, sql) => {
    const store = createStore(await file.open())
    const delivery = pointDelivery('e-1', 7)
    await store.decide(delivery, signs(delivery, { channels: [channelState(7)] }))
    await store[Symbol.asyncDispose]()
    tamper(sql)
    const later = createStore(await file.open())
    await expect(later.channels()).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      retryable: false,
      detail: { where: 'channels' },
    })
    await later[Symbol.asyncDispose]()
  })

  test.each(['kind', 'tags', 'policy_hash', 'body_hash'])(
    'an unknown %s is corrupt',
    async (column) => {
      const store = createStore(await file.open())
      const delivery = pointDelivery('e-1', 7)
      await store.decide(delivery, signs(delivery))
      tamper(`UPDATE events SET ${column} = '["x"]'`)
      await expect(store.event(delivery.event)).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
      await expect(store.decide(delivery, signs(delivery))).rejects.toMatchObject({
        code: 'STORE_CORRUPT',
      })
      await store[Symbol.asyncDispose]()
    },
  )
})

describe('migrations', () => {
  const shipped = readMigrations().length
  const more = {
    version: shipped + 1,
    name: '9999_more.sql',
    sql: 'CREATE TABLE more (a BIGINT)',
    checksum: 'c'.repeat(64),
  }

  test('are applied once, in order', async () => {
    await create()
    const backend = openSqlite({ path: file.path, realm, migrations: [...readMigrations(), more] })
    await backend[Symbol.asyncDispose]()
    const connection = Connection.open(file.path, 1000)
    expect(connection.all('SELECT version, name FROM migrations')).toEqual([
      { version: 1, name: '0001_initial.sql' },
      { version: 2, name: '0002_channel-life.sql' },
      { version: 3, name: '0003_spends.sql' },
      { version: 4, name: '0004_audit-outbox.sql' },
      { version: 5, name: '0005_halt.sql' },
      { version: 6, name: '0006_forgotten-events.sql' },
      { version: 7, name: '9999_more.sql' },
    ])
    expect(connection.all('PRAGMA user_version')).toEqual([{ user_version: 7 }])
    connection.close()
  })

  test('old events are found without a look at the others: signers wait for it', async () => {
    await create()
    const connection = Connection.open(file.path, 1000)
    const plan = connection.all(`EXPLAIN QUERY PLAN ${sql.closedEvents}`, 5, 5)
    expect(plan[0]?.['detail']).toContain('events_by_receipt (received_at<?)')
    connection.close()
  })

  test('keep what an earlier version wrote', async () => {
    const first = readMigrations().slice(0, 1)
    const backend = openSqlite({ path: file.path, realm, migrations: first })
    await backend[Symbol.asyncDispose]()
    const written = { v: 1, channel: 7, id: 'Channel:7', node: 'node:1', origin: 'opening' }
    const state = JSON.stringify({ ...written, lowestPoint: maxCommitmentIndex, revealed: '1' })
    tamper(`INSERT INTO channels (channel, id, state) VALUES (7, 'Channel:7', '${state}')`)
    const store = createStore(await file.open())
    expect(await store.channels()).toEqual([channelState(7)])
    await store[Symbol.asyncDispose]()
  })

  test('of a later version are refused', async () => {
    const backend = openSqlite({ path: file.path, realm, migrations: [...readMigrations(), more] })
    await backend[Symbol.asyncDispose]()
    expect(refusal()).toEqual({ code: 'STORE_SCHEMA_NEWER', found: shipped + 1, known: shipped })
  })

  test('that were changed after they were applied are refused', async () => {
    await create()
    const changed = readMigrations().map((it) => ({ ...it, checksum: 'd'.repeat(64) }))
    expect(refusal({ migrations: changed })).toEqual({
      code: 'STORE_MIGRATION_CHANGED',
      migration: '0001_initial.sql',
    })
  })

  test('that fail leave the schema as it was', async () => {
    await create()
    const broken = { ...more, sql: 'CREATE TABLE half (a BIGINT); CREATE TABLE realm (a BIGINT)' }
    expect(refusal({ migrations: [...readMigrations(), broken] })).toMatchObject({
      code: 'STORE_UNAVAILABLE',
    })
    const connection = Connection.open(file.path, 1000)
    expect(connection.all("SELECT name FROM sqlite_schema WHERE name = 'half'")).toEqual([])
    connection.close()
    await create()
  })

  test('are numbered without a gap', () => {
    const folder = join(dirname(file.path), 'migrations')
    mkdirSync(folder)
    writeFileSync(join(folder, '0001_one.sql'), '')
    writeFileSync(join(folder, '0003_three.sql'), '')
    expect(() => readMigrations(pathToFileURL(`${folder}/`))).toThrow(
      '"0003_three.sql" expected number 2',
    )
  })
})

describe('a scratch', () => {
  test('remembers while it is open, and belongs to the same keys', async () => {
    const delivery = pointDelivery('e-1', 7)
    const scope = scopeOf(delivery)
    const seen: unknown[] = []
    const scratch = openScratch({ realm })
    for (const _time of [1, 2]) {
      await scratch.update(scope, (view) => {
        seen.push(view.channelById)
        return { writes: { channels: [channelState(7)] }, value: undefined }
      })
    }
    await scratch[Symbol.asyncDispose]()
    expect(seen).toEqual([undefined, channelState(7)])
    await create()
    const copy = openScratch({ realm, copy: file.path })
    await copy[Symbol.asyncDispose]()
    const other = { ...realm, fingerprint: 'ffffffff' }
    expect(() => openScratch({ realm: other, copy: file.path })).toThrow('STORE_WRONG_REALM')
  })

  test('is nothing that a store can be made of', () => {
    const scratch = openScratch({ realm })
    // @ts-expect-error what is not durable must not lead to a permit
    createStore(scratch)
  })
})
