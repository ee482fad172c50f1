import { inspect } from 'node:util'
import { isStoreFault, type StoreFaultDetail } from '@boltwarden/store'
import { openPostgres } from '@boltwarden/store/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { poolConfig } from '#src/postgres/address'
import { Sessions } from '#src/postgres/session'
import { PostgresDatabase, realm } from './database.ts'
import { PostgresServer } from './server.ts'

let database: PostgresDatabase

beforeAll(async () => {
  database = await PostgresDatabase.start()
})

afterAll(() => database[Symbol.asyncDispose]())

/** What opening is refused with. */
async function refusal(
  options: Partial<Parameters<typeof openPostgres>[0]> = {},
): Promise<StoreFaultDetail> {
  try {
    const backend = await openPostgres({ address: database.address(), realm, ...options })
    await backend[Symbol.asyncDispose]()
  } catch (error) {
    if (isStoreFault(error)) return error.detail
    throw error
  }
  throw new TypeError('it opened')
}

/** Runs statements, what `body` does, and statements that undo the first ones. */
async function during<T>(change: string, undo: string, body: () => Promise<T>): Promise<T> {
  await database.query(change)
  try {
    return await body()
  } finally {
    await database.query(undo)
  }
}

describe('opening', () => {
  test('of another seed or network is refused', async () => {
    expect(await refusal({ realm: { ...realm, network: 'MAINNET' } })).toEqual({
      code: 'STORE_WRONG_REALM',
      expected: '0011aabb MAINNET',
      found: '0011aabb REGTEST',
    })
    await expect(database.migrate({ ...realm, fingerprint: 'ffffffff' })).rejects.toMatchObject({
      code: 'STORE_WRONG_REALM',
    })
  })

  test('a schema that was never made, or lacks a migration, is refused', async () => {
    const other = await database.server.createDatabase()
    const address = { ...database.address(), database: other }
    const known = (await database.query('SELECT 1 FROM migrations')).length
    expect(await refusal({ address })).toEqual({ code: 'STORE_SCHEMA_OLDER', found: 0, known })
  })

  test('a schema of a later version, or with another migration, is refused', async () => {
    const later = `INSERT INTO migrations VALUES (9999, 'later', 'x')`
    await during(later, 'DELETE FROM migrations WHERE version = 9999', async () => {
      expect(await refusal()).toMatchObject({ code: 'STORE_SCHEMA_NEWER' })
      await expect(database.migrate()).rejects.toMatchObject({ code: 'STORE_SCHEMA_NEWER' })
    })
    const alter = (from: string, to: string) =>
      `UPDATE migrations SET checksum = replace(checksum, '${from}', '${to}') WHERE version = 1`
    await database.query(`UPDATE migrations SET checksum = '!' || checksum WHERE version = 1`)
    expect(await refusal()).toEqual({
      code: 'STORE_MIGRATION_CHANGED',
      migration: '0001_initial.sql',
    })
    await database.query(alter('!', ''))
  })

  test('several may migrate at once, and again', async () => {
    await Promise.all([database.migrate(), database.migrate(), database.migrate()])
  })

  test.each([
    ['user', { user: 'nobody_here' }],
    ['password', { password: () => 'wrong' }],
    ['database', { database: 'none' }],
  ])('an unknown %s is denied, and quotes nothing', async (_name, wrong) => {
    const address = { ...database.address(), ...wrong }
    const detail = await refusal({ address })
    expect(detail).toMatchObject({ code: 'STORE_DENIED' })
    expect(JSON.stringify(detail)).toMatch(/^\{"code":"STORE_DENIED","reason":"SQLSTATE \w{5}"\}$/)
  })

  test('a server that is not there is unavailable', async () => {
    const address = { ...database.address(), port: 1 }
    expect(await refusal({ address })).toEqual({
      code: 'STORE_UNAVAILABLE',
      reason: 'ECONNREFUSED',
    })
  })

  test('the password stands in nothing that can be printed', async () => {
    const options = { address: database.address() }
    const sessions = new Sessions(options)
    const session = await sessions.acquire()
    const printed = [options, poolConfig(options), sessions, session].map((value) =>
      inspect(value, { depth: 12, getters: true }),
    )
    expect(printed.join().includes('of the signer')).toBe(false)
    session.release('clean')
    await sessions.close()
  })
})

