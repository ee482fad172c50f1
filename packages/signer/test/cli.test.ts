import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { hexToBytes } from '@boltwarden/core/hex'
import { HDKey } from '@scure/bip32'
import { parse } from 'smol-toml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseNumbers } from '../src/cli/keys-show.ts'
import { sampleNames } from '../src/cli/sample-data.ts'
import { version } from '../src/version.ts'
import { readScenario } from './shared/corpus.ts'
import { initFolder, webhookSecret } from './shared/folder.ts'
import { startPlatform } from './shared/platform.ts'
import { boltwarden } from './shared/process.ts'
import { startTestService } from './shared/service.ts'

let platform: Awaited<ReturnType<typeof startPlatform>>
let folder: Awaited<ReturnType<typeof initFolder>>
beforeAll(async () => {
  platform = await startPlatform()
  folder = await initFolder(platform.url)
})
afterAll(async () => {
  await platform.close()
  folder.remove()
})

const run = (...args: readonly string[]) => boltwarden(args).ended

describe('boltwarden', () => {
  test('has the version of its package', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(version).toBe(manifest.version)
    expect(await run('--version')).toMatchObject({ code: 0, out: `${version}\n` })
  })

  test('explains itself, and its exit codes', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    expect(out).toContain('send-test-event')
    expect(out).toContain('7 unhealthy')
  })

  test.each([
    [['fly'], 2],
    [['init', '--dirr', 'x'], 2],
    [['send-test-event'], 2],
    [['keys', 'show', '--passphrase-fd', 'x'], 2],
    [['init', '--non-interactive'], 2],
    [['serve', '--config', 'none.toml'], 3],
    [['keys', 'show', '--config', 'none.toml', '--json'], 3],
  ])('%j exits with %d', async (args, exit) => {
    const { code, out, err } = await run(...args)
    expect([code, out]).toEqual([exit, ''])
    expect(err).not.toBe('')
    if (args.includes('--json')) {
      expect(JSON.parse(err).error).toMatchObject({
        code: 'CONFIG_UNREADABLE',
        fix: expect.any(String),
      })
    }
  })

  test('writes no colour where there is no terminal', async () => {
    const { out } = await run('doctor', ...folder.unlock, '--offline')
    expect(out).not.toContain('\u001b[')
  })
})

describe('keys show', () => {
  test('shows the public side of the recorded seed', async () => {
    const scenario = readScenario('open-anchors')
    const place = mkdtempSync(join(tmpdir(), 'boltwarden-keys-'))
    const put = (name: string, content: string) => {
      writeFileSync(join(place, name), content, { mode: 0o600 })
      return join(place, name)
    }
    const passphraseFile = put('passphrase', 'p')
    const made = await run(
      ...['init', '--non-interactive', '--dir', join(place, 'node'), '--network', 'regtest'],
      ...['--seed-hex-file', put('seed', scenario.seedHex), '--passphrase-file', passphraseFile],
      ...['--webhook-secret-file', put('w', webhookSecret), '--answer', 'respond-directly'],
      ...['--insecure-fast-kdf', '--json'],
    )
    const { config } = JSON.parse(made.out)
    const unlock = ['--config', config, '--passphrase-file', passphraseFile]
    const numbers = ['--channels', '7,0..1', '--destinations', '0..2']
    const { code, out } = await run('keys', 'show', ...unlock, ...numbers, '--json')
    expect(code).toBe(0)
    const shown = JSON.parse(out)
    expect(shown.l1Xpub).toBe(scenario.l1Xpub)
    const master = HDKey.fromMasterSeed(hexToBytes(scenario.seedHex))
    const publicKey = (path: string) =>
      Buffer.from(master.derive(path).publicKey ?? []).toString('hex')
    expect(shown.nodeId).toBe(publicKey('m/0'))
    expect(shown.channels.map(({ path }: { path: string }) => path)).toEqual([
      'm/3/0',
      'm/3/1',
      'm/3/7',
    ])
    expect(Object.values(shown.channels[2].keys)).toEqual(
      [0, 1, 2, 3, 4].map((child) => publicKey(`m/3/7/${child}`)),
    )
    expect(shown.destinations).toEqual(
      [0, 1, 2].map((index) => {
        const path = `m/1/${index}`
        return { index, path, publicKey: publicKey(path) }
      }),
    )
    const plain = await run('keys', 'show', ...unlock, '--destinations', '3')
    expect(plain.out).toContain(`L1 xpub                    ${scenario.l1Xpub}`)
    expect(plain.out).toContain(`m/1/3                      ${publicKey('m/1/3')}`)
    const wrong = await run('keys', 'show', ...unlock, '--destinations', '1..')
    expect([wrong.code, wrong.out]).toEqual([2, ''])
    expect(wrong.err).toContain('--destinations')
    rmSync(place, { recursive: true })
  })

  test('reads ranges of numbers', () => {
    const parse = (text: string) => parseNumbers('--channels', text)
    expect(parse('')).toEqual([])
    expect(parse('0..4,7')).toEqual([0, 1, 2, 3, 4, 7])
    expect(parse('2147483647,3,3')).toEqual([3, 2147483647])
    for (const text of ['2147483648', '5..4', 'x', '1..', '0..1000', '0..999,2000', '-1']) {
      expect(() => parse(text)).toThrow(/--channels/)
    }
  })
})

