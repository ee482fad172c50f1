import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openSqlite } from '@boltwarden/store/sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { tamper } from '../../store/test/tamper.ts'
import { hashRequest, pointRequest } from './shared/events.ts'
import { initFolder, webhookSecret } from './shared/folder.ts'
import { outboxCommands } from './shared/outbox-commands.ts'
import { startPlatform } from './shared/platform.ts'
import { boltwarden } from './shared/process.ts'
import { pruneCommand } from './shared/prune-command.ts'
import { postEvent, sign } from './shared/service.ts'

const first = 2 ** 48 - 1

let platform: Awaited<ReturnType<typeof startPlatform>>
let folder: Awaited<ReturnType<typeof initFolder>>
const closers: (() => unknown)[] = []
beforeEach(async () => {
  platform = await startPlatform()
  folder = await initFolder(platform.url)
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  await platform.close()
  folder.remove()
})

const place = (name: string) => join(folder.folder, name)
const storeFile = () => join(dirname(folder.config), 'data', 'boltwarden.sqlite')
const now = () => ({ timestamp: new Date().toISOString() })

/** Runs a command with the configuration, and with the passphrase where it takes one. */
async function run(...args: readonly string[]) {
  const keyless = /^(store (backup|restore|move|export|import|prune)|audit export)\b/.test(
    args.join(' '),
  )
  const at = keyless ? ['--config', folder.config] : folder.unlock
  const { code, out, err } = await boltwarden([...args, ...at, '--json']).ended
  return { code, told: JSON.parse(out === '' ? err : out) }
}

async function serve() {
  const running = boltwarden(['serve', ...folder.unlock])
  closers.push(() => running.child.kill('SIGKILL'))
  const ready = await running.line((line) => line.message === 'ready')
  const webhookUrl = String(ready.webhook)
  const post = async (body: string) =>
    (await postEvent({ webhookUrl }, body, sign(body, webhookSecret))).status
  const stop = async () => {
    running.child.kill('SIGTERM')
    return (await running.ended).code
  }
  return { running, post, stop, adminUrl: String(ready.admin) }
}

/** A store that knows a channel and an invoice. */
async function usedStore() {
  const { post, stop } = await serve()
  expect(await post(pointRequest(first, now()))).toBe(200)
  expect(await post(pointRequest(first - 1, now()))).toBe(200)
  expect(await post(hashRequest('Invoice:1', now()))).toBe(200)
  expect(await stop()).toBe(0)
}

describe('a store that is looked at', () => {
  test('status and verify tell how it is, and what is wrong', async () => {
    await usedStore()
    expect(await run('store', 'status')).toMatchObject({
      code: 0,
      told: {
        accepted: true,
        realm: { network: 'REGTEST', fingerprint: '5436d724' },
        counts: { channels: 1, invoices: 1, events: 3 },
        audit: { head: 3 },
        halted: null,
        seal: { seal: 'ok' },
      },
    })
    expect(await run('store', 'verify')).toMatchObject({
      code: 0,
      told: { sound: true, problems: 0, rows: { states: 2, ledger: 3, audit: 3 } },
    })
    tamper(storeFile(), "UPDATE channels SET id = 'Channel:2'")
    expect(await run('store', 'verify')).toMatchObject({
      code: 7,
      told: { sound: false, findings: [{ check: 'channels', at: 'm/3/7' }] },
    })
    const { code, out } = await boltwarden(['store', 'status', ...folder.unlock]).ended
    expect([code, out]).toEqual([0, expect.stringMatching(/^halted +no$/m)])
  })

  test('verify wants it alone', async () => {
    const { stop } = await serve()
    expect(await run('store', 'verify')).toMatchObject({
      code: 5,
      told: { error: { code: 'STORE_IN_USE', fix: 'Stop the signer first.' } },
    })
    expect((await run('store', 'status')).code).toBe(0)
    await stop()
    expect((await run('store', 'verify')).code).toBe(0)
  })
})

