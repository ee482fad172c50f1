import { createHash } from 'node:crypto'
import type { Author } from './audit/row.ts'
import { StoreFault } from './fault.ts'
import { blob, integer, nullable, type Row, text } from './rows.ts'
import {
  type ColumnType,
  type Table,
  type TableName,
  tableNames,
  tables,
  type Upkeep,
} from './upkeep.ts'
import { everyRow } from './verification/every-row.ts'

/** How many rows a table has, and what they are known by together. */
export type TableSum = { readonly rows: number; readonly sum: string }

/** The sums of every table. */
export type StoreSums = Readonly<Record<TableName, TableSum>>

const batchSize = 500

/**
 * Moves everything that is remembered into another database, which must be empty and of the same
 * realm. From its start the one here decides nothing any more; the other one decides once every row
 * was read back and compared. Where it breaks off, neither decides: the other one is emptied and the
 * move started again, or the one here accepted.
 *
 * @param destination - public; what is recorded of where it went.
 * @throws {StoreFault} `STORE_CONFLICT` if the other one is not empty, `STORE_WRONG_REALM`,
 *   `STORE_HALTED` if the one here was moved before, `STORE_CORRUPT` if what is read back differs.
 */
export async function moveStore(
  from: Upkeep,
  to: Upkeep,
  destination: string,
  author: Author,
): Promise<StoreSums> {
  await refuseUnfit(from, to)
  await to.halt({ cause: 'filling', detail: 'a move into it has not ended' })
  await from.halt({ cause: 'moved', detail: destination }, author)
  for (const table of tableNames) await copyTable(from, to, table)
  const [here, there] = [await sumsOf(from), await sumsOf(to)]
  for (const table of tableNames) {
    if (here[table].sum !== there[table].sum || here[table].rows !== there[table].rows) {
      throw new StoreFault({ code: 'STORE_CORRUPT', where: table, reason: 'the copy differs' })
    }
  }
  await to.release()
  return there
}

/**
 * The sums of every table: SHA-256 of each row's values as JSON, added up, so that no order of rows
 * matters. Two databases of different makers have the same sums if they hold the same.
 */
export async function sumsOf(upkeep: Pick<Upkeep, 'rows'>): Promise<StoreSums> {
  const sums: Partial<Record<TableName, TableSum>> = {}
  for (const table of tableNames) sums[table] = await sumOf(upkeep, table)
  return allOf(sums)
}

async function sumOf(upkeep: Pick<Upkeep, 'rows'>, table: TableName): Promise<TableSum> {
  let [rows, sum] = [0, 0n]
  for await (const row of everyRow(upkeep, table)) {
    rows++
    const hash = createHash('sha256')
      .update(`${table} ${lineOf(table, row)}`)
      .digest('hex')
    sum = (sum + BigInt(`0x${hash}`)) % 2n ** 256n
  }
  return { rows, sum: sum.toString(16).padStart(64, '0') }
}

function allOf(sums: Partial<Record<TableName, TableSum>>): StoreSums {
  const none = { rows: 0, sum: '' }
  const of = (table: TableName) => sums[table] ?? none
  return {
    channels: of('channels'),
    incoming_htlcs: of('incoming_htlcs'),
    invoices: of('invoices'),
    intents: of('intents'),
    spends: of('spends'),
    node: of('node'),
    events: of('events'),
    audit: of('audit'),
    outbox: of('outbox'),
    chain: of('chain'),
  }
}

async function refuseUnfit(from: Upkeep, to: Upkeep): Promise<void> {
  const halt = await from.halted()
  if (halt !== undefined) throw new StoreFault({ code: 'STORE_HALTED', ...halt })
  const [here, there] = [await from.realm(), await to.realm()]
  const [found, expected] = [JSON.stringify(there), JSON.stringify(here)]
  if (found !== expected) throw new StoreFault({ code: 'STORE_WRONG_REALM', expected, found })
  for (const table of tableNames) {
    const [row] = table === 'chain' ? [] : await to.rows(table, 1)
    if (row === undefined) continue
    throw new StoreFault({ code: 'STORE_CONFLICT', reason: `${table} of the other one has rows` })
  }
}

async function copyTable(from: Upkeep, to: Upkeep, table: TableName): Promise<void> {
  let batch: Row[] = []
  for await (const row of everyRow(from, table)) {
    batch.push(row)
    if (batch.length < batchSize) continue
    await to.fill(table, batch)
    batch = []
  }
  if (batch.length > 0) await to.fill(table, batch)
}

const readers: Readonly<Record<ColumnType, (row: Row, column: string) => string | number>> = {
  text,
  integer,
  bytes: (row, column) => Buffer.from(blob(row, column)).toString('hex'),
}

/** The values of a row in the order of its columns, whatever types a driver gives them. */
function lineOf(table: TableName, row: Row): string {
  const { columns }: Table = tables[table]
  const values = Object.entries(columns).map(
    ([name, type]) => nullable(row, name, readers[type]) ?? null,
  )
  return JSON.stringify(values)
}
