import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig, parseConfig } from '../src/config/load.ts'
import { printConfig } from '../src/config/print.ts'
import { type ConfigProblem, isFault } from '../src/fault.ts'

const minimal = `
network = "REGTEST"
[webhook]
secret_files = ["webhook-secret"]
[platform]
api_client_id = "id-of-the-client"
api_client_secret_file = "api-secret"
`

function problemsOf(text: string): readonly ConfigProblem[] {
  try {
    parseConfig(text, 'boltwarden.toml')
  } catch (error) {
    if (isFault(error, 'CONFIG_INVALID')) return error.fault.problems
    throw error
  }
  return []
}

describe('configuration', () => {
  test('fills in the defaults of operations.md', () => {
    const config = parseConfig(minimal, 'boltwarden.toml')
    expect(config.webhook.max_body_bytes).toBe(4 * 1024 * 1024)
    expect(config.webhook.port).toBe(8080)
    expect(config.admin).toEqual({ host: '127.0.0.1', port: 8081, allowed_hosts: [] })
    expect(config.webhook.decision_deadline_ms).toBeLessThan(10_000)
    expect(config.crypto.backend).toBe('auto')
  })

  test('a keychain holds at least one key', () => {
    const problems = problemsOf(`${minimal}\n[keys]\nmax_cached_keys = 0\n`)
    expect(problems).toEqual([{ key: 'keys.max_cached_keys', expected: 'at least 1' }])
  })

  test('names an unknown key with its path and the nearest known one', () => {
    expect(problemsOf(`${minimal}\n[admin]\nprot = 1\n`)).toEqual([
      {
        key: 'admin.prot',
        expected: 'one of host, port, token_file, allowed_hosts',
        nearest: 'port',
      },
    ])
    expect(problemsOf(`polcy = 1\n${minimal}`)[0]).toMatchObject({
      key: 'polcy',
      nearest: 'policy',
    })
    expect(problemsOf(`zzzzzzzzzzzz = 1\n${minimal}`)[0]).not.toHaveProperty('nearest')
  })

  test('tells every problem at once, and quotes no value', () => {
    const text = `${minimal.replace('REGTEST', 'sekret')}\n[admin]\nport = 70000\nhost = 5\n`
    const problems = problemsOf(text)
    expect(problems.map(({ key }) => key)).toEqual(['network', 'admin.host', 'admin.port'])
    expect(JSON.stringify(problems)).not.toContain('sekret')
  })

  test('wants credentials only where the API is called', () => {
    const without = minimal.slice(0, minimal.indexOf('[platform]'))
    expect(problemsOf(without).map(({ key }) => key)).toEqual([
      'platform.api_client_id',
      'platform.api_client_secret_file',
    ])
    expect(problemsOf(`${without}[platform]\nanswer = "respond-directly"\n`)).toEqual([])
  })

  test('wants two ports', () => {
    expect(problemsOf(`${minimal}[admin]\nport = 8080\n`)[0]?.key).toBe('admin.port')
  })

  test('leaves room between the deadline and the limit of the platform', () => {
    const text = minimal.replace('[platform]', 'decision_deadline_ms = 9900\n[platform]')
    expect(problemsOf(text)[0]?.key).toBe('webhook.decision_deadline_ms')
  })

  test('hides what a stranger could use', () => {
    const text = minimal.replace('[platform]', '[platform]\nbase_url = "https://u:pw@host/"')
    const printed = printConfig(parseConfig(text, 'c'), { redacted: true })
    expect(printed).toContain('[redacted]@host')
    expect(printed).not.toContain('pw')
    expect(printed).not.toContain('id-of-the-client')
    expect(printConfig(parseConfig(text, 'c'), { redacted: false })).toContain('id-of-the-client')
  })
})

describe('configuration file', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'boltwarden-config-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('resolves paths against its own folder', () => {
    const file = join(folder, 'boltwarden.toml')
    writeFileSync(file, minimal)
    const config = loadConfig(file)
    expect(config.webhook.secret_files).toEqual([join(folder, 'webhook-secret')])
    expect(config.store.file).toBe(join(folder, 'data/boltwarden.sqlite'))
    expect(config.keys.key_store_file).toBe(join(folder, 'keystore.age'))
    expect(config.platform.api_client_secret_file).toBe(join(folder, 'api-secret'))
  })

  test('tells where it is no TOML, without the line', () => {
    const file = join(folder, 'boltwarden.toml')
    writeFileSync(file, 'network = "REGTEST"\nsekret canary\n')
    expect(() => loadConfig(file)).toThrow(/not TOML at line 2/)
    expect(() => loadConfig(file)).not.toThrow(/canary/)
    expect(() => loadConfig(join(folder, 'none.toml'))).toThrow(/ENOENT/)
  })
})
