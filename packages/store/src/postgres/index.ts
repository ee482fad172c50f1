import type { Backend } from '../backend.ts'
import type { Realm } from '../realm.ts'
import { type PostgresOptions, waitsOf } from './address.ts'
import { PostgresBackend } from './backend.ts'
import { checkDurable } from './durability.ts'
import { checkSchema, migrate, refuseHalted, shippedMigrations } from './schema.ts'
import { Sessions } from './session.ts'

export type { Realm } from '../realm.ts'
export type {
  PostgresAddress,
  PostgresOptions,
  PostgresTls,
  PostgresWaits,
  SynchronousCommit,
} from './address.ts'
export { isThisMachine } from './address.ts'
export { openPostgresUpkeep } from './upkeep.ts'

/**
 * Opens the enforcement state in a PostgreSQL database. Several instances may share it, and any of
 * them may get any event. Nothing is changed in the schema: see {@link migratePostgres}.
 *
 * @throws {StoreFault} `STORE_UNAVAILABLE` if the server cannot be reached, `STORE_DENIED` if it does
 *   not let the role in, `STORE_NOT_DURABLE` if it would lose what it confirms or is a standby,
 *   `STORE_SCHEMA_OLDER`, `STORE_SCHEMA_NEWER` or `STORE_MIGRATION_CHANGED` if its schema is not that
 *   of this version, `STORE_WRONG_REALM` if it is another seed's or network's, `STORE_HALTED` if it
 *   waits to be accepted.
 * @throws {RangeError} if another machine is to be spoken to without TLS.
 * @example
 * ```ts
 * import { isStoreFault } from '@boltwarden/store'
 * import { openPostgres } from '@boltwarden/store/postgres'
 * const realm = { fingerprint: '00000000', network: 'REGTEST' } as const
 * const address = { host: '127.0.0.1', port: 1, database: 'boltwarden', user: 'boltwarden' }
 * const opened = openPostgres({ address, realm })
 * await opened.catch((error) => isStoreFault(error) && error.code) // 'STORE_UNAVAILABLE'
 * ```
 */
export async function openPostgres(
  options: PostgresOptions & { readonly realm: Realm; readonly evenHalted?: boolean },
): Promise<Backend> {
  const { realm, synchronousCommit = 'on', evenHalted } = options
  const sessions = new Sessions(options)
  try {
    await sessions.use(async (session) => {
      await checkDurable(session, synchronousCommit)
      await checkSchema(session, shippedMigrations(), realm)
      if (evenHalted !== true) await refuseHalted(session)
    })
  } catch (error) {
    await sessions.close()
    throw error
  }
  return new PostgresBackend(sessions, waitsOf(options).outcomeMs, synchronousCommit)
}

/** What a migration may take, in milliseconds: it may have to rewrite a table. */
const migrationMs = 600_000

/**
 * Makes the schema `boltwarden`, or brings it to this version, as a role that may: its owner, or one
 * that may create schemas in the database. Several may do so at once.
 *
 * @param options.servingRole - gets the rights that {@link openPostgres} needs, and no more.
 * @throws {StoreFault} as {@link openPostgres}.
 */
export async function migratePostgres(
  options: PostgresOptions & { readonly realm: Realm; readonly servingRole?: string },
): Promise<void> {
  const { realm, servingRole, synchronousCommit = 'on', waits } = options
  const sessions = new Sessions({ ...options, waits: { ...waits, statementMs: migrationMs } })
  try {
    await sessions.use(async (session) => {
      await checkDurable(session, synchronousCommit)
      await migrate(session, shippedMigrations(), realm, servingRole)
    })
  } finally {
    await sessions.close()
  }
}
