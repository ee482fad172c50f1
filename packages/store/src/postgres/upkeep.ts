import { integer as integerBetween } from '@boltwarden/core/assert'
import { isNetwork } from '@boltwarden/core/network'
import { type Author, auditAct } from '../audit/row.ts'
import { columnValues } from '../column-values.ts'
import type { Halt } from '../halt.ts'
import type { Realm } from '../realm.ts'
import { type Row, reading, text } from '../rows.ts'
import { type Table, type TableName, tables, type Upkeep } from '../upkeep.ts'
import { type PostgresOptions, waitsOf } from './address.ts'
import { readHalt } from './schema.ts'
import { Sessions, type Statement } from './session.ts'
import { Transactions } from './transaction.ts'

/**
 * Opens a PostgreSQL database for its operator, as a role that may change every table: their owner.
 * Its schema must be of this version.
 *
 * @throws {StoreFault} as `openPostgres`, from each method.
 */
export function openPostgresUpkeep(options: PostgresOptions): Upkeep {
  const sessions = new Sessions(options)
  return new PostgresUpkeep(sessions, new Transactions(sessions, waitsOf(options).outcomeMs))
}

const writeHalt = `INSERT INTO halt (only_row, cause, detail) VALUES (1, $1, $2)
  ON CONFLICT (only_row) DO UPDATE SET cause = excluded.cause, detail = excluded.detail`

class PostgresUpkeep implements Upkeep {
  readonly #sessions: Sessions
  readonly #transactions: Transactions

  constructor(sessions: Sessions, transactions: Transactions) {
    this.#sessions = sessions
    this.#transactions = transactions
  }

  async realm(): Promise<Realm | undefined> {
    const [row] = await this.#sessions.rows({ text: 'SELECT fingerprint, network FROM realm' })
    if (row === undefined) return undefined
    return reading('realm', () => {
      const network = text(row, 'network')
      if (!isNetwork(network)) throw new RangeError('"network" is unknown')
      return { fingerprint: text(row, 'fingerprint'), network }
    })
  }

  /** The server looks after its pages itself; the constraints say what may stand in a row. */
  async integrity(): Promise<readonly string[]> {
    const rows = await this.#sessions.rows({
      text: `SELECT conname FROM pg_constraint
        WHERE connamespace = current_schema()::regnamespace AND NOT convalidated
        UNION ALL SELECT indexrelid::regclass::text FROM pg_index
        JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relnamespace = current_schema()::regnamespace AND NOT indisvalid`,
    })
    return rows.map((row) => `${row['conname']} is not valid`)
  }

  rows(table: TableName, limit: number, after?: Row): Promise<readonly Row[]> {
    integerBetween('limit', limit, 1, 1000)
    const { key, columns }: Table = tables[table]
    const order = key.join(', ')
    const start = after === undefined ? [] : columnValues(after, columns, key)
    const places = start.map((_, at) => `$${at + 2}`).join(', ')
    const conditions = [
      ...(after === undefined ? [] : [`(${order}) > (${places})`]),
      // Its row is there before there is anything to remember.
      ...(table === 'node' ? ['state IS NOT NULL'] : []),
    ]
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
    const names = Object.keys(columns).join(', ')
    return this.#sessions.rows({
      text: `SELECT ${names} FROM ${table} ${where} ORDER BY ${order} LIMIT $1`,
      values: [limit, ...start],
    })
  }

  async fill(table: TableName, rows: readonly Row[]): Promise<void> {
    const { columns }: Table = tables[table]
    const names = Object.keys(columns)
    const places = names.map((_, at) => `$${at + 1}`).join(', ')
    const isThere = table === 'chain' || table === 'node'
    const changes = names.map((name) => `${name} = excluded.${name}`).join(', ')
    const conflict = isThere ? `ON CONFLICT (only_row) DO UPDATE SET ${changes}` : ''
    const statement = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places}) ${conflict}`
    const statements: Statement[] = rows.map((row) => ({
      text: statement,
      values: reading(table, () => columnValues(row, columns, names)),
    }))
    await this.#sessions.use((session) =>
      session.send([{ text: 'BEGIN' }, ...statements, { text: 'COMMIT' }]),
    )
  }

  halted(): Promise<Halt | undefined> {
    return this.#sessions.use((session) => readHalt(session))
  }

  async halt({ cause, detail }: Halt, author?: Author): Promise<void> {
    await this.#transactions.run(async (transaction) => {
      await transaction.lockChain()
      const facts = author === undefined ? [] : [auditAct(`store-${cause}`, author, detail)]
      await transaction.commit([{ text: writeHalt, values: [cause, detail] }], facts)
    })
  }

  async release(): Promise<void> {
    await this.#sessions.rows({ text: 'DELETE FROM halt' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sessions.close()
  }
}
