import { existsSync } from 'node:fs'
import { integer as integerBetween } from '@boltwarden/core/assert'
import { isNetwork } from '@boltwarden/core/network'
import { type Author, auditAct } from '../audit/row.ts'
import { columnValues } from '../column-values.ts'
import { StoreFault } from '../fault.ts'
import type { Halt } from '../halt.ts'
import type { Realm } from '../realm.ts'
import { type Row, reading, text } from '../rows.ts'
import { type Table, type TableName, tables, type Upkeep } from '../upkeep.ts'
import { Chain } from './chain.ts'
import { applicationId, Connection, defaultBusyTimeoutMs } from './connection.ts'
import { clearHalt, readHalt, writeHalt } from './halt.ts'
import { migrate, readMigrations } from './migrations.ts'

/**
 * Opens an SQLite file for its operator, and brings its schema to that of this version.
 *
 * @throws {StoreFault} `STORE_UNAVAILABLE` where there is none, and as `openSqlite`.
 */
export function openSqliteUpkeep({ path }: { readonly path: string }): Upkeep {
  if (!existsSync(path)) throw new StoreFault({ code: 'STORE_UNAVAILABLE', reason: 'ENOENT' })
  const connection = Connection.open(path, defaultBusyTimeoutMs)
  try {
    connection.exclusively(() => {
      connection.exec(`PRAGMA application_id = ${applicationId}`)
      migrate(connection, readMigrations())
    })
  } catch (error) {
    connection.close()
    throw error
  }
  return new SqliteUpkeep(connection)
}

/** The realm of a file; undefined where nobody used it yet. */
export function readRealm(connection: Connection): Realm | undefined {
  const row = connection.get('SELECT fingerprint, network FROM realm')
  if (row === undefined) return undefined
  return reading('realm', () => {
    const network = text(row, 'network')
    if (!isNetwork(network)) throw new RangeError('"network" is unknown')
    return { fingerprint: text(row, 'fingerprint'), network }
  })
}

class SqliteUpkeep implements Upkeep {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async realm(): Promise<Realm | undefined> {
    return readRealm(this.#connection)
  }

  async integrity(): Promise<readonly string[]> {
    const pages = this.#connection
      .all('PRAGMA integrity_check')
      .map((row) => String(row['integrity_check']))
      .filter((line) => line !== 'ok')
    return [...pages, ...this.#schema()]
  }

  async rows(table: TableName, limit: number, after?: Row): Promise<readonly Row[]> {
    integerBetween('limit', limit, 1, 1000)
    const { key, columns } = shapeOf(table)
    const names = Object.keys(columns).join(', ')
    const order = key.join(', ')
    const where = after === undefined ? '' : `WHERE (${order}) > (${key.map(() => '?').join(', ')})`
    const query = `SELECT ${names} FROM ${table} ${where} ORDER BY ${order} LIMIT ?`
    const start = after === undefined ? [] : columnValues(after, columns, key)
    return this.#connection.all(query, ...start, limit)
  }

  async fill(table: TableName, rows: readonly Row[]): Promise<void> {
    const { columns } = shapeOf(table)
    const names = Object.keys(columns)
    const places = names.map(() => '?').join(', ')
    const verb = table === 'chain' ? 'INSERT OR REPLACE' : 'INSERT'
    const statement = `${verb} INTO ${table} (${names.join(', ')}) VALUES (${places})`
    this.#connection.exclusively(() => {
      for (const row of rows) {
        const values = reading(table, () => columnValues(row, columns, names))
        this.#connection.run(statement, ...values)
      }
    })
  }

  async halted(): Promise<Halt | undefined> {
    return readHalt(this.#connection)
  }

  async halt(halt: Halt, author?: Author): Promise<void> {
    Chain.commit(this.#connection, (chain) => {
      writeHalt(this.#connection, halt)
      if (author !== undefined) chain.append(auditAct(`store-${halt.cause}`, author, halt.detail))
    })
  }

  async release(): Promise<void> {
    this.#connection.exclusively(() => clearHalt(this.#connection))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close()
  }

  /** Where the schema is not what the migrations make of an empty file. */
  #schema(): readonly string[] {
    const expected = Connection.open(':memory:', 0, 'scratch')
    try {
      migrate(expected, readMigrations())
      const [known, found] = [schemaOf(expected), schemaOf(this.#connection)]
      const missing = [...known].filter(([name, sql]) => found.get(name) !== sql)
      const unknown = [...found.keys()].filter((name) => !known.has(name))
      return [
        ...missing.map(([name]) => `${name} is not as the migrations make it`),
        ...unknown.map((name) => `${name} is not of this schema`),
      ]
    } finally {
      expected.close()
    }
  }
}

function schemaOf(connection: Connection): ReadonlyMap<string, string> {
  const rows = connection.all(
    `SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name`,
  )
  return new Map(rows.map((row) => [`${row['type']} ${row['name']}`, String(row['sql'])]))
}

function shapeOf(table: TableName): Table {
  return tables[table]
}
