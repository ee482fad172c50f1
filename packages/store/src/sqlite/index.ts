import type { Scope, View } from '@boltwarden/policy/view'
import type { Backend, Step } from '../backend.ts'
import { StoreFault } from '../fault.ts'
import type { Realm } from '../realm.ts'
import { SqliteBackend } from './backend.ts'
import { applicationId, Connection, defaultBusyTimeoutMs } from './connection.ts'
import { clearHalt, refuseHalted } from './halt.ts'
import { type Migration, migrate, readMigrations } from './migrations.ts'
import { Presence } from './presence.ts'
import { readRealm } from './upkeep.ts'

export type { Realm } from '../realm.ts'
export { backUpSqlite, type Copied, restoreSqlite } from './backup.ts'
export { openSqliteUpkeep } from './upkeep.ts'

/** What {@link openSqlite} needs. */
export type SqliteOptions = {
  /** The file. It is made if it is missing; its folder is not. */
  readonly path: string
  readonly realm: Realm
  /** How long another process may hold the database, in milliseconds; 2,000 by default. */
  readonly busyTimeoutMs?: number
  /** Whether nobody else may have it open meanwhile. */
  readonly alone?: boolean
  /** Opens it although it was halted, so that it can be accepted. */
  readonly evenHalted?: boolean
  /** For tests of migrations only. */
  readonly migrations?: readonly Migration[]
}

/**
 * Opens the enforcement state in an SQLite file: write-ahead log, every commit on the disk before
 * it returns. Several processes may share the file; one decides at a time.
 *
 * @throws {StoreFault} `STORE_UNAVAILABLE` if the file cannot be opened or stays locked,
 *   `STORE_NOT_DURABLE` if a setting does not read back, `STORE_FOREIGN_FILE` if it is another
 *   program's, `STORE_WRONG_REALM` if it is another seed's or network's, `STORE_SCHEMA_NEWER` or
 *   `STORE_MIGRATION_CHANGED` if its schema is not one of ours, `STORE_IN_USE` if it is wanted alone
 *   and is not, or somebody has it alone, `STORE_HALTED` if it waits to be accepted.
 * @example
 * ```ts
 * import { mkdtempSync, rmSync } from 'node:fs'
 * import { tmpdir } from 'node:os'
 * import { join } from 'node:path'
 * import { createStore } from '@boltwarden/store'
 * import { openSqlite } from '@boltwarden/store/sqlite'
 * const folder = mkdtempSync(join(tmpdir(), 'boltwarden-'))
 * const realm = { fingerprint: '00000000', network: 'REGTEST' } as const
 * const store = createStore(openSqlite({ path: join(folder, 'state.db'), realm }))
 * await store.counts() // { channels: 0, invoices: 0, events: 0 }
 * await store[Symbol.asyncDispose]()
 * rmSync(folder, { recursive: true })
 * ```
 */
export function openSqlite(options: SqliteOptions): Backend {
  const { path, realm, busyTimeoutMs = defaultBusyTimeoutMs } = options
  const migrations = options.migrations ?? readMigrations()
  const presence = options.alone === true ? Presence.alone(path) : Presence.join(path)
  try {
    const connection = Connection.open(path, busyTimeoutMs)
    const settle = () => {
      if (options.evenHalted !== true) refuseHalted(connection)
    }
    return settled(connection, realm, migrations, { settle, close: () => presence.end() })
  } catch (error) {
    presence.end()
    throw error
  }
}

/** What decisions would leave behind, to be thrown away. No store can be made of it. */
export type Scratch = {
  /** Decides by what is remembered, and remembers it. Rejects with what `step` throws. */
  update<T>(scope: Scope, step: (view: View) => Step<T>): Promise<T>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a memory for trying decisions out: the same statements, but nothing survives. It is no
 * {@link Backend}, so no permit comes of it.
 *
 * @param options.copy - a copy of a store's file to begin with, which is written to; in memory and
 *   empty without it.
 * @throws {StoreFault} as {@link openSqlite}.
 * @example
 * ```ts
 * import { openScratch } from '@boltwarden/store/sqlite'
 * const scratch = openScratch({ realm: { fingerprint: '00000000', network: 'REGTEST' } })
 * await scratch[Symbol.asyncDispose]()
 * ```
 */
export function openScratch(options: { readonly realm: Realm; readonly copy?: string }): Scratch {
  const { realm, copy = ':memory:' } = options
  const connection = Connection.open(copy, defaultBusyTimeoutMs, 'scratch')
  const settle = () => clearHalt(connection)
  const backend = settled(connection, realm, readMigrations(), { settle })
  return {
    async update(scope, step) {
      const { tasks } = await backend.commit({ tasks: [{ scope, step }], accepted: [] })
      const [outcome] = tasks
      if (outcome?.status === 'fulfilled') return outcome.value.value
      throw outcome?.reason
    },
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  }
}

/** A connection whose file has our schema and is of this realm. */
function settled(
  connection: Connection,
  realm: Realm,
  migrations: readonly Migration[],
  { settle, close = () => {} }: { readonly settle: () => void; readonly close?: () => void },
): SqliteBackend {
  try {
    connection.exclusively(() => {
      connection.exec(`PRAGMA application_id = ${applicationId}`)
      migrate(connection, migrations)
      bind(connection, realm)
      settle()
    })
    connection.waitAside()
  } catch (error) {
    connection.close()
    throw error
  }
  return new SqliteBackend(connection, close)
}

/** Binds a new file to a seed and a network, refuses that of another. */
function bind(connection: Connection, realm: Realm): void {
  const found = readRealm(connection)
  if (found === undefined) {
    connection.run(
      'INSERT INTO realm (only_row, fingerprint, network, heartbeat) VALUES (1, ?, ?, 0)',
      realm.fingerprint,
      realm.network,
    )
    return
  }
  const [expected, actual] = [realmText(realm), realmText(found)]
  if (actual !== expected) {
    throw new StoreFault({ code: 'STORE_WRONG_REALM', expected, found: actual })
  }
}

function realmText({ fingerprint, network }: Realm): string {
  return `${fingerprint} ${network}`
}
