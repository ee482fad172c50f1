import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditAct } from '@boltwarden/store'
import { openPostgres } from '@boltwarden/store/postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PostgresServer } from '../../store/test/postgres/server.ts'
import { hashRequest, pointRequest } from './shared/events.ts'
import { webhookSecret } from './shared/folder.ts'
import { outboxCommands } from './shared/outbox-commands.ts'
import { startPlatform } from './shared/platform.ts'
import { databasePasswords, ownDatabase, postgresFolder, startPostgres } from './shared/postgres.ts'
import { boltwarden } from './shared/process.ts'
import { pruneCommand } from './shared/prune-command.ts'
import { postEvent, sign } from './shared/service.ts'

const first = 2 ** 48 - 1
const now = () => ({ timestamp: new Date().toISOString() })

let server: PostgresServer
let database: string
let platform: Awaited<ReturnType<typeof startPlatform>>
let folder: Awaited<ReturnType<typeof postgresFolder>>
const closers: (() => unknown)[] = []

beforeAll(async () => {
  server = await startPostgres()
})
beforeEach(async () => {
  database = await ownDatabase(server)
  platform = await startPlatform()
  closers.push(platform.close)
  folder = await postgresFolder(server, platform.url)
  closers.push(folder.remove)
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
afterAll(() => server[Symbol.asyncDispose]())

const place = (name: string) => join(folder.folder, name)

/** Runs a command with the configuration, and with the passphrase where it takes one. */
async function run(...args: readonly string[]) {
  const keyless = /^(store (backup|restore|move|export|import|prune)|audit export)\b/.test(
    args.join(' '),
  )
  const at = keyless ? ['--config', folder.config] : folder.unlock
  const { code, out, err } = await boltwarden([...args, ...at, '--json']).ended
  return { code, told: JSON.parse(out === '' ? err : out) }
}

function openDatabase() {
  const password = () => databasePasswords.signer
  const address = { host: '127.0.0.1', port: server.port, database, user: 'signer', password }
  return openPostgres({ address, realm: { network: 'REGTEST', fingerprint: '5436d724' } })
}

async function serve(unlock: readonly string[] = folder.unlock) {
  const running = boltwarden(['serve', ...unlock])
  closers.push(() => running.child.kill('SIGKILL'))
  const ready = await running.line((line) => line.message === 'ready')
  const webhookUrl = String(ready.webhook)
  const post = async (body: string) =>
    (await postEvent({ webhookUrl }, body, sign(body, webhookSecret))).status
  const stop = async () => {
    running.child.kill('SIGTERM')
    return (await running.ended).code
  }
  return { post, stop, adminUrl: String(ready.admin) }
}

/** Lets a signer decide, and stops it: a channel and an invoice are known then. */
async function use(invoice: string, points = 0) {
  const { post, stop } = await serve()
  for (let below = 0; below <= points; below++) {
    expect(await post(pointRequest(first - below, now()))).toBe(200)
  }
  expect(await post(hashRequest(invoice, now()))).toBe(200)
  expect(await stop()).toBe(0)
}

async function usedDatabase() {
  folder.use(database)
  expect((await folder.migrate()).code).toBe(0)
  await use('Invoice:1')
}

describe('the commands on PostgreSQL', () => {
  test('status and verify tell how it is, and what is wrong', async () => {
    await usedDatabase()
    expect(await run('store', 'status')).toMatchObject({
      code: 0,
      told: {
        accepted: true,
        realm: { network: 'REGTEST', fingerprint: '5436d724' },
        counts: { channels: 1, invoices: 1, events: 2 },
        seal: { seal: 'ok' },
      },
    })
    expect(await run('store', 'verify')).toMatchObject({
      code: 0,
      told: { sound: true, problems: 0, rows: { states: 2, ledger: 2, audit: 2 } },
    })
    await server.query("UPDATE channels SET id = 'Channel:2'", database)
    expect(await run('store', 'verify')).toMatchObject({
      code: 7,
      told: { sound: false, findings: [{ check: 'channels', at: 'm/3/7' }] },
    })
    expect((await run('store', 'accept', '--reason', 'r', '--yes')).told.error.fault).toMatchObject(
      { expected: expect.stringContaining('nothing is to be accepted') },
    )
  })

  test('the log is verified, exported and pruned', async () => {
    folder.use(database)
    await folder.migrate()
    const old = { who: 'an operator', atMs: Date.now() - 100 * 86_400_000 }
    const backend = await openDatabase()
    await backend.audit.append(auditAct('policy-loaded', old, 'p'))
    await backend[Symbol.asyncDispose]()
    await use('Invoice:1')
    expect(await run('audit', 'verify')).toMatchObject({ code: 0, told: { sound: true, rows: 3 } })
    const out = place('audit.ndjson')
    expect(await run('audit', 'export', '--out', out)).toMatchObject({ code: 0, told: { rows: 3 } })
    expect(await run('audit', 'verify', '--file', out)).toMatchObject({
      code: 0,
      told: { rows: 3 },
    })
    expect(await run('audit', 'prune', '--keep-days', '30')).toMatchObject({
      code: 0,
      told: { pruned: 1, sound: true, anchor: 1 },
    })
    expect(await run('audit', 'verify')).toMatchObject({ code: 0, told: { sound: true, rows: 3 } })
    await server.query(`UPDATE audit SET fact = replace(fact, '"sign"', '"decline"')`, database)
    expect(await run('audit', 'verify')).toMatchObject({ code: 7, told: { sound: false } })
    expect(await run('audit', 'prune', '--keep-days', '1')).toMatchObject({ code: 7 })
  })

  test('an older copy of the database is refused until somebody accepts it', async () => {
    await usedDatabase()
    const copy = await server.createDatabase(database)
    await server.query(`ALTER DATABASE ${copy} OWNER TO owner`)
    await use('Invoice:2')
    folder.use(copy)
    const refused = await boltwarden(['serve', ...folder.unlock]).ended
    expect([refused.code, refused.err]).toEqual([5, expect.stringContaining('STORE_ROLLED_BACK')])
    expect(await run('store', 'status')).toMatchObject({
      code: 7,
      told: { accepted: false, halted: null, seal: { seal: 'STORE_ROLLED_BACK' } },
    })
    const accept = ['store', 'accept', '--reason', 'the primary burnt']
    expect(await run(...accept)).toMatchObject({ code: 2, told: { error: { code: 'USAGE' } } })
    expect(await run(...accept, '--yes')).toMatchObject({ code: 0, told: { accepted: true } })
    await use('Invoice:3')
    expect((await run('audit', 'verify')).code).toBe(0)
    folder.use(database)
    const other = await boltwarden(['serve', ...folder.unlock]).ended
    expect([other.code, other.err]).toEqual([5, expect.stringContaining('STORE_FORKED')])
  })

  test('each of two signers accepts a restored database, and neither takes it back', async () => {
    const other = await postgresFolder(server, platform.url)
    closers.push(other.remove)
    const both = [folder, other]
    for (const each of both) each.use(database)
    await folder.migrate()
    const serveBoth = () => Promise.all(both.map((each) => serve(each.unlock)))
    const stopAll = async (signers: Awaited<ReturnType<typeof serveBoth>>) => {
      for (const { stop } of signers) expect(await stop()).toBe(0)
    }
    const decideEach = async (invoices: readonly string[]) => {
      const signers = await serveBoth()
      for (const [at, { post }] of signers.entries()) {
        expect(await post(hashRequest(invoices[at], now()))).toBe(200)
      }
      await stopAll(signers)
    }
    await decideEach(['Invoice:1', 'Invoice:2'])
    const copy = await server.createDatabase(database)
    await server.query(`ALTER DATABASE ${copy} OWNER TO owner`)
    await decideEach(['Invoice:3', 'Invoice:4'])

    for (const each of both) each.use(copy)
    const statusOf = async ({ unlock }: typeof folder) => {
      const { out } = await boltwarden(['store', 'status', ...unlock, '--json']).ended
      return JSON.parse(out).seal.seal
    }
    const accept = async ({ unlock }: typeof folder, reason: string) => {
      const accepting = ['store', 'accept', '--reason', reason, '--yes', '--json']
      return (await boltwarden([...accepting, ...unlock]).ended).code
    }
    expect([await statusOf(folder), await statusOf(other)]).toEqual([
      'STORE_ROLLED_BACK',
      'STORE_ROLLED_BACK',
    ])
    expect(await accept(folder, 'restored, says the first')).toBe(0)
    expect([await statusOf(folder), await statusOf(other)]).toEqual(['ok', 'STORE_FORKED'])
    const refused = await boltwarden(['serve', ...other.unlock]).ended
    expect([refused.code, refused.err]).toEqual([5, expect.stringContaining('STORE_NOT_ACCEPTED')])
    expect(await accept(other, 'restored, says the second')).toBe(0)
    expect(await accept(other, 'once more')).toBe(2)
    await decideEach(['Invoice:5', 'Invoice:6'])
    expect([await statusOf(folder), await statusOf(other)]).toEqual(['ok', 'ok'])
    await run('audit', 'export', '--out', place('log.ndjson'))
    const log = readFileSync(place('log.ndjson'), 'utf8')
    expect(log.match(/"act":"store-accepted"[^}]*/g)).toEqual([
      expect.stringContaining('says the first'),
      expect.stringContaining('says the second'),
    ])
    for (const each of both) each.use(database)
    expect([await statusOf(folder), await statusOf(other)]).toEqual([
      'STORE_FORKED',
      'STORE_FORKED',
    ])
  }, 180_000)

  test('verify says so where the database is changed while it looks', async () => {
    await usedDatabase()
    const signer = await server.connect(database)
    closers.push(() => signer.end())
    // It has begun by the time at which it reads the log, and waits there.
    await signer.query('BEGIN; LOCK TABLE audit IN ACCESS EXCLUSIVE MODE')
    const verified = run('store', 'verify')
    const waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'audit'::regclass"
    while ((await signer.query(waiting)).rows.length === 0);
    await signer.query('UPDATE chain SET generation = generation + 1; COMMIT')
    expect(await verified).toMatchObject({ code: 5, told: { error: { code: 'STORE_IN_USE' } } })
    expect((await run('store', 'verify')).code).toBe(0)
  })

  test('one without its seals is halted by hand, and refused until it is accepted', async () => {
    await usedDatabase()
    const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8')
    const [, halting = ''] = /```sql\n *(INSERT INTO boltwarden\.halt [^`]*;)/.exec(page) ?? []
    await server.query(halting, database)
    const refused = await boltwarden(['serve', ...folder.unlock]).ended
    expect([refused.code, refused.err]).toEqual([5, expect.stringContaining('STORE_NOT_ACCEPTED')])
    expect(await run('store', 'status')).toMatchObject({
      code: 7,
      told: { accepted: false, halted: { cause: 'restored' } },
    })
    const { lineage } = (await run('store', 'status')).told
    expect(await run('store', 'accept', '--reason', 'by hand', '--yes')).toMatchObject({ code: 0 })
    expect((await run('store', 'status')).told).toMatchObject({ accepted: true, halted: null })
    expect((await run('store', 'status')).told.lineage === lineage).toBe(false)
    await use('Invoice:2')
  })

  test('backup and restore say what to do instead; export writes the state', async () => {
    await usedDatabase()
    for (const args of [
      ['store', 'backup', '--out', place('backup')],
      ['store', 'restore', '--from', place('backup')],
    ]) {
      const { code, told } = await run(...args)
      expect([code, told.error.code]).toEqual([2, 'USAGE'])
      expect(told.error.fault.expected).toMatch(/pg_dump.*point-in-time recovery/)
    }
    const out = place('state.json')
    expect(await run('store', 'export', '--out', out)).toMatchObject({
      code: 0,
      told: { channels: 1, extent: 'complete' },
    })
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
      channels: [{ channel: 7, id: 'Channel:1' }],
      invoices: [{ invoice: 'Invoice:1' }],
    })
  })

  test('a state is imported from SQLite, and comes out as it went in', async () => {
    const exported = async (name: string) => {
      expect((await run('store', 'export', '--out', place(name))).code).toBe(0)
      const { generation: _own, ...state } = JSON.parse(readFileSync(place(name), 'utf8'))
      return state
    }
    const imported = (name: string) => run('store', 'import', '--from', place(name))
    await use('Invoice:1')
    const first = await exported('sqlite.json')
    folder.use(database)
    expect((await imported('sqlite.json')).told.error.message).toContain('STORE_DENIED')
    await folder.migrate()
    expect(await run('store', 'import', '--from', place('sqlite.json'), '--dry-run')).toMatchObject(
      {
        code: 0,
        told: { imported: false, changed: { channels: 1, invoices: 1 } },
      },
    )
    expect(await imported('sqlite.json')).toMatchObject({
      code: 0,
      told: { imported: true, history: 'apart', changed: { channels: 1, invoices: 1 } },
    })
    expect(await exported('postgres.json')).toEqual(first)
    expect((await run('audit', 'export', '--out', place('log.ndjson'))).told).toMatchObject({
      rows: 1,
    })
    const digest = createHash('sha256')
      .update(readFileSync(place('sqlite.json')))
      .digest('hex')
    expect(readFileSync(place('log.ndjson'), 'utf8')).toMatch(
      new RegExp(`"act":"state-imported".*sha256 ${digest}`),
    )

    // The seal of the SQLite file lies here still: it knows another store.
    const { told } = await run('store', 'status')
    expect(told).toMatchObject({ accepted: false, seal: { seal: 'STORE_FORKED' } })
    await run('store', 'accept', '--reason', 'imported', '--yes')
    await use('Invoice:2', 2)
    const newer = await exported('newer.json')
    expect(newer.channels[0].lowestPoint).toBe(first.channels[0].lowestPoint - 2)
    expect(await imported('sqlite.json')).toMatchObject({
      code: 0,
      told: { changed: { channels: 0, invoices: 0, node: false } },
    })
    expect(await exported('after-older.json')).toEqual(newer)

    const text = readFileSync(place('newer.json'), 'utf8').replaceAll('Channel:1', 'Channel:2')
    writeFileSync(place('other.json'), text)
    expect(await imported('other.json')).toMatchObject({
      code: 5,
      told: { error: { code: 'STORE_CONFLICTING' } },
    })
    expect(await exported('after-other.json')).toEqual(newer)
    expect((await run('store', 'verify')).code).toBe(0)
  }, 180_000)

  test('a SQLite file is moved into it, and is signed with no more', async () => {
    await use('Invoice:1')
    const to = `postgres://owner@localhost:${server.port}/${database}`
    const move = ['store', 'move', '--to', to, '--password-file', place('owner')]
    const role = ['--serving-role', 'signer', '--ca-file', folder.certificate, '--yes']
    expect(await run(...move, ...role)).toMatchObject({
      code: 0,
      told: { moved: true, tables: { events: { rows: 2 }, channels: { rows: 1 } } },
    })
    expect((await boltwarden(['serve', ...folder.unlock]).ended).code).toBe(5)
    folder.use(database)
    await use('Invoice:2')
    expect(await run('store', 'verify')).toMatchObject({
      code: 0,
      told: { sound: true, seal: { seal: 'ok' }, rows: { ledger: 4 } },
    })
  })

  test('old events are forgotten, and never declined when they come again', async () => {
    folder.use(database)
    await folder.migrate()
    await pruneCommand(folder, platform, run, serve, await openDatabase())
  }, 180_000)

  test('answers that wait are listed, tried again and dropped', async () => {
    folder.use(database)
    await folder.migrate()
    await outboxCommands(folder, platform, serve)
  })
})
