import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@boltwarden/core/secret'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AskOptions, Dialogue } from '../src/cli/dialogue.ts'
import { runInit } from '../src/cli/init.ts'
import type { InitFlags } from '../src/cli/init-plan.ts'
import { loadConfig } from '../src/config/load.ts'
import { keyStoreWorkFactor, readKeyStore } from '../src/keystore/age-file.ts'
import { recordingTerminal } from './shared/terminal.ts'

// The seed of bitcoinjs's fixture for this phrase with an empty passphrase.
const phrase = `${'abandon '.repeat(23)}art`
const phraseFacts = { fingerprint: '5436d724' }

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'boltwarden-init-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function put(name: string, content: string): string {
  const file = join(folder, name)
  writeFileSync(file, content, { mode: 0o600 })
  return file
}

function flags(more: Partial<InitFlags> = {}): InitFlags {
  return {
    dir: join(folder, 'node'),
    network: 'regtest',
    nonInteractive: true,
    answer: 'mutation',
    passphraseFile: put('passphrase', 'correct horse battery\n'),
    webhookSecretFile: [put('webhook-secret', 'a-webhook-secret-of-the-platform\n')],
    apiClientId: 'client',
    apiClientSecretFile: put('api-secret', 'api secret\n'),
    insecureFastKdf: true,
    json: true,
    ...more,
  }
}

async function opened(file: string, passphrase: string) {
  return readKeyStore(file, new Secret(new TextEncoder().encode(passphrase)))
}

describe('scripted ceremony', () => {
  test('imports a phrase', async () => {
    const { terminal, written } = recordingTerminal()
    await runInit(flags({ phraseFile: put('phrase', phrase) }), terminal)
    const summary = JSON.parse(written.out)
    expect(summary).toMatchObject({ network: 'REGTEST', ...phraseFacts })
    expect(summary.nodeId).toMatch(/^0[23][0-9a-f]{64}$/)
    expect(summary.l1Xpub).toMatch(/^tpub/)
    expect(readdirSync(join(folder, 'node')).sort()).toEqual([
      'admin-token',
      'boltwarden.toml',
      'data',
      'keystore.age',
      'policy.toml',
    ])
    expect(statSync(join(folder, 'node')).mode & 0o777).toBe(0o700)
    const config = loadConfig(summary.config)
    expect(config.keys.fingerprint).toBe(phraseFacts.fingerprint)
    expect(config.webhook.secret_files).toEqual([join(folder, 'webhook-secret')])
    const document = await opened(summary.keyStore, 'correct horse battery')
    expect(document.origin).toBe('bip39-24-words')
    expect(written.err).toContain('--insecure-fast-kdf')
  })

  test('makes a phrase, writes it for the backup, and takes it again', async () => {
    const phraseOutFile = join(folder, 'new-phrase')
    const first = recordingTerminal()
    await runInit(flags({ generate: true, phraseOutFile }), first.terminal)
    expect(statSync(phraseOutFile).mode & 0o777).toBe(0o600)
    expect(readFileSync(phraseOutFile, 'utf8').trim().split(' ')).toHaveLength(24)
    const second = recordingTerminal()
    const dir = join(folder, 'again')
    await runInit(flags({ dir, phraseFile: phraseOutFile }), second.terminal)
    const { fingerprint, nodeId, l1Xpub } = JSON.parse(first.written.out)
    expect(JSON.parse(second.written.out)).toMatchObject({ fingerprint, nodeId, l1Xpub })
    // One word alone may stand in any sentence.
    const words = readFileSync(phraseOutFile, 'utf8').trim().split(' ')
    for (const [i, word] of words.slice(1).entries()) {
      expect(first.written.out + first.written.err).not.toContain(`${words[i]} ${word}`)
    }
  })

  test('imports a hex seed', async () => {
    const { terminal, written } = recordingTerminal()
    await runInit(flags({ seedHexFile: put('seed', '000102030405060708090a0b0c0d0e0f') }), terminal)
    // BIP 32, test vector 1.
    expect(JSON.parse(written.out).fingerprint).toBe('3442193e')
  })

  test('uses scrypt as strong as age does unless told otherwise', async () => {
    const { terminal, written } = recordingTerminal()
    const strong = flags({ phraseFile: put('phrase', phrase), insecureFastKdf: false })
    await runInit(strong, terminal)
    expect(keyStoreWorkFactor(JSON.parse(written.out).keyStore)).toBe(18)
    expect(written.err).toBe('')
  })

  test('takes no passphrase that is quickly guessed, and leaves nothing behind', async () => {
    const { terminal } = recordingTerminal()
    const phraseOutFile = join(folder, 'new-phrase')
    const short = flags({
      generate: true,
      phraseOutFile,
      passphraseFile: put('short', 'elevenchars\n'),
      insecureFastKdf: false,
    })
    await expect(runInit(short, terminal)).rejects.toMatchObject({
      code: 'SECRET_INVALID',
      fault: { expected: 'at least 12 bytes' },
    })
    expect(readdirSync(folder)).not.toContain('node')
    expect(readdirSync(folder)).not.toContain('new-phrase')
  })

  test('takes a link to nowhere for a file that stands there', async () => {
    const { terminal } = recordingTerminal()
    mkdirSync(join(folder, 'node'))
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'node', 'boltwarden.toml'))
    const run = runInit(flags({ phraseFile: put('phrase', phrase) }), terminal)
    await expect(run).rejects.toMatchObject({ code: 'TARGET_EXISTS' })
    expect(readdirSync(join(folder, 'node'))).toEqual(['boltwarden.toml'])
  })

  test('overwrites nothing', async () => {
    const { terminal } = recordingTerminal()
    const again = flags({ phraseFile: put('phrase', phrase) })
    await runInit(again, terminal)
    const before = readFileSync(join(folder, 'node', 'keystore.age'))
    await expect(runInit(again, terminal)).rejects.toMatchObject({ code: 'TARGET_EXISTS' })
    expect(readFileSync(join(folder, 'node', 'keystore.age'))).toEqual(before)
  })

  test.each<[string, { readonly [K in keyof InitFlags]?: InitFlags[K] | undefined }, RegExp]>([
    ['no seed', {}, /--generate/],
    ['two seeds', { generate: true, phraseFile: 'x' }, /one of --generate/],
    ['no backup', { generate: true }, /--phrase-out-file/],
    ['no passphrase', { passphraseFile: undefined }, /--passphrase-file/],
    ['no webhook secret', { webhookSecretFile: [] }, /--webhook-secret-file/],
    ['no API credentials', { apiClientId: undefined }, /--api-client-id/],
    ['no network', { network: 'testnet5' }, /--network/],
    ['no such way', { answer: 'carrier pigeon' }, /--answer/],
  ])('tells what is missing: %s', async (_name, more, expected) => {
    const merged = { ...flags(), ...more }
    const { terminal } = recordingTerminal()
    const given = Object.fromEntries(
      Object.entries(merged).filter(([, value]) => value !== undefined),
    )
    const run = runInit({ dir: join(folder, 'node'), answer: 'mutation', ...given }, terminal)
    await expect(run).rejects.toThrow(expected)
    expect(readdirSync(folder)).not.toContain('node')
  })

  test('does not hang where nobody can be asked', async () => {
    const { terminal } = recordingTerminal()
    await expect(runInit(flags({ nonInteractive: false }), terminal)).rejects.toMatchObject({
      code: 'USAGE',
    })
  })
})

