import { closeSync, openSync } from 'node:fs'
import Database from 'libsql'
import { StoreFault } from '../fault.ts'

/** How long one waits for somebody who only looks whether the store is free, in milliseconds. */
const waitMs = 2000

/**
 * Who has a store open. SQLite lets several processes share a file, but some work needs it alone: it
 * is told by locks on a file of their own beside it, which end with the process whatever happens.
 */
export class Presence {
  readonly #database: Database.Database

  private constructor(database: Database.Database) {
    this.#database = database
  }

  /**
   * Takes a place beside others.
   *
   * @throws {StoreFault} `STORE_IN_USE` while somebody has the store alone.
   */
  static join(path: string): Presence {
    return Presence.#take(path, waitMs, 'BEGIN; SELECT count(*) FROM sqlite_schema')
  }

  /**
   * Takes the only place.
   *
   * @throws {StoreFault} `STORE_IN_USE` while anybody else has the store open.
   */
  static alone(path: string): Presence {
    return Presence.#take(path, 0, 'BEGIN EXCLUSIVE')
  }

  static #take(path: string, busyTimeoutMs: number, lock: string): Presence {
    // What is in memory only has no place for a file, and nobody else who could open it.
    const isFile = path !== ':memory:'
    const file = isFile ? `${path}-users` : path
    let database: Database.Database | undefined
    try {
      if (isFile) closeSync(openSync(file, 'a', 0o600))
      database = new Database(file)
      database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
      database.exec(lock)
      return new Presence(database)
    } catch (cause) {
      database?.close()
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
      if (code.startsWith('SQLITE_BUSY')) throw new StoreFault({ code: 'STORE_IN_USE' }, { cause })
      throw new StoreFault({ code: 'STORE_UNAVAILABLE', reason: code }, { cause })
    }
  }

  /** Gives the place up. */
  end(): void {
    if (this.#database.open) this.#database.close()
  }
}
