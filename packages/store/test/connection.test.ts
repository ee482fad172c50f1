import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Connection } from '#src/sqlite/connection'

// The driver steps a statement on with its old values where all rows of it were read before and one
// is asked for now: it gave the row of another key.
test('a query gives the rows of its values, whichever way it was asked for before', () => {
  const connection = Connection.open(':memory:', 0, 'scratch')
  connection.exec(`CREATE TABLE t (k TEXT); INSERT INTO t VALUES ('a'), ('b'), ('b')`)
  const sql = 'SELECT k FROM t WHERE k = ?'
  const rowsOf = { a: ['a'], b: ['b', 'b'], none: [] }
  const key = fc.constantFrom('a', 'b', 'none')
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.boolean()), { maxLength: 12 }), (asked) => {
      for (const [k, isAll] of asked) {
        const rows = isAll ? connection.all(sql, k) : [connection.get(sql, k)]
        const [first] = rowsOf[k]
        expect(rows.map((row) => row?.['k'])).toEqual(isAll ? rowsOf[k] : [first])
      }
    }),
  )
  connection.close()
})
