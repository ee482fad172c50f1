import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inspect } from 'node:util'
import { hexToBytes } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { AccountTokenAuthProvider, LightsparkClient } from '@boltwarden/sdk'
import { HDKey } from '@scure/bip32'
import { mnemonicToSeedSync } from '@scure/bip39'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { systemEntropy } from '../src/entropy.ts'
import { SignerFault } from '../src/fault.ts'
import { createLogger, errorFacts } from '../src/logging.ts'
import { WebhookSecrets } from '../src/webhook-secrets.ts'
import { badJobs, eventBody, hashRequest, pointRequest } from './shared/events.ts'
import { apiSecret, initFolder, passphrase, phrase, webhookSecret } from './shared/folder.ts'
import { type Call, startPlatform } from './shared/platform.ts'
import { boltwarden } from './shared/process.ts'
import { postEvent, sign } from './shared/service.ts'

const seed = mnemonicToSeedSync(phrase)
const master = HDKey.fromMasterSeed(seed)
const initialIndex = 2 ** 48 - 1

/** Every secret in every spelling that could slip out, by what it is. */
function canaries(answers: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const bytes = (name: string, value: Uint8Array) => {
    const buffer = Buffer.from(value)
    found.set(`${name} in hex`, buffer.toString('hex'))
    found.set(`${name} in base64`, buffer.toString('base64'))
    found.set(`${name} as numbers`, buffer.subarray(0, 16).join(','))
    found.set(`${name} as printed`, inspect(buffer).slice(8, 56))
  }
  bytes('seed', seed)
  bytes('first half of the seed', seed.subarray(0, 32))
  const paths = ['m', 'm/0', "m/4'", 'm/5', 'm/3/7', 'm/3/7/0', 'm/3/7/3', "m/84'/2'/0'/0/0"]
  for (const path of paths) bytes(`key ${path}`, master.derive(path).privateKey ?? new Uint8Array())
  bytes(
    'channel seed',
    createHash('sha256')
      .update(master.derive('m/3/7').privateKey ?? '')
      .digest(),
  )
  found.set('xprv', master.privateExtendedKey)
  found.set('a word', 'abandon')
  found.set('passphrase', passphrase)
  found.set('webhook secret', webhookSecret)
  found.set('API secret', apiSecret)
  found.set('API token', Buffer.from(`client:${apiSecret}`).toString('base64'))
  for (const [i, answer] of answers.entries()) found.set(`answer ${i}`, answer)
  return found
}

function expectClean(text: string, secrets: ReadonlyMap<string, string>): void {
  const lower = text.toLowerCase()
  const leaked = [...secrets].filter(([, value]) => lower.includes(value.toLowerCase()))
  expect(leaked.map(([name]) => name)).toEqual([])
}

describe('secrets stay inside: the process', () => {
  let platform: Awaited<ReturnType<typeof startPlatform>>
  let folder: Awaited<ReturnType<typeof initFolder>>
  beforeAll(async () => {
    platform = await startPlatform()
    folder = await initFolder(platform.url)
    folder.edit((text) =>
      `${text}level = "trace"\n`.replace('# file = "capture/events', 'file = "capture/events'),
    )
  })
  afterAll(async () => {
    await platform.close()
    folder.remove()
  })

  test('logs, replies, metrics, and the output of every command', async () => {
    const running = boltwarden(['serve', ...folder.unlock])
    const ready = await running.line((line) => line.message === 'ready')
    const webhookUrl = String(ready.webhook)
    const texts = [folder.init.out, folder.init.err]
    for (const body of everything()) {
      for (const signature of [sign(body, webhookSecret), sign(body, 'another secret')]) {
        const reply = await postEvent({ webhookUrl }, body, signature)
        texts.push(await reply.text(), inspect([...reply.headers]))
      }
    }
    for (const path of ['livez', 'readyz', 'metrics', 'none']) {
      texts.push(await (await fetch(`${ready.admin}/${path}`)).text())
    }
    for (const args of [
      ['doctor', ...folder.unlock],
      ['doctor', ...folder.unlock, '--json'],
      ['keys', 'show', ...folder.unlock, '--channels', '0..4,7', '--json'],
      ['config', 'print', '--config', folder.config],
      ['config', 'print', '--config', folder.config, '--redacted', '--json'],
    ]) {
      const { out, err } = await boltwarden(args).ended
      texts.push(out, err)
    }
    const capture = join(dirname(folder.config), 'capture', 'events.ndjson')
    const admin = ['--config', folder.config, '--admin-url', String(ready.admin), '--json']
    const policy = join(dirname(folder.config), 'policy.toml')
    for (const args of [
      ['policy', 'replay', capture, '--policy', policy, ...folder.unlock],
      ['policy', 'replay', capture, '--policy', policy, ...folder.unlock, '--json'],
      ['policy', 'reload', ...admin],
      ['channels', 'list', ...admin],
      ['intents', 'add', 'payment', '--payment-hash', '12'.repeat(32), ...admin],
      ['intents', 'list', ...admin],
    ]) {
      const { out, err } = await boltwarden(args).ended
      texts.push(out, err)
    }
    // Bodies are kept as they came, bait and all; what the signer adds to them must be clean.
    const captured = readFileSync(capture, 'utf8').trim().split('\n')
    expect(captured.length).toBeGreaterThan(3)
    for (const line of captured) texts.push(JSON.stringify({ ...JSON.parse(line), body: '' }))
    const sendArgs = ['send-test-event', '--url', webhookUrl, '--event', 'ECDH', '--json']
    const secretFile = join(folder.folder, 'webhook-secret')
    const sent = await boltwarden([...sendArgs, '--secret-file', secretFile]).ended
    texts.push(sent.out, sent.err)
    // A configuration where somebody put a secret into the wrong place.
    folder.edit((text) => text.replace('[admin]', `api_secret "${apiSecret}"\n[admin]`))
    const broken = await boltwarden(['doctor', ...folder.unlock]).ended
    texts.push(broken.out, broken.err)
    running.child.kill('SIGTERM')
    const { out, err, code } = await running.ended
    texts.push(out, err)
    expect(code).toBe(0)
    const answers = platform.calls.flatMap(secretsOf)
    expect(answers.length).toBeGreaterThanOrEqual(3)
    const [, token = ''] = readFileSync(join(dirname(folder.config), 'admin-token'), 'utf8').split(
      ' ',
    )
    expectClean(texts.join('\n'), new Map([...canaries(answers), ['admin token', token.trim()]]))
  })
})

