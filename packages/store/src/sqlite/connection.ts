import { chmodSync, closeSync, openSync } from 'node:fs'
import Database from 'libsql'
import { StoreFault } from '../fault.ts'
import { integer, type Row } from '../rows.ts'
import { OpenedFile } from './opened-file.ts'

/** What may be bound to a statement. */
export type Value = string | number | Uint8Array | null

/** How long another process may hold the database before an update gives up, in milliseconds. */
export const defaultBusyTimeoutMs = 2000

/** How long the whole process may stand still for a lock, in milliseconds. */
const longestStandstillMs = 50

/** `Bwdn` in ASCII: tells our files from other SQLite databases. */
export const applicationId = 0x4277_646e

const memory = ':memory:'

/** What must outlive the process, or what is thrown away. */
type Durability = 'durable' | 'scratch'

/** One connection to one file: statements in, rows out, faults with a code. */
export class Connection {
  readonly #database: Database.Database
  /** A statement of which one row is asked for. */
  readonly #single = new Map<string, Database.Statement>()
  /**
   * Any other. Where all rows of a statement were read and one is asked for next, the driver gives one
   * of the values before: so no statement serves both ways.
   */
  readonly #others = new Map<string, Database.Statement>()
  readonly #path: string
  readonly #durability: Durability
  /** How long a lock of another process is waited for, in milliseconds. */
  readonly lockWaitMs: number
  #wroteRows = false
  #files: readonly OpenedFile[] | undefined

  private constructor(
    database: Database.Database,
    path: string,
    durability: Durability,
    lockWaitMs: number,
  ) {
    this.#database = database
    this.#path = path
    this.#durability = durability
    this.lockWaitMs = lockWaitMs
  }

