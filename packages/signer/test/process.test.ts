import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { bodyOf } from './shared/body.ts'
import { hashRequest, testTime } from './shared/events.ts'
import { initFolder, passphrase, webhookSecret } from './shared/folder.ts'
import { accept, startPlatform } from './shared/platform.ts'
import { boltwarden, type Running } from './shared/process.ts'
import { postEvent, sign } from './shared/service.ts'
import { withResolvers } from './shared/with-resolvers.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function prepare() {
  const platform = await startPlatform()
  closers.push(platform.close)
  const folder = await initFolder(platform.url)
  closers.push(folder.remove)
  return { platform, folder }
}

async function serve(args: readonly string[], options: Parameters<typeof boltwarden>[1] = {}) {
  const running = boltwarden(['serve', ...args], options)
  closers.push(() => running.child.kill('SIGKILL'))
  const ready = await running.line((line) => line.message === 'ready')
  const webhookUrl = String(ready.webhook)
  const post = (body: string) => postEvent({ webhookUrl }, body, sign(body, webhookSecret))
  return { running, ready, post, adminUrl: String(ready.admin) }
}

const now = () => ({ timestamp: new Date().toISOString() })

async function stopped({ child, ended }: Running, signal: NodeJS.Signals = 'SIGTERM') {
  child.kill(signal)
  return ended
}

