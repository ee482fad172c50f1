import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { parseConfig } from '../src/config/load.ts'
import { configTemplate, type TemplateFacts } from '../src/config/template.ts'

const facts: TemplateFacts = {
  network: 'REGTEST',
  fingerprint: '01234567',
  webhookSecretFiles: ['webhook-secret'],
  answer: 'mutation',
  baseUrl: undefined,
  apiClientId: 'client',
  apiClientSecretFile: 'api-client-secret',
  webhookPort: undefined,
  adminPort: undefined,
  adminTokenFile: 'admin-token',
  policyFile: 'policy.toml',
}

/** The file with its commented keys in force. */
function uncommented(text: string): string {
  return text.replaceAll(/^# (\S+ = .*)$/gm, (line, pair: string) =>
    /^[a-z][\w-]* = (?:"|\[|\d|true|false)/.test(pair) ? pair : line,
  )
}

describe('the configuration that init writes', () => {
  test('is valid as it stands', () => {
    const config = parseConfig(configTemplate(facts), 'boltwarden.toml')
    expect(config.keys.fingerprint).toBe('01234567')
    expect(config.webhook.port).toBe(8080)
  })

  test('shows every default as it is', () => {
    const text = configTemplate(facts)
    const written = parseConfig(text, 'boltwarden.toml')
    const all = uncommented(text)
      .replace('passphrase_file = "passphrase"\n', '')
      .replace('file = "capture/events.ndjson"\n', '')
      .replace('password_file = "database-password"\n', '')
      .replace('tls_ca_file = "database-ca.pem"\n', '')
    expect(parseConfig(all, 'boltwarden.toml')).toEqual(written)
  })

  test('shows every key there is', () => {
    const config = parseConfig(configTemplate(facts), 'boltwarden.toml')
    const shown = parse(uncommented(configTemplate(facts)))
    for (const [table, keys] of Object.entries(config)) {
      if (typeof keys !== 'object') expect(shown).toHaveProperty([table])
      else for (const key of Object.keys(keys)) expect(shown).toHaveProperty([table, key])
    }
  })

  test('quotes what would break out of a string', () => {
    const apiClientId = 'a"\n[log]\nlevel = "trace" #'
    const config = parseConfig(configTemplate({ ...facts, apiClientId }), 'boltwarden.toml')
    expect(config.platform.api_client_id).toBe(apiClientId)
    expect(config.log.level).toBe('info')
  })
})
