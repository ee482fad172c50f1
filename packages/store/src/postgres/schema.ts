import { StoreFault } from '../fault.ts'
import type { Halt } from '../halt.ts'
import type { Realm } from '../realm.ts'
import { integer, type Row, text } from '../rows.ts'
import { type Migration, readMigrations } from '../sqlite/migrations.ts'
import { haltOf } from '../upkeep.ts'
import { schemaName } from './address.ts'
import type { Session } from './session.ts'

/** The folder lies two levels above this file, in the sources as in the built package. */
const shipped = new URL('../../migrations/postgres/', import.meta.url)

/** The migrations that come with this version. */
export function shippedMigrations(): readonly Migration[] {
  return readMigrations(shipped)
}

/** Any number that other programs are unlikely to lock: `Bwdn` in ASCII. */
const migrationLock = 0x4277_646e

const table = `CREATE TABLE IF NOT EXISTS migrations (
  version  INTEGER NOT NULL PRIMARY KEY,
  name     TEXT    NOT NULL,
  checksum TEXT    NOT NULL
)`

/** What each table lets the serving role do. Rows of the audit log are never changed. */
const rights: Readonly<Record<string, string>> = {
  migrations: 'SELECT',
  realm: 'SELECT, UPDATE (heartbeat)',
  chain: 'SELECT, UPDATE',
  halt: 'SELECT, DELETE',
  node: 'SELECT, UPDATE',
  channels: 'SELECT, INSERT, UPDATE',
  incoming_htlcs: 'SELECT, INSERT, DELETE',
  invoices: 'SELECT, INSERT, UPDATE',
  intents: 'SELECT, INSERT, UPDATE, DELETE',
  spends: 'SELECT, INSERT, UPDATE',
  events: 'SELECT, INSERT, UPDATE, DELETE',
  audit: 'SELECT, INSERT, DELETE',
  outbox: 'SELECT, INSERT, UPDATE, DELETE',
}

/**
 * Brings the schema to the last of `migrations`, binds a new one to the realm and gives a role the
 * rights that serving needs, all in one transaction.
 *
 * @throws {StoreFault} as {@link checkSchema}, but for a schema that is older.
 */
export async function migrate(
  session: Session,
  migrations: readonly Migration[],
  realm: Realm,
  servingRole: string | undefined,
): Promise<void> {
  await session.send([
    { text: 'BEGIN' },
    // Two that migrate at once would else both find the schema missing.
    { text: `SELECT pg_advisory_xact_lock(${migrationLock})` },
    { text: `CREATE SCHEMA IF NOT EXISTS ${schemaName}` },
    { text: table },
  ])
  const found = await checkApplied(session, migrations)
  for (const { version, name, sql, checksum } of migrations.slice(found)) {
    await session.send([
      { text: sql },
      {
        text: 'INSERT INTO migrations (version, name, checksum) VALUES ($1, $2, $3)',
        values: [version, name, checksum],
      },
    ])
  }
  if (found === 0) await session.send(firstRows(realm))
  await checkRealm(session, realm)
  if (servingRole !== undefined) await grant(session, servingRole)
  await session.send([{ text: 'COMMIT' }])
}

/**
 * Whether the schema is the one of this version, and of this realm.
 *
 * @throws {StoreFault} `STORE_SCHEMA_OLDER` or `STORE_SCHEMA_NEWER` if it is another version's,
 *   `STORE_MIGRATION_CHANGED` if one that was applied is not the one given, `STORE_WRONG_REALM` if
 *   it is of another seed or network.
 */
export async function checkSchema(
  session: Session,
  migrations: readonly Migration[],
  realm: Realm,
): Promise<void> {
  const [row = {}] = await session.rows({
    text: `SELECT to_regclass('${schemaName}.migrations') IS NOT NULL AS is_there`,
  })
  const found = row['is_there'] === true ? await checkApplied(session, migrations) : 0
  const known = migrations.length
  if (found < known) throw new StoreFault({ code: 'STORE_SCHEMA_OLDER', found, known })
  await checkRealm(session, realm)
}

/** @throws {StoreFault} `STORE_HALTED`. */
export async function refuseHalted(session: Session): Promise<void> {
  const halt = await readHalt(session)
  if (halt !== undefined) throw new StoreFault({ code: 'STORE_HALTED', ...halt })
}

/** Why nothing is decided with the store, if so. */
export async function readHalt(session: Pick<Session, 'rows'>): Promise<Halt | undefined> {
  const [row] = await session.rows({ text: 'SELECT cause, detail FROM halt' })
  return row && haltOf(row)
}

/** How many of `migrations` were applied. */
async function checkApplied(session: Session, migrations: readonly Migration[]): Promise<number> {
  const rows = await session.rows({
    text: 'SELECT version, name, checksum FROM migrations ORDER BY version',
  })
  const found = rows.length
  const known = migrations.length
  if (found > known) throw new StoreFault({ code: 'STORE_SCHEMA_NEWER', found, known })
  for (const [at, row] of rows.entries()) {
    if (!isSame(row, migrations[at])) {
      throw new StoreFault({ code: 'STORE_MIGRATION_CHANGED', migration: text(row, 'name') })
    }
  }
  return found
}

function isSame(row: Row, migration: Migration | undefined): boolean {
  return (
    integer(row, 'version') === migration?.version && text(row, 'checksum') === migration.checksum
  )
}

function firstRows({ fingerprint, network }: Realm) {
  return [
    {
      text: 'INSERT INTO realm (only_row, fingerprint, network, heartbeat) VALUES (1, $1, $2, 0)',
      values: [fingerprint, network],
    },
    {
      text: `INSERT INTO chain (only_row, lineage, generation, sequence, hash)
        VALUES (1, replace(gen_random_uuid()::text, '-', ''), 0, 0, $1)`,
      values: ['0'.repeat(64)],
    },
  ]
}

async function checkRealm(session: Session, realm: Realm): Promise<void> {
  const [row] = await session.rows({ text: 'SELECT fingerprint, network FROM realm' })
  if (row === undefined) {
    throw new StoreFault({ code: 'STORE_CORRUPT', where: 'realm', reason: 'the row is missing' })
  }
  const expected = `${realm.fingerprint} ${realm.network}`
  const found = `${text(row, 'fingerprint')} ${text(row, 'network')}`
  if (found !== expected) throw new StoreFault({ code: 'STORE_WRONG_REALM', expected, found })
}

async function grant(session: Session, role: string): Promise<void> {
  const name = identifier(role)
  await session.send([
    { text: `GRANT USAGE ON SCHEMA ${schemaName} TO ${name}` },
    ...Object.entries(rights).map(([tableName, may]) => ({
      text: `GRANT ${may} ON ${tableName} TO ${name}`,
    })),
  ])
}

/**
 * A role's name as SQL takes it.
 *
 * @throws {RangeError} if it is empty or holds a zero byte.
 */
function identifier(name: string): string {
  if (name === '' || name.includes('\0')) throw new RangeError('"role" expected a name')
  return `"${name.replaceAll('"', '""')}"`
}