describe('config print', () => {
  test('is a configuration again', async () => {
    const { code, out } = await run('config', 'print', '--config', folder.config)
    expect(code).toBe(0)
    expect(parse(out)).toMatchObject({ network: 'REGTEST', webhook: { max_in_flight: 64 } })
    const redacted = await run('config', 'print', '--config', folder.config, '--redacted', '--json')
    expect(JSON.parse(redacted.out).platform.api_client_id).toBe('[redacted]')
  })
})

describe('send-test-event', () => {
  let signer: Awaited<ReturnType<typeof startTestService>>
  beforeAll(async () => {
    signer = await startTestService({
      seedHex: '07'.repeat(32),
      webhookSecret,
      platformUrl: platform.url,
    })
    signer.setNow(Date.now())
  })
  afterAll(async () => {
    await signer.service.close()
    signer.remove()
  })

  const send = (...args: readonly string[]) =>
    run(
      ...['send-test-event', '--url', signer.service.webhookUrl, '--json'],
      ...['--secret-file', join(folder.folder, 'webhook-secret'), ...args],
    )

  const statuses: Readonly<Record<string, number>> = {
    RELEASE_PAYMENT_PREIMAGE: 403,
    RELEASE_PER_COMMITMENT_SECRET: 403,
    VLS_MESSAGE: 403,
  }

  test.each([...sampleNames, 'PAYMENT_FINISHED'])(
    '%s is replied to as docs/protocol.md says',
    async (name) => {
      const { code, out, err } = await send('--event', name)
      const sent = JSON.parse(out)
      expect(sent.status).toBe(statuses[name] ?? 200)
      expect([code, err]).toEqual([sent.status === 200 ? 0 : 7, ''])
    },
  )

  test('takes fields from a file', async () => {
    const file = join(folder.folder, 'data.json')
    writeFileSync(file, JSON.stringify({ derivation_path: 'm/3/99' }))
    const args = ['--data-file', file, '--event-id', 'mine', '--entity-id', 'Channel:99']
    const { out } = await send('--event', 'GET_PER_COMMITMENT_POINT', ...args)
    expect(JSON.parse(out).event).toMatchObject({
      event_id: 'mine',
      entity_id: 'Channel:99',
      data: { derivation_path: 'm/3/99', per_commitment_point_idx: expect.any(Number) },
    })
    expect((await send('--event', 'ECDH', '--data-file', folder.config)).code).toBe(2)
    expect((await send('--event', 'not a name')).code).toBe(2)
  })

  test('tells where nothing listens', async () => {
    const secretFile = join(folder.folder, 'webhook-secret')
    const gone = await startPlatform()
    await gone.close()
    const args = ['--url', gone.url, '--secret-file', secretFile, '--event', 'ECDH']
    const { code, err } = await run('send-test-event', ...args)
    expect([code, err]).toEqual([6, expect.stringMatching(/WEBHOOK_UNREACHABLE.*ECONNREFUSED/)])
  })
})

