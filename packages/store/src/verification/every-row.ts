import type { Row } from '../rows.ts'
import type { TableName, Upkeep } from '../upkeep.ts'

const pageSize = 1000

/** Every row of a table by ascending key, a page at a time. */
export async function* everyRow(
  upkeep: Pick<Upkeep, 'rows'>,
  table: TableName,
): AsyncGenerator<Row, void, undefined> {
  let last: Row | undefined
  do {
    const page: readonly Row[] = await upkeep.rows(table, pageSize, last)
    yield* page
    last = page.length < pageSize ? undefined : page.at(-1)
  } while (last !== undefined)
}