describe('serve', () => {
  test('says what runs, and tells how it is', async () => {
    const { folder } = await prepare()
    const { ready, adminUrl, running } = await serve(folder.unlock)
    expect(ready).toMatchObject({ network: 'REGTEST', fingerprint: '5436d724', level: 'info' })
    expect(await (await fetch(`${adminUrl}/livez`)).text()).toBe('ok\n')
    const readyz = await fetch(`${adminUrl}/readyz`)
    expect([readyz.status, (await bodyOf(readyz)).ready]).toEqual([200, true])
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
    expect(metrics).toContain(`boltwarden_build_info{version="0.1.0",node="${process.version}"} 1`)
    expect(metrics).toContain(`boltwarden_key_backend_info{backend="${ready.secp256k1}"} 1`)
    expect((await stopped(running, 'SIGINT')).code).toBe(0)
  })

  test('SIGTERM lets what is in flight finish, refuses what is new, and exits 0', async () => {
    const { platform, folder } = await prepare()
    const gate = withResolvers<void>()
    const arrived = withResolvers<void>()
    platform.answerWith(async (call, response) => {
      arrived.resolve()
      await gate.promise
      accept(call, response)
    })
    const { running, post } = await serve(folder.unlock)
    const inFlight = post(hashRequest('Invoice:1', now()))
    await arrived.promise
    running.child.kill('SIGTERM')
    await running.line((line) => line.message === 'draining')
    const late = post(hashRequest('Invoice:2', now())).then(
      (reply) => reply.status,
      () => 'refused',
    )
    expect([503, 'refused']).toContain(await late)
    gate.resolve()
    expect((await inFlight).status).toBe(200)
    const { code, out } = await running.ended
    expect(code).toBe(0)
    expect(out).toContain('"message":"stopped"')
    expect(platform.calls).toHaveLength(1)
  })

  test('kill -9 after the commit and before the answer: the retry gets the same answer', async () => {
    const { platform, folder } = await prepare()
    const arrived = withResolvers<void>()
    platform.answerWith(() => arrived.resolve())
    const first = await serve(folder.unlock)
    const body = hashRequest('Invoice:1', now())
    const lost = first.post(body).then(
      () => 'answered',
      () => 'lost',
    )
    await arrived.promise
    first.running.child.kill('SIGKILL')
    expect((await first.running.ended).signal).toBe('SIGKILL')
    expect(await lost).toBe('lost')
    platform.answerWith(accept)
    const second = await serve(folder.unlock)
    expect((await second.post(body)).status).toBe(200)
    expect(platform.calls).toHaveLength(2)
    expect(platform.calls[1]).toEqual(platform.calls[0])
    expect(second.running.text()).toContain('"repeated":true')
    expect((await stopped(second.running)).code).toBe(0)
  })

  test('SIGHUP takes new webhook secrets, and keeps the old where they are bad', async () => {
    const { folder } = await prepare()
    const { running, ready } = await serve(folder.unlock)
    const webhookUrl = String(ready.webhook)
    const statusWith = async (secret: string) => {
      const body = hashRequest('Invoice:1', now())
      return (await postEvent({ webhookUrl }, body, sign(body, secret))).status
    }
    const file = join(folder.folder, 'webhook-secret')
    writeFileSync(file, 'the-next-webhook-secret')
    running.child.kill('SIGHUP')
    await running.line((line) => line.message === 'webhook secrets reloaded')
    expect([await statusWith(webhookSecret), await statusWith('the-next-webhook-secret')]).toEqual([
      401, 200,
    ])
    // The list may grow: both are accepted while the platform changes over.
    const second = join(folder.folder, 'second-webhook-secret')
    writeFileSync(second, 'the-second-webhook-secret', { mode: 0o600 })
    folder.edit((text) => text.replace(/secret_files = \[/, `secret_files = ["${second}", `))
    running.child.kill('SIGHUP')
    await running.line((line) => line.count === 2)
    expect(await statusWith('the-second-webhook-secret')).toBe(200)
    expect(await statusWith('the-next-webhook-secret')).toBe(200)
    writeFileSync(file, 'short')
    running.child.kill('SIGHUP')
    await running.line((line) => String(line.message).startsWith('webhook secrets not reloaded'))
    expect(await statusWith('the-next-webhook-secret')).toBe(200)
    expect((await stopped(running)).code).toBe(0)
  })

  test('SIGUSR1 opens no debugger, through which anybody here could read the keys', async () => {
    const { folder } = await prepare()
    const { running } = await serve(folder.unlock)
    running.child.kill('SIGUSR1')
    await running.line((line) => line.message === 'ignored: it would open a debugger')
    const { code, err } = await stopped(running)
    expect([code, err]).toEqual([0, ''])
  })

  test('takes the passphrase from a file descriptor or systemd', async () => {
    const { folder } = await prepare()
    const byFd = ['--config', folder.config, '--passphrase-fd', '0']
    const first = await serve(byFd, { input: passphrase })
    expect((await stopped(first.running)).code).toBe(0)
    const credentials = join(folder.folder, 'boltwarden-passphrase')
    writeFileSync(credentials, passphrase, { mode: 0o400 })
    const env = { CREDENTIALS_DIRECTORY: folder.folder }
    const second = await serve(['--config', folder.config], { env })
    expect((await stopped(second.running)).code).toBe(0)
  })

  test('a seed from the environment needs its flag, and is warned of', async () => {
    const { folder } = await prepare()
    const env = { BOLTWARDEN_SEED_HEX: '000102030405060708090a0b0c0d0e0f' }
    const without = await boltwarden(['serve', '--config', folder.config], { env }).ended
    expect([without.code, without.err]).toEqual([4, expect.stringContaining('PASSPHRASE_MISSING')])
    const args = ['--config', folder.config, '--insecure-seed-from-env']
    const other = await boltwarden(['serve', ...args], { env }).ended
    expect([other.code, other.err]).toEqual([4, expect.stringContaining('KEY_MISMATCH')])
    folder.edit((text) => text.replace('5436d724', '3442193e'))
    const { running } = await serve(args, { env })
    await running.line((line) => line.level === 'warn' && line.variable === 'BOLTWARDEN_SEED_HEX')
    expect((await stopped(running)).code).toBe(0)
  })

  test.each([
    ['a wrong passphrase', 4, 'KEY_STORE_LOCKED', ['--passphrase-fd', '0'], 'wrong'],
    ['no passphrase', 4, 'PASSPHRASE_MISSING', [], ''],
  ])('%s: exit code %d', async (_name, exit, code, args, input) => {
    const { folder } = await prepare()
    const { code: got, err } = await boltwarden(['serve', '--config', folder.config, ...args], {
      input,
    }).ended
    expect([got, err]).toEqual([exit, expect.stringContaining(`boltwarden: ${code}: `)])
  })

  test('a port in use: exit code 6', async () => {
    const { platform, folder } = await prepare()
    folder.edit((text) => text.replace('port = 0', `port = ${new URL(platform.url).port}`))
    const { code, err } = await boltwarden(['serve', ...folder.unlock]).ended
    expect([code, err]).toEqual([6, expect.stringMatching(/LISTEN_FAILED.*EADDRINUSE/)])
  })

  test.each(['throw', 'return Promise.reject'])(
    'a bug ends the process with a code: %s',
    async (how) => {
      const { folder } = await prepare()
      const preload = join(folder.folder, 'bug.mjs')
      const bug = `${how}(new Error('can' + 'ary-of-the-bug'))`
      writeFileSync(preload, `process.on('SIGUSR2', () => { ${bug} })`)
      const env = { NODE_OPTIONS: `--import ${preload}` }
      const { running } = await serve(folder.unlock, { env })
      const { code: exit, out } = await stopped(running, 'SIGUSR2')
      expect(exit).toBe(1)
      expect(out).toContain('"level":"fatal"')
      expect(out).toContain('"code":"INTERNAL"')
      expect(out).not.toContain('canary')
    },
  )

  test('holds old events by its own clock', async () => {
    const { folder } = await prepare()
    const { running, post } = await serve(folder.unlock)
    const reply = await post(
      hashRequest('Invoice:1', { timestamp: testTime.replace('2026', '2020') }),
    )
    expect(reply.status).toBe(503)
    expect((await stopped(running)).code).toBe(0)
  })
})