type Check = { readonly status: string; readonly detail: string; readonly fix?: string }
type Checks = Readonly<Record<string, Check>> & {
  readonly store?: Check
  readonly platform?: Check
  readonly clock?: Check
  readonly policy?: Check
}

describe('doctor', () => {
  const doctor = async (...args: readonly string[]) => {
    const { code, out } = await run('doctor', ...folder.unlock, '--json', ...args)
    const { healthy, findings } = JSON.parse(out)
    const byCheck: Checks = Object.fromEntries(
      findings.map((finding: { check: string }) => [finding.check, finding]),
    )
    return { code, healthy, byCheck }
  }

  test('finds everything well', async () => {
    const { code, healthy, byCheck } = await doctor()
    expect(Object.values(byCheck).filter(({ status }) => status === 'fail')).toEqual([])
    expect([code, healthy]).toEqual([0, true])
    expect(byCheck.store?.detail).toContain('durable')
    expect(byCheck.policy?.detail).toMatch(/policy\.toml: enforce, [0-9a-f]{16}$/)
    expect(byCheck['admin tokens']?.detail).toBe('operator')
    expect(byCheck.platform?.detail).toContain('takes the credentials')
    expect(byCheck.clock?.status).toBe('ok')
    expect(byCheck['key store']?.detail).toContain('5436d724')
    expect(byCheck['key store strength']).toMatchObject({ status: 'warn' })
  })

  test('sees who else may change the configuration', async () => {
    const place = dirname(folder.config)
    chmodSync(folder.config, 0o666)
    chmodSync(place, 0o777)
    const { code, byCheck } = await doctor()
    chmodSync(folder.config, 0o600)
    chmodSync(place, 0o700)
    expect(code).toBe(7)
    expect(byCheck[`mode of ${folder.config}`]).toMatchObject({
      status: 'fail',
      detail: '666',
      fix: `chmod go-w ${folder.config}`,
    })
    expect(byCheck[`mode of ${place}`]).toMatchObject({ status: 'fail', detail: '777' })
  })

  test('says what to do about each thing that is wrong', async () => {
    platform.answerWith((_call, response) => {
      response.statusCode = 401
      response.end()
    })
    const file = join(folder.folder, 'webhook-secret')
    chmodSync(file, 0o644)
    const policyFile = join(dirname(folder.config), 'policy.toml')
    const policy = readFileSync(policyFile)
    writeFileSync(policyFile, '[channels]\nadapt = true\n')
    const { code, byCheck } = await doctor()
    writeFileSync(policyFile, 'mode = "observe"\n')
    const observing = (await doctor()).byCheck.policy
    writeFileSync(policyFile, policy)
    chmodSync(file, 0o600)
    expect(observing).toMatchObject({ status: 'warn', fix: expect.stringContaining('replay') })
    expect(byCheck.policy).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining('"channels.adapt" expected one of adopt'),
    })
    expect(code).toBe(7)
    expect(byCheck[`mode of ${file}`]).toMatchObject({ status: 'fail', fix: `chmod 600 ${file}` })
    expect(byCheck.platform?.detail).toContain('PLATFORM_REFUSED')
    expect(byCheck.platform?.fix).toContain('api_client_id')
  })

  test('looks at the rest where the key store does not open', async () => {
    const args = ['doctor', '--config', folder.config, '--json', '--offline']
    const { code, out } = await run(...args)
    expect(code).toBe(7)
    const found = JSON.parse(out).findings
    const status = (check: string) =>
      found.find((one: { check: string }) => one.check === check)?.status
    expect([status('key store'), status('store'), status('curve')]).toEqual(['fail', 'skip', 'ok'])
  })
})
