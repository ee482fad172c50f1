import { dirname, resolve } from 'node:path'
import { isThisMachine } from '@boltwarden/store/postgres'
import { type ConfigProblem, SignerFault } from '../fault.ts'
import { type Config, configSchema } from './schema.ts'
import { parseTomlAs, readText } from './toml.ts'

/**
 * Reads a configuration file. Paths in it are relative to its folder.
 *
 * @throws {SignerFault} `CONFIG_UNREADABLE` or `CONFIG_INVALID`. Neither quotes the file.
 */
export function loadConfig(file: string): Config {
  return withAbsolutePaths(parseConfig(readText(file), file), dirname(resolve(file)))
}

/**
 * Reads the text of a configuration, with its paths as they are written.
 *
 * @throws {SignerFault} as {@link loadConfig}.
 */
export function parseConfig(text: string, file: string): Config {
  const config = parseTomlAs(configSchema, text, file)
  const problems = contradictions(config)
  if (problems.length > 0) throw new SignerFault({ code: 'CONFIG_INVALID', file, problems })
  return config
}

/** What each value allows and both together do not. */
function contradictions(config: Config): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const { platform, webhook, admin, outbox, store } = config
  if (platform.answer === 'mutation') {
    for (const key of ['api_client_id', 'api_client_secret_file'] as const) {
      if (platform[key] === undefined) {
        problems.push({
          key: `platform.${key}`,
          expected: 'a value, as platform.answer is mutation',
        })
      }
    }
  }
  if (webhook.port !== 0 && webhook.port === admin.port && webhook.host === admin.host) {
    problems.push({ key: 'admin.port', expected: 'another port than webhook.port' })
  }
  if (store.tls === 'off' && !isThisMachine(store.host)) {
    problems.push({ key: 'store.tls', expected: 'verify-full for another machine' })
  }
  if (outbox.lease_ms <= outbox.attempt_deadline_ms) {
    problems.push({ key: 'outbox.lease_ms', expected: 'more than outbox.attempt_deadline_ms' })
  }
  if (outbox.max_backoff_ms < outbox.backoff_ms) {
    problems.push({ key: 'outbox.max_backoff_ms', expected: 'at least outbox.backoff_ms' })
  }
  return problems
}

function withAbsolutePaths(config: Config, folder: string): Config {
  const absolute = (path: string) => resolve(folder, path)
  const optional = <Key extends string>(key: Key, path: string | undefined) =>
    path === undefined ? {} : { [key]: absolute(path) }
  const { keys, store, webhook, admin, platform, policy, capture } = config
  return {
    ...config,
    keys: {
      ...keys,
      key_store_file: absolute(keys.key_store_file),
      ...optional('passphrase_file', keys.passphrase_file),
    },
    store: {
      ...store,
      file: absolute(store.file),
      seal_file: absolute(store.seal_file),
      ...optional('password_file', store.password_file),
      ...optional('tls_ca_file', store.tls_ca_file),
    },
    webhook: { ...webhook, secret_files: webhook.secret_files.map(absolute) },
    admin: { ...admin, ...optional('token_file', admin.token_file) },
    platform: {
      ...platform,
      ...optional('api_client_secret_file', platform.api_client_secret_file),
    },
    policy: { ...policy, ...optional('file', policy.file) },
    capture: { ...capture, ...optional('file', capture.file) },
  }
}