  /**
   * Opens a file, made readable and writable by its owner only, and sets it up for durability; or
   * without, for what is thrown away.
   *
   * @throws {StoreFault} `STORE_UNAVAILABLE` if it cannot be opened, `STORE_FOREIGN_FILE` if it is
   *   another program's, `STORE_NOT_DURABLE` if a setting does not read back.
   */
  static open(path: string, busyTimeoutMs: number, durability: Durability = 'durable'): Connection {
    const connection = faults(() => {
      // SQLite would make the file with the process's umask.
      if (path !== memory) closeSync(openSync(path, 'a', 0o600))
      return new Connection(new Database(path), path, durability, busyTimeoutMs)
    })
    try {
      connection.#set('busy_timeout', String(busyTimeoutMs))
      connection.#refuseForeign(path)
      if (path !== memory) faults(() => chmodSync(path, 0o600))
      if (durability === 'durable') connection.#makeDurable()
      else connection.#set('synchronous', '0')
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  /** SQLite waits for locks by standing still: from here on {@link Chain.inTurn} waits for them. */
  waitAside(): void {
    this.#set('busy_timeout', String(Math.min(this.lockWaitMs, longestStandstillMs)))
  }

  /** Whether a statement of the transaction under way changed anything. */
  get wroteRows(): boolean {
    return this.#wroteRows
  }

  /** Runs a script of statements. */
  exec(sql: string): void {
    faults(() => this.#database.exec(sql))
  }

  /** The rows of a query. */
  all(sql: string, ...values: readonly Value[]): readonly Row[] {
    return faults(() =>
      this.#prepare(sql, this.#others)
        .all([...values])
        .map(rowOf),
    )
  }

  /**
   * The first row of a query; undefined where there is none. Several times faster than
   * {@link all}; the driver adds a column of its own to it.
   */
  get(sql: string, ...values: readonly Value[]): Row | undefined {
    const row: unknown = faults(() => this.#prepare(sql, this.#single).get([...values]))
    return row === undefined ? undefined : rowOf(row)
  }

  /** Runs a statement; how many rows it changed. */
  run(sql: string, ...values: readonly Value[]): number {
    const changes = faults(() => this.#prepare(sql, this.#others).run([...values]).changes)
    this.#wroteRows ||= changes > 0
    return changes
  }

  /**
   * Runs `body` in one transaction that excludes every other writer from its start. What it throws
   * undoes everything.
   *
   * @throws {StoreFault} `STORE_OUTCOME_UNKNOWN` if the commit itself fails, `STORE_NOT_DURABLE` if
   *   the file was deleted or replaced.
   */
  exclusively<T>(body: () => T): T {
    this.exec('BEGIN IMMEDIATE')
    this.#wroteRows = false
    let value: T
    try {
      if (this.#durability === 'durable') this.#checkFiles()
      value = body()
    } catch (error) {
      this.#undo()
      throw error
    }
    this.#commit()
    return value
  }

  close(): void {
    this.#single.clear()
    this.#others.clear()
    if (this.#database.open) this.#database.close()
  }

  #commit(): void {
    try {
      this.#database.exec('COMMIT')
    } catch (cause) {
      this.#undo()
      // A disk that fails while syncing may have kept the pages: a retry will find out.
      throw new StoreFault({ code: 'STORE_OUTCOME_UNKNOWN', reason: reasonOf(cause) }, { cause })
    }
  }

  /** Within a transaction, as the write-ahead log is there from the first one on. */
  #checkFiles(): void {
    this.#files ??= ['', '-wal'].map((suffix) => new OpenedFile(this.#path, suffix))
    for (const file of this.#files) file.check()
  }

  #undo(): void {
    // After some failures SQLite has rolled back already.
    if (this.#database.inTransaction) this.exec('ROLLBACK')
  }

  #prepare(sql: string, statements: Map<string, Database.Statement>): Database.Statement {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  /** Nothing of another program's file is changed. */
  #refuseForeign(path: string): void {
    const found = integer(this.get('PRAGMA application_id') ?? {}, 'application_id')
    if (found === applicationId) return
    const isEmpty = this.all('SELECT name FROM sqlite_schema LIMIT 1').length === 0
    if (found !== 0 || !isEmpty) throw new StoreFault({ code: 'STORE_FOREIGN_FILE', path })
  }

  #makeDurable(): void {
    this.#set('journal_mode', 'wal')
    // FULL: a commit returns once it is on the disk. With NORMAL the last ones may vanish.
    this.#set('synchronous', '2')
    this.#set('foreign_keys', '1')
    this.#set('trusted_schema', '0')
    // Where fsync only reaches the drive's cache (macOS), these reach the platter; elsewhere nothing.
    this.#set('fullfsync', '1')
    this.#set('checkpoint_fullfsync', '1')
  }

  /** Sets a pragma and refuses if it does not read back. */
  #set(setting: string, expected: string): void {
    this.all(`PRAGMA ${setting} = ${expected}`)
    const row = this.get(`PRAGMA ${setting}`)
    const found = String(row === undefined ? undefined : Object.values(row)[0])
    if (found === expected) return
    throw new StoreFault({ code: 'STORE_NOT_DURABLE', setting, expected, found })
  }
}

function rowOf(row: unknown): Row {
  if (!isRow(row)) throw new TypeError('"row" expected object')
  return row
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null
}

/** Whatever the database throws is a fault with a code; the cause is kept. */
function faults<T>(action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const code = codeOf(cause)
    if (code.startsWith('SQLITE_CONSTRAINT')) {
      throw new StoreFault({ code: 'STORE_CONFLICT', reason: code }, { cause })
    }
    if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB') {
      throw new StoreFault({ code: 'STORE_CORRUPT', where: 'file', reason: code }, { cause })
    }
    throw new StoreFault({ code: 'STORE_UNAVAILABLE', reason: reasonOf(cause) }, { cause })
  }
}

function codeOf(cause: unknown): string {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : ''
  return typeof code === 'string' ? code : ''
}

/** SQLite's code, or Node's; messages may quote paths and are left to the cause. */
function reasonOf(cause: unknown): string {
  const code = codeOf(cause)
  if (code !== '') return code
  return cause instanceof Error ? cause.name : 'unknown'
}
