import pg from 'pg'
import { StoreFault } from '../fault.ts'
import type { Row } from '../rows.ts'
import { type PostgresOptions, poolConfig } from './address.ts'
import { faultOfTrouble, inFailedTransaction, troubleOf } from './trouble.ts'

/** What may be bound to a statement. */
export type Value =
  | string
  | number
  | null
  | Uint8Array
  | readonly (string | number | null | Uint8Array)[]

/** A statement and its values; `name` makes the server prepare it once a connection. */
export type Statement = {
  readonly name?: string
  readonly text: string
  readonly values?: readonly Value[]
}

/** What a statement gave. */
export type Result = { readonly rows: readonly Row[]; readonly command: string }

/** One connection, for one transaction at a time. */
export class Session {
  readonly #client: pg.PoolClient
  #hasWarned = false

  constructor(client: pg.PoolClient) {
    this.#client = client
  }

  /**
   * Sends statements at once and waits for all of them: one round trip. Rejects with the error of
   * the first one that failed; those after it did nothing, as long as a transaction is open.
   */
  async send(statements: readonly Statement[]): Promise<readonly Result[]> {
    const warn = () => {
      this.#hasWarned = true
    }
    this.#hasWarned = false
    this.#client.on('notice', warn)
    try {
      return await this.#results(statements)
    } finally {
      this.#client.off('notice', warn)
    }
  }

  /** Whether the server said anything beside its results to what was sent last. */
  get hasWarned(): boolean {
    return this.#hasWarned
  }

  /** Sends one statement. */
  async rows(statement: Statement): Promise<readonly Row[]> {
    const [result] = await this.send([statement])
    return result?.rows ?? []
  }

  /** Gives the connection back, or closes it where nobody knows what state it is in. */
  release(state: 'clean' | 'unknown'): void {
    this.#client.release(state === 'unknown')
  }

  async #results(statements: readonly Statement[]): Promise<readonly Result[]> {
    const outcomes = await Promise.allSettled(
      statements.map(({ name, text, values = [] }) =>
        this.#client.query<Record<string, unknown>>({
          text,
          ...(name !== undefined && { name }),
          ...(values.length > 0 && { values: [...values] }),
        }),
      ),
    )
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    )
    const first = failures.find((error) => !isFollowing(error)) ?? failures[0]
    if (first !== undefined) throw first
    return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  }
}

function isFollowing(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === inFailedTransaction
  )
}

/** The connections of one store. */
export class Sessions {
  readonly #pool: pg.Pool
  #isClosed = false

  constructor(options: PostgresOptions) {
    this.#pool = new pg.Pool(poolConfig(options))
    // A connection that dies, as at a restart of the server, fails what is being asked of it; an idle
    // one the pool drops. Without listeners either would end the process.
    this.#pool.on('error', () => undefined)
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
  }

  /**
   * A connection, new or used before.
   *
   * @throws {StoreFault} `STORE_UNAVAILABLE` if there is none in time, `STORE_DENIED` if the server
   *   does not let this role in.
   */
  async acquire(): Promise<Session> {
    if (this.#isClosed) throw new StoreFault({ code: 'STORE_UNAVAILABLE', reason: 'closed' })
    try {
      return new Session(await this.#pool.connect())
    } catch (error) {
      throw faultOfTrouble(troubleOf(error))
    }
  }

  /** The rows of one statement in a transaction of its own. */
  rows(statement: Statement): Promise<readonly Row[]> {
    return this.use((session) => session.rows(statement))
  }

  /** Lends a connection; what fails closes it, and with it a transaction that is open. */
  async use<T>(body: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.acquire()
    try {
      const value = await body(session)
      session.release('clean')
      return value
    } catch (error) {
      session.release('unknown')
      throw error instanceof RangeError ? error : faultOfTrouble(troubleOf(error))
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#pool.end()
  }
}
