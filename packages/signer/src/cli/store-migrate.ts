import { migratePostgres } from '@boltwarden/store/postgres'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { SignerFault } from '../fault.ts'
import { ownFault } from '../pipeline/ending.ts'
import type { SecretFileRules } from '../secret-source.ts'
import { postgresAddress } from '../store-backend.ts'
import { print, type Terminal } from './terminal.ts'

/** The flags of `boltwarden store migrate`. */
export type MigrateFlags = {
  readonly config: string
  readonly user: string
  readonly passwordFile?: string
  readonly json?: boolean
}

/**
 * `boltwarden store migrate`: makes the tables in PostgreSQL, or brings them to this version, as a
 * role that may, and gives the role of the configuration the rights to serve.
 */
export async function runStoreMigrate(flags: MigrateFlags, terminal: Terminal): Promise<void> {
  const config = loadConfig(flags.config)
  const { store, network } = config
  const fingerprint = fingerprintOf(config, flags.config)
  const rules: SecretFileRules = {
    allowExposed: config.insecure_secret_file_modes,
    warn: ({ source, mode }) =>
      void terminal.err.write(`${source} may be used by others: mode ${mode}\n`),
  }
  const role = { user: flags.user, passwordFile: flags.passwordFile }
  try {
    await migratePostgres({
      address: postgresAddress(store, role, rules),
      realm: { fingerprint, network },
      servingRole: store.user,
      synchronousCommit: store.synchronous_commit,
    })
  } catch (error) {
    throw ownFault(error)
  }
  const { database, user } = store
  print(terminal, flags.json, { database, user }, `${database} is ready for ${user}\n`)
}

/** The keys stay locked: whose state it will be stands in the configuration. */
function fingerprintOf({ store, keys }: Config, file: string): string {
  const problem = (key: string, expected: string) =>
    new SignerFault({ code: 'CONFIG_INVALID', file, problems: [{ key, expected }] })
  if (store.backend !== 'postgres') throw problem('store.backend', 'postgres')
  if (keys.fingerprint === undefined) throw problem('keys.fingerprint', 'a value')
  return keys.fingerprint
}