describe('TLS', () => {
  const tls = { mode: 'verify-full' } as const

  test('is spoken where the certificate is trusted and for this host', async () => {
    const address = { ...database.address(), host: 'localhost' }
    const ca = database.server.certificate
    const backend = await openPostgres({ address: { ...address, tls: { ...tls, ca } }, realm })
    const [row] = await database.query(
      `SELECT bool_and(ssl) AS ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'boltwarden'`,
    )
    expect(row).toEqual({ ssl: true })
    await backend[Symbol.asyncDispose]()
  })

  test('to a certificate that nobody trusts, or of another host, is refused', async () => {
    const ca = database.server.certificate
    const unknown = { ...database.address(), host: 'localhost', tls }
    expect(await refusal({ address: unknown })).toEqual({
      code: 'STORE_UNAVAILABLE',
      reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    const other = { ...database.address(), tls: { ...tls, ca } }
    expect(await refusal({ address: other })).toEqual({
      code: 'STORE_UNAVAILABLE',
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  test('is the rule for every other machine', async () => {
    const address = { ...database.address(), host: 'db.example' }
    expect(poolConfig({ address }).ssl).toMatchObject({ rejectUnauthorized: true })
    expect(() => poolConfig({ address: { ...address, tls: { mode: 'off' } } })).toThrow(
      '"tls" expected verify-full for another machine',
    )
  })
})

describe('the role that serves', () => {
  test.each([
    'CREATE TABLE boltwarden.mine (a INTEGER)',
    'DROP TABLE boltwarden.events',
    'ALTER TABLE boltwarden.chain ADD COLUMN more TEXT',
    'TRUNCATE boltwarden.audit',
    `UPDATE boltwarden.audit SET fact = '{}'`,
    `UPDATE boltwarden.realm SET network = 'MAINNET'`,
    `INSERT INTO boltwarden.migrations VALUES (2, 'mine', 'x')`,
    'DELETE FROM boltwarden.channels',
    `UPDATE boltwarden.migrations SET checksum = 'x'`,
  ])('may not: %s', async (text) => {
    const sessions = new Sessions({ address: database.address() })
    await expect(sessions.rows({ text })).rejects.toMatchObject({
      detail: { code: 'STORE_DENIED', reason: 'SQLSTATE 42501' },
    })
    await sessions.close()
  })

  test('waits for a lock as long as it is told to', async () => {
    const waits = { lockMs: 100 }
    const holder = new Sessions({ address: database.address() })
    const session = await holder.acquire()
    await session.send([{ text: 'BEGIN' }, { text: 'SELECT 1 FROM chain FOR UPDATE' }])
    const backend = await openPostgres({ address: database.address(), realm, waits })
    await expect(backend.health()).rejects.toMatchObject({
      detail: { code: 'STORE_UNAVAILABLE', reason: 'SQLSTATE 55P03' },
    })
    session.release('unknown')
    await holder.close()
    await backend[Symbol.asyncDispose]()
  })
})

describe('durability', () => {
  test('a server that does not sync is refused', async () => {
    const careless = await PostgresServer.start(['fsync=off'])
    try {
      const address = { ...database.address(), port: careless.port, database: 'postgres' }
      const user = { user: 'postgres', password: () => careless.password }
      expect(await refusal({ address: { ...address, ...user } })).toEqual({
        code: 'STORE_NOT_DURABLE',
        setting: 'fsync',
        expected: 'on',
        found: 'off',
      })
    } finally {
      await careless[Symbol.asyncDispose]()
    }
  })

  test('commits wait for the disk, whatever the role or the database says', async () => {
    const off = `ALTER ROLE boltwarden_signer SET synchronous_commit = off`
    await during(off, 'ALTER ROLE boltwarden_signer RESET ALL', async () => {
      const backend = await database.open()
      await backend.health()
      await backend[Symbol.asyncDispose]()
      const applied = await database.open({ synchronousCommit: 'remote_apply' })
      await applied.health()
      await applied[Symbol.asyncDispose]()
    })
  })

  test('a database that is read only is refused', async () => {
    const readOnly = `ALTER ROLE boltwarden_signer SET default_transaction_read_only = on`
    await during(readOnly, 'ALTER ROLE boltwarden_signer RESET ALL', async () => {
      expect(await refusal()).toMatchObject({
        code: 'STORE_NOT_DURABLE',
        setting: 'transaction_read_only',
      })
    })
  })
})