describe('a backup', () => {
  test('is made while the signer runs, and signs nothing until it is accepted', async () => {
    await usedStore()
    const { post, stop } = await serve()
    const made = await run('store', 'backup', '--out', place('backup.db'))
    expect(made).toMatchObject({ code: 0, told: { file: place('backup.db') } })
    expect(statSync(place('backup.db')).mode & 0o777).toBe(0o600)
    expect(await run('store', 'backup', '--out', place('backup.db'))).toMatchObject({ code: 5 })
    expect(await post(hashRequest('Invoice:2', now()))).toBe(200)
    const restore = ['store', 'restore', '--from', place('backup.db')]
    expect((await run(...restore)).told.error.code).toBe('STORE_IN_USE')
    await stop()
    expect((await run(...restore)).told.error.fault.reason).toContain('EEXIST')
    expect(await run(...restore, '--aside', place('old.db'))).toMatchObject({
      code: 0,
      told: { accepted: false },
    })
    expect(existsSync(place('old.db'))).toBe(true)
    const refused = await boltwarden(['serve', ...folder.unlock]).ended
    expect([refused.code, refused.err]).toEqual([5, expect.stringContaining('STORE_NOT_ACCEPTED')])
    expect(await run('store', 'status')).toMatchObject({
      code: 7,
      told: { accepted: false, halted: { cause: 'restored' }, seal: { seal: 'STORE_ROLLED_BACK' } },
    })
    const accept = ['store', 'accept', '--reason', 'the disk broke']
    expect(await run(...accept)).toMatchObject({ code: 2, told: { error: { code: 'USAGE' } } })
    expect(await run(...accept, '--yes')).toMatchObject({
      code: 0,
      told: { accepted: true, reason: 'the disk broke' },
    })
    const again = await serve()
    expect(await again.post(hashRequest('Invoice:3', now()))).toBe(200)
    await again.stop()
    const rows = (await run('audit', 'export', '--out', place('audit.ndjson'))).told.rows
    const lines = readFileSync(place('audit.ndjson'), 'utf8').trim().split('\n')
    expect(lines).toHaveLength(rows + 1)
    expect(lines.map((line) => JSON.parse(line).fact)).toContainEqual(
      expect.objectContaining({ act: 'store-accepted', detail: 'the disk broke' }),
    )
    expect((await run(...accept, '--yes')).told.error.fault.expected).toContain('nothing')
  })

  test('that is only copied into place is noticed by the seal', async () => {
    await usedStore()
    const old = readFileSync(storeFile())
    const { post, stop } = await serve()
    expect(await post(hashRequest('Invoice:2', now()))).toBe(200)
    await stop()
    writeFileSync(storeFile(), old)
    for (const suffix of ['-wal', '-shm']) writeFileSync(`${storeFile()}${suffix}`, '')
    const refused = await boltwarden(['serve', ...folder.unlock]).ended
    expect([refused.code, refused.err]).toEqual([5, expect.stringContaining('STORE_ROLLED_BACK')])
  })
})

describe('a store that is moved', () => {
  test('leaves one that refuses to sign, unless that is meant', async () => {
    await usedStore()
    const move = ['store', 'move', '--to', place('new/state.db')]
    expect((await run(...move)).told.error.fault).toMatchObject({ expected: '--yes' })
    const moved = await run(...move, '--yes')
    expect(moved).toMatchObject({ code: 0, told: { moved: true, tables: { events: { rows: 3 } } } })
    expect((await boltwarden(['serve', ...folder.unlock]).ended).code).toBe(5)
    const accept = ['store', 'accept', '--reason', 'back again', '--yes']
    expect((await run(...accept)).told.error.fault.expected).toContain('--moved')
    folder.edit((text) => text.replace('[store]', `[store]\nfile = "${place('new/state.db')}"`))
    const { post, stop } = await serve()
    expect(await post(hashRequest('Invoice:1', now()))).toBe(200)
    await stop()
    expect((await run('store', 'verify')).told).toMatchObject({ sound: true, seal: { seal: 'ok' } })
  })

  test.each([
    ['postgres://user:secret@host/db', /no password in --to/],
    ['postgres://host/db', /--to as postgres:/],
    ['postgres://user@host', /--to as postgres:/],
  ])('names no place as %s', async (to, expected) => {
    const { code, told } = await run('store', 'move', '--to', to, '--yes')
    expect([code, told.error.fault.expected]).toEqual([2, expect.stringMatching(expected)])
  })
})