/** Somebody at the terminal, who writes the phrase down and answers by it. */
function person(answers: Readonly<Record<string, string>>, forget = false) {
  const seen: string[] = []
  const words: string[] = []
  const answer = (question: string, options: AskOptions = {}): string => {
    const place = /^Word (\d+) of/.exec(question)
    const known = Object.entries(answers).find(([part]) => question.includes(part))?.[1]
    const said = place ? String(words[Number(place[1]) - 1]) : String(known)
    const reply = place && forget ? 'zoo-not-a-word' : said
    const wrong = options.check?.(reply)
    if (wrong !== undefined) throw new Error(`${question}: ${wrong}`)
    seen.push(question)
    return reply
  }
  const dialogue: Dialogue = {
    say: () => {},
    showOnce: async (_title, text) => {
      words.push(...text.split('\n').map((line) => line.replace(/^ *\d+\. /, '')))
    },
    choose: async (question, options) => {
      const chosen = options.find(({ value }) => value === answer(question))
      if (chosen === undefined) throw new Error(question)
      return chosen.value
    },
    ask: async (question, options) => answer(question, options),
    askHidden: async (question, options) => answer(question, options),
  }
  return { dialogue, seen, words }
}

describe('ceremony at a terminal', () => {
  const answers = {
    network: 'SIGNET',
    'seed come from': 'generate',
    passphrase: 'correct horse battery',
    'webhook secret': ' a-webhook-secret-of-the-platform ',
    'client id': 'client',
    'client secret': 'api secret',
  }

  test('makes a phrase, quizzes it, and puts the secrets into files of their own', async () => {
    const { terminal, written } = recordingTerminal()
    const { dialogue, seen, words } = person(answers)
    const dir = join(folder, 'node')
    await runInit({ dir, answer: 'mutation', insecureFastKdf: true }, terminal, dialogue)
    expect(words).toHaveLength(24)
    expect(seen.filter((question) => question.startsWith('Word '))).toHaveLength(4)
    expect(written.out).toMatch(/fingerprint {2}[0-9a-f]{8}\n/)
    const config = loadConfig(join(dir, 'boltwarden.toml'))
    expect(config.network).toBe('SIGNET')
    const [webhookSecret = ''] = config.webhook.secret_files
    expect(readFileSync(webhookSecret, 'utf8')).toBe('a-webhook-secret-of-the-platform')
    expect(statSync(webhookSecret).mode & 0o777).toBe(0o600)
    const { origin } = await opened(join(dir, 'keystore.age'), 'correct horse battery')
    expect(origin).toBe('bip39-24-words')
  })

  test('writes nothing where the backup is not confirmed', async () => {
    const { terminal } = recordingTerminal()
    const dir = join(folder, 'node')
    const { dialogue } = person(answers, true)
    const run = runInit({ dir, answer: 'mutation', insecureFastKdf: true }, terminal, dialogue)
    await expect(run).rejects.toMatchObject({ code: 'BACKUP_NOT_CONFIRMED' })
    expect(readdirSync(folder)).toEqual([])
  })

  test('imports a phrase and a hex seed', async () => {
    for (const [dir, more] of [
      ['a', { 'seed come from': 'phrase', '24 words': phrase.toUpperCase() }],
      ['b', { 'seed come from': 'hex', 'in hex': '000102030405060708090a0b0c0d0e0f' }],
    ] as const) {
      const { terminal, written } = recordingTerminal()
      const { dialogue } = person({ ...answers, ...more })
      const where = { dir: join(folder, dir), json: true, insecureFastKdf: true }
      await runInit({ ...where, answer: 'mutation' }, terminal, dialogue)
      const expected = dir === 'a' ? phraseFacts.fingerprint : '3442193e'
      expect(JSON.parse(written.out).fingerprint).toBe(expected)
    }
  })
})
