import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { StoreFault } from '../fault.ts'
import { integer, text } from '../rows.ts'
import type { Connection } from './connection.ts'

/** One numbered file that takes the schema one step further. Never edited once it is released. */
export type Migration = {
  readonly version: number
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file, in hex. */
  readonly checksum: string
}

/** The folder lies two levels above this file, in the sources as in the built package. */
const shipped = new URL('../../migrations/sqlite/', import.meta.url)
const fileName = /^([0-9]{4})_[a-z0-9-]+\.sql$/

/**
 * Reads numbered migrations.
 *
 * @throws {RangeError} if a number is missing or doubled.
 */
export function readMigrations(folder: URL = shipped): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => fileName.test(name))
    .sort()
  return names.map((name, at) => {
    const version = Number(name.slice(0, 4))
    if (version !== at + 1) throw new RangeError(`"${name}" expected number ${at + 1}`)
    const sql = readFileSync(new URL(name, folder), 'utf8')
    return { version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
}

const table = `CREATE TABLE IF NOT EXISTS migrations (
  version  INTEGER NOT NULL PRIMARY KEY,
  name     TEXT    NOT NULL,
  checksum TEXT    NOT NULL
)`

/**
 * Brings the schema to the last of `migrations`, within the caller's transaction.
 *
 * @throws {StoreFault} `STORE_SCHEMA_NEWER` if the file knows a later one,
 *   `STORE_MIGRATION_CHANGED` if one that was applied is not the one given.
 */
export function migrate(connection: Connection, migrations: readonly Migration[]): void {
  connection.exec(table)
  const applied = connection.all('SELECT version, name, checksum FROM migrations ORDER BY version')
  const found = applied.length
  if (found > migrations.length) {
    throw new StoreFault({ code: 'STORE_SCHEMA_NEWER', found, known: migrations.length })
  }
  for (const [at, row] of applied.entries()) {
    const migration = migrations[at]
    const isSame =
      integer(row, 'version') === at + 1 && text(row, 'checksum') === migration?.checksum
    if (!isSame) {
      throw new StoreFault({ code: 'STORE_MIGRATION_CHANGED', migration: text(row, 'name') })
    }
  }
  for (const { version, name, sql, checksum } of migrations.slice(found)) {
    connection.exec(sql)
    connection.run(
      'INSERT INTO migrations (version, name, checksum) VALUES (?, ?, ?)',
      version,
      name,
      checksum,
    )
    connection.exec(`PRAGMA user_version = ${version}`)
  }
}