describe('the state of a store', () => {
  test('is exported and imported, and nothing is lowered by an older one', async () => {
    await usedStore()
    const exported = (name: string, ...more: string[]) =>
      run('store', 'export', '--out', place(name), ...more)
    expect(await exported('old.json')).toMatchObject({ code: 0, told: { channels: 1 } })
    const { post, stop } = await serve()
    expect(await post(pointRequest(first - 2, now()))).toBe(200)
    expect(await exported('new.json')).toMatchObject({ code: 0 })
    expect((await run('store', 'import', '--from', place('old.json'))).told.error.code).toBe(
      'STORE_IN_USE',
    )
    await stop()
    const older = await run('store', 'import', '--from', place('old.json'))
    expect(older).toMatchObject({ code: 0, told: { history: 'earlier', changed: { channels: 0 } } })

    folder.edit((text) => text.replace('[store]', `[store]\nfile = "${place('fresh/state.db')}"`))
    const into = await run('store', 'import', '--from', place('old.json'))
    expect(into).toMatchObject({ code: 0, told: { changed: { channels: 1, invoices: 1 } } })
    const dry = await run('store', 'import', '--from', place('new.json'), '--dry-run')
    expect(dry.told).toMatchObject({ imported: false, changed: { channels: 1, invoices: 0 } })
    await run('store', 'import', '--from', place('new.json'))
    await exported('again.json')
    const states = ['new.json', 'again.json'].map((name) => {
      const { generation: _changes, ...rest } = JSON.parse(readFileSync(place(name), 'utf8'))
      return rest
    })
    expect(states[1]).toEqual(states[0])
    await exported('minimal.json', '--minimal')
    expect(JSON.parse(readFileSync(place('minimal.json'), 'utf8')).channels).toEqual([
      { channel: 7, id: 'Channel:1', node: 'node_with_server_signing:1', lowestPoint: first - 2 },
    ])
  })

  test('of another seed, or that contradicts, is refused', async () => {
    await usedStore()
    await run('store', 'export', '--out', place('state.json'))
    const text = readFileSync(place('state.json'), 'utf8')
    const refused = async (from: string, to: string) => {
      writeFileSync(place('changed.json'), text.replaceAll(from, to))
      const { code, told } = await run('store', 'import', '--from', place('changed.json'))
      return [code, told.error.code, told.error.message]
    }
    expect(await refused('5436d724', '00000000')).toEqual([
      5,
      'STATE_FILE_INVALID',
      expect.stringContaining('not of 5436d724'),
    ])
    expect(await refused('Channel:1', 'Channel:2')).toEqual([
      5,
      'STORE_CONFLICTING',
      expect.stringContaining('channel m/3/7: id is Channel:1 here, and Channel:2 there'),
    ])
    expect((await refused('"lowestPoint"', '"lowPoint"'))[1]).toBe('STATE_FILE_INVALID')
  })
})

test('old events are forgotten, and never declined when they come again', async () => {
  const realm = { network: 'REGTEST', fingerprint: '5436d724' } as const
  await pruneCommand(folder, platform, run, serve, openSqlite({ path: storeFile(), realm }))
})

test('answers that wait are listed, tried again and dropped', async () => {
  await outboxCommands(folder, platform, serve)
})
