import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { eventBody } from './shared/events.ts'
import { initFolder } from './shared/folder.ts'
import { startPlatform } from './shared/platform.ts'
import { boltwarden } from './shared/process.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function serve() {
  const platform = await startPlatform()
  const folder = await initFolder(platform.url)
  const running = boltwarden(['serve', ...folder.unlock])
  closers.push(platform.close, folder.remove, () => running.child.kill('SIGKILL'))
  const ready = await running.line((line) => line.message === 'ready')
  const adminUrl = String(ready.admin)
  const at = ['--config', folder.config, '--admin-url', adminUrl]
  const command = async (...args: string[]) => {
    const { code, out, err } = await boltwarden([...args, ...at, '--json']).ended
    return { code, told: JSON.parse(out === '' ? err : out) }
  }
  const policyFile = join(dirname(folder.config), 'policy.toml')
  return { folder, running, adminUrl, at, command, policyFile }
}

const channelRequest = (sub_event_type: string, below: number, event_id: string) =>
  eventBody(
    {
      sub_event_type,
      bitcoin_network: 'REGTEST',
      derivation_path: 'm/3/7',
      per_commitment_point_idx: 2 ** 48 - 1 - below,
      node_id: 'node:1',
    },
    { entity_id: 'Channel:1', event_id },
  )
const releaseRequest = channelRequest('RELEASE_PER_COMMITMENT_SECRET', 0, 'e-1')
const pointRequest = (below: number) =>
  channelRequest('GET_PER_COMMITMENT_POINT', below, `e-${below}`)