/** What only the platform may see of an answer. */
function secretsOf({ variables }: Call): string[] {
  return ['payment_preimage', 'per_commitment_secret', 'shared_secret', 'signature'].flatMap(
    (name) => {
      const value = variables[name]
      return typeof value === 'string' ? [value] : []
    },
  )
}

/** Events that are answered, refused, declined, malformed. */
function everything(): readonly string[] {
  const now = { timestamp: new Date().toISOString() }
  const bitcoin_network = 'REGTEST'
  const per = (sub_event_type: string, index: number) =>
    pointRequest(index, now, { sub_event_type })
  const data = (sub_event_type: string, more: object) =>
    eventBody({ sub_event_type, bitcoin_network, ...more }, now)
  return [
    hashRequest('Invoice:1', now),
    per('GET_PER_COMMITMENT_POINT', initialIndex),
    per('GET_PER_COMMITMENT_POINT', initialIndex - 1),
    per('RELEASE_PER_COMMITMENT_SECRET', initialIndex),
    per('RELEASE_PER_COMMITMENT_SECRET', initialIndex - 5),
    data('ECDH', {
      peer_public_key: '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    }),
    data('SIGN_INVOICE', { invoice_id: 'Invoice:1', payreq_hash: '11'.repeat(32) }),
    data('RELEASE_PAYMENT_PREIMAGE', { invoice_id: 'Invoice:2', preimage_nonce: '22'.repeat(32) }),
    badJobs(2, now),
    eventBody(undefined, { ...now, event_type: 'PAYMENT_FINISHED' }),
    data('VLS_MESSAGE', {}),
    // Secrets in places where an error might quote them.
    data('RELEASE_PAYMENT_PREIMAGE', {
      invoice_id: 'Invoice:3',
      preimage_nonce: seed.subarray(0, 31).toString(),
    }),
    data('GET_PER_COMMITMENT_POINT', { derivation_path: webhookSecret }),
    `{"event_type": ${webhookSecret}`,
  ]
}

describe('secrets stay inside: the objects', () => {
  const show = (value: unknown) =>
    [
      inspect(value, { depth: 20, showHidden: true, getters: true, maxArrayLength: null }),
      JSON.stringify(value) ?? '',
      String(value),
    ].join('\n')

  test('keychain, webhook secrets, client', () => {
    const keychain = Keychain.fromSeed(seed, { secp256k1: portable })
    keychain.publicKey({ purpose: 'channel-key', channel: 7, key: 'funding' })
    keychain.publicKey({ purpose: 'node-identity' })
    const auth = new AccountTokenAuthProvider('client', apiSecret)
    const client = new LightsparkClient(auth, 'http://127.0.0.1:1')
    const folder = join(process.cwd(), 'package.json')
    const secrets = canaries([])
    for (const value of [keychain, auth, client, { keychain, folder }]) {
      expectClean(show(value), secrets)
    }
    keychain.dispose()
  })

  test('webhook secrets', async () => {
    const platform = await startPlatform()
    const folder = await initFolder(platform.url)
    const file = join(folder.folder, 'webhook-secret')
    writeFileSync(file, webhookSecret, { mode: 0o600 })
    const held = WebhookSecrets.load([file], { allowExposed: false, warn: () => {} })
    expectClean(show(held), canaries([]))
    await platform.close()
    folder.remove()
  })

  test('errors, with their causes', () => {
    const lines: string[] = []
    const target = { write: (line: string) => lines.push(line) }
    const logger = createLogger({ level: 'trace' }, { clock: systemClock, target })
    const quoting = new SyntaxError(`Unexpected token ${webhookSecret} in JSON`)
    const wrapped = new SignerFault({ code: 'INTERNAL' }, { cause: quoting })
    for (const error of [quoting, wrapped, new Error('x', { cause: wrapped }), webhookSecret]) {
      logger.error({ error: errorFacts(error) }, 'failed')
    }
    expect(lines).toHaveLength(4)
    expectClean(lines.join(''), canaries([]))
  })

  test('the canaries are found where they are', () => {
    const secrets = canaries([])
    for (const text of [seed.toString(), Buffer.from(seed).toString('hex'), phrase, passphrase]) {
      expect(() => expectClean(text, secrets)).toThrow()
    }
    expect(() => expectClean(inspect(Buffer.from(seed)), secrets)).toThrow()
    expect(systemEntropy.bytes(32)).not.toEqual(hexToBytes('00'.repeat(32)))
  })
})
