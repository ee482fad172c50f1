import { blob, integer, nullable, type Row, text } from './rows.ts'
import type { ColumnType } from './upkeep.ts'

/** What a column holds, whatever the database. */
export type ColumnValue = string | number | Uint8Array | null

/** The values of some columns, each of the type that its column has. */
export function columnValues(
  row: Row,
  columns: Readonly<Record<string, ColumnType>>,
  names: readonly string[],
): readonly ColumnValue[] {
  return names.map((name) => nullable(row, name, readers[columns[name] ?? 'text']) ?? null)
}

const readers: Readonly<Record<ColumnType, (row: Row, column: string) => ColumnValue>> = {
  text,
  integer,
  bytes: blob,
}