describe('commands that speak to a running signer', () => {
  test('policy reload tells what changed, and why it did not', async () => {
    const { command, policyFile, at } = await serve()
    writeFileSync(policyFile, 'mode = "observe"')
    const applied = await command('policy', 'reload')
    expect(applied).toMatchObject({
      code: 0,
      told: { changes: [{ key: 'mode', from: 'enforce', to: 'observe' }] },
    })
    writeFileSync(policyFile, 'mood = "observe"')
    const refused = await command('policy', 'reload')
    expect(refused.code).toBe(2)
    expect(refused.told.error).toMatchObject({ code: 'ADMIN_REFUSED', fault: { status: 422 } })
    expect(refused.told.error.fault.reason).toContain('did you mean "mode"')
    writeFileSync(policyFile, '[payments]\nhourly_sats = 5\n')
    const { out } = await boltwarden(['policy', 'reload', ...at]).ended
    expect(out).toContain('mode: "observe" → "enforce"\npayments.hourly_sats: (none) → 5\n')
  })

  test('intents are added, listed and revoked', async () => {
    const { command, at } = await serve()
    const hash = 'cd'.repeat(32)
    const payment = ['--payment-hash', hash, '--max-amount-sats', '2100000000000000']
    const added = await command('intents', 'add', 'payment', ...payment, '--expires-in', '2h')
    expect(added).toMatchObject({ code: 0, told: { created: true, intent: { id: hash } } })
    const address = 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202'
    const withdrawal = ['--address', address, '--amount-sats', '700', '--id', 'rent']
    await command('intents', 'add', 'withdrawal', ...withdrawal)
    const again = await command('intents', 'add', 'withdrawal', ...withdrawal)
    expect(again.told.created).toBe(false)
    const { out } = await boltwarden(['intents', 'list', ...at]).ended
    expect(out.split('\n')).toEqual([
      expect.stringContaining(`open     ${hash}  at most 2100000000000000 sat`),
      expect.stringContaining(`open     rent  700 sat to ${address}, until 20`),
      '',
    ])
    expect((await command('intents', 'revoke', 'rent')).told).toEqual({ id: 'rent', removed: true })
    expect((await command('intents', 'list')).told.intents).toHaveLength(1)
    const bad = await command('intents', 'add', 'payment', ...payment, '--expires-in', '2 weeks')
    expect([bad.code, bad.told.error.code]).toEqual([2, 'USAGE'])
  })

  test('channels are adopted once it is confirmed, and shown', async () => {
    const { command, at } = await serve()
    const ids = ['--channel', '2006661495', '--id', 'Channel:1', '--node', 'node:1']
    const adopt = ['channels', 'adopt', ...ids, '--last-released', '281474976710600']
    expect(await command(...adopt)).toMatchObject({ code: 2, told: { adopted: false } })
    expect((await command('channels', 'list')).told).toEqual({ channels: [] })
    const adopted = await command(...adopt, '--confirm')
    expect(adopted).toMatchObject({ code: 0, told: { adopted: true } })
    const twice = await command(...adopt, '--confirm')
    expect(twice.told.error.fault.reason).toContain('ADMIN_CONFLICT')
    const { out } = await boltwarden(['channels', 'show', 'm/3/2006661495', ...at]).ended
    expect(out).toMatch(/^known since +it was adopted$/m)
    expect(out).toMatch(/^next secret +281474976710599$/m)
    expect((await command('channels', 'show', '1')).told.error.fault.reason).toContain(
      'ADMIN_UNKNOWN',
    )
  })

  test('need the token, and a signer that runs', async () => {
    const { folder, adminUrl, running, command } = await serve()
    const file = join(dirname(folder.config), 'admin-token')
    const token = readFileSync(file, 'utf8')
    expect(token).toMatch(/^operator [A-Za-z0-9_-]{43}\n$/)
    writeFileSync(file, `operator ${'x'.repeat(43)}`)
    const wrong = await command('intents', 'list')
    expect(wrong.told.error.fault).toMatchObject({ code: 'ADMIN_REFUSED', status: 401 })
    // The new token holds once the signer has read it.
    running.child.kill('SIGHUP')
    await running.line((line) => line.message === 'policy reloaded')
    expect((await command('intents', 'list')).code).toBe(0)
    running.child.kill('SIGTERM')
    await running.ended
    expect(running.text()).not.toContain(token.slice(9, 30))
    const gone = await boltwarden([
      'intents',
      'list',
      '--config',
      folder.config,
      '--admin-url',
      adminUrl,
    ]).ended
    expect([gone.code, gone.err]).toEqual([6, expect.stringContaining('ECONNREFUSED')])
    folder.edit((text) => text.replace(/^token_file = .*$/m, ''))
    const without = await boltwarden(['intents', 'list', '--config', folder.config]).ended
    expect([without.code, without.err]).toEqual([2, expect.stringContaining('admin.token_file')])
  })

  test('policy explain and replay need no running signer, nor the key store twice', async () => {
    const { folder } = await serve()
    const put = (name: string, text: string) => {
      writeFileSync(join(folder.folder, name), text)
      return join(folder.folder, name)
    }
    const event = put('event.json', releaseRequest)
    const capture = put('capture.ndjson', `${pointRequest(0)}\n${pointRequest(1000)}\n`)
    const warn = put('warn.toml', '[rules]\npolicy-optional-fail-fast = "warn"\n')
    const explained = await boltwarden(['policy', 'explain', event, ...folder.unlock]).ended
    expect(explained.out).toMatch(
      /^release-per-commitment-secret e-1, 2026-01-01T00:00:00.000Z\ndecline, by policy [0-9a-f]{16}\n/,
    )
    expect(explained.out).toMatch(
      /^ERROR policy-lightspark-unknown-channel\n {8}the channel was never seen/m,
    )
    expect(explained.out).toMatch(/^ok +policy-lightspark-release-order \(mandatory\)$/m)
    const keys = join(folder.folder, 'public.json')
    const noted = ['policy', 'replay', capture, '--policy', warn, '--write-public-keys', keys]
    const replayed = await boltwarden([...noted, ...folder.unlock]).ended
    expect([replayed.code, replayed.out]).toEqual([
      0,
      expect.stringMatching(/^ +1 {2}decline → sign$/m),
    ])
    expect(replayed.out).toContain('line 2, get-per-commitment-point e-1000')
    // Without the key store, and without a configuration.
    const against = ['--policy', warn, '--against', warn, '--public-keys', keys, '--json']
    const other = await boltwarden(['policy', 'replay', capture, ...against], { env: {} }).ended
    expect(JSON.parse(other.out)).toMatchObject({ judged: 2, differences: [] })
    const bad = await boltwarden(['policy', 'explain', warn, ...folder.unlock]).ended
    expect([bad.code, bad.err]).toEqual([3, expect.stringContaining('CAPTURE_UNREADABLE')])
  })

  test('SIGHUP takes the policy too, and keeps the one before where it is bad', async () => {
    const { running, policyFile } = await serve()
    writeFileSync(policyFile, 'mode = "observe"')
    running.child.kill('SIGHUP')
    expect(await running.line((line) => line.message === 'policy reloaded')).toMatchObject({
      who: 'SIGHUP',
      mode: 'observe',
    })
    writeFileSync(policyFile, 'mode = ')
    running.child.kill('SIGHUP')
    await running.line((line) => line.message === 'policy not reloaded; the one before stays')
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
  })
})
