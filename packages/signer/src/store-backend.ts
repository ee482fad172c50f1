import { dirname } from 'node:path'
import type { Backend } from '@boltwarden/store'
import { openPostgres, type PostgresAddress, type Realm } from '@boltwarden/store/postgres'
import { openSqlite } from '@boltwarden/store/sqlite'
import type { Config } from './config/schema.ts'
import { readText } from './config/toml.ts'
import { readSecret, type SecretFileRules, secretText } from './secret-source.ts'
import { makeFolder } from './write-file.ts'

/**
 * The configured database.
 *
 * @throws {StoreFault} where it cannot be used.
 * @throws {SignerFault} as the secret demands.
 */
export async function openBackend(
  { store }: Config,
  realm: Realm,
  rules: SecretFileRules,
): Promise<Backend> {
  const { file, synchronous_commit: synchronousCommit, connections, user, password_file } = store
  if (store.backend === 'sqlite') {
    makeFolder(dirname(file))
    return openSqlite({ path: file, realm })
  }
  const address = postgresAddress(store, { user, passwordFile: password_file }, rules)
  return openPostgres({ address, realm, synchronousCommit, connections })
}

/** Who asks, and where the password stands. */
export type PostgresRole = {
  readonly user: string
  readonly passwordFile: string | undefined
}

/**
 * Where the configured PostgreSQL database is. The password is read at each new connection, so that
 * a rotated one is taken without a restart.
 *
 * @throws {SignerFault} `CONFIG_UNREADABLE` for the certificates, or as the secret demands.
 */
export function postgresAddress(
  { host, port, database, tls, tls_ca_file }: Config['store'],
  { user, passwordFile }: PostgresRole,
  rules: SecretFileRules,
): PostgresAddress {
  const ca = tls_ca_file === undefined ? {} : { ca: readText(tls_ca_file) }
  const verifyFull = tls === 'verify-full' || (tls === 'auto' && tls_ca_file !== undefined)
  const password = passwordFile === undefined ? undefined : passwordIn(passwordFile, rules)
  password?.()
  return {
    host,
    port,
    database,
    user,
    ...(password !== undefined && { password }),
    ...(verifyFull && { tls: { mode: 'verify-full', ...ca } }),
    ...(tls === 'off' && { tls: { mode: 'off' } }),
  }
}

function passwordIn(path: string, rules: SecretFileRules): () => string {
  return () => {
    const secret = readSecret({ kind: 'file', path }, rules)
    try {
      return secretText(secret, path)
    } finally {
      secret.dispose()
    }
  }
}
