import { StoreFault } from '../fault.ts'
import type { Halt } from '../halt.ts'
import { haltOf } from '../upkeep.ts'
import type { Connection } from './connection.ts'

const sql = {
  exists: "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'halt'",
  read: 'SELECT cause, detail FROM halt',
  write: `INSERT INTO halt (only_row, cause, detail) VALUES (1, ?, ?)
    ON CONFLICT (only_row) DO UPDATE SET cause = excluded.cause, detail = excluded.detail`,
  clear: 'DELETE FROM halt',
} as const

/** Why nothing is decided with the store, if so. */
export function readHalt(connection: Connection): Halt | undefined {
  // A copy of an earlier version has no such table.
  if (connection.get(sql.exists) === undefined) return undefined
  const row = connection.get(sql.read)
  return row && haltOf(row)
}

/** Halts the store, within the caller's transaction. */
export function writeHalt(connection: Connection, { cause, detail }: Halt): void {
  connection.run(sql.write, cause, detail)
}

/** Lets the store decide again, within the caller's transaction. */
export function clearHalt(connection: Connection): void {
  if (connection.get(sql.exists) !== undefined) connection.run(sql.clear)
}

/** @throws {StoreFault} `STORE_HALTED`. */
export function refuseHalted(connection: Connection): void {
  const halt = readHalt(connection)
  if (halt !== undefined) throw new StoreFault({ code: 'STORE_HALTED', ...halt })
}
