import { equalBytes } from '@boltwarden/core/bytes'
import type { Checkpoint } from '../audit/checkpoint.ts'
import { encodeCheckpoint } from '../audit/fact-text.ts'
import {
  type AuditAct,
  type AuditRow,
  type AuditSeal,
  type Author,
  auditAct,
} from '../audit/row.ts'
import { anchorOf, auditRowOf } from '../audit-rows.ts'
import type { AuditLog } from '../backend.ts'
import { type Page, pageLimit } from '../page.ts'
import { integer } from '../rows.ts'
import type { Sessions } from './session.ts'
import type { Transaction, Transactions } from './transaction.ts'

const sql = {
  rows: `SELECT sequence, previous, hash, fact FROM audit
    WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
  row: 'SELECT sequence, previous, hash, fact FROM audit WHERE sequence = $1',
  anchor: 'SELECT anchor FROM chain',
  setAnchor: 'UPDATE chain SET anchor = $1',
  oldest: 'SELECT sequence FROM audit WHERE sequence <= $1 ORDER BY sequence LIMIT 1000',
  remove: 'DELETE FROM audit WHERE sequence = ANY($1::bigint[])',
} as const

/** The audit log of one PostgreSQL database. */
export class PostgresAuditLog implements AuditLog {
  readonly #sessions: Sessions
  readonly #transactions: Transactions

  constructor(sessions: Sessions, transactions: Transactions) {
    this.#sessions = sessions
    this.#transactions = transactions
  }

  async rows(page: Page<number> = {}): Promise<readonly AuditRow[]> {
    const limit = pageLimit(page)
    const pruned = (await this.anchor())?.sequence ?? 0
    const values = [Math.max(page.after ?? 0, pruned), limit]
    return (await this.#sessions.rows({ text: sql.rows, values })).map(auditRowOf)
  }

  append(fact: AuditAct | AuditSeal): Promise<AuditRow> {
    return this.#transactions.run(async (transaction) => {
      await transaction.lockChain()
      const [row] = await transaction.commit([], [fact])
      if (row === undefined) throw new TypeError('"row" expected to be appended')
      return row
    })
  }

  async anchor(): Promise<Checkpoint | undefined> {
    const [row = {}] = await this.#sessions.rows({ text: sql.anchor })
    return anchorOf(row)
  }

  prune(anchor: Checkpoint, author: Author): Promise<number> {
    return this.#transactions.run((transaction) => pruneUpTo(transaction, anchor, author))
  }
}

async function pruneUpTo(
  transaction: Transaction,
  anchor: Checkpoint,
  author: Author,
): Promise<number> {
  const { sequence } = anchor
  const { anchor: before, results } = await transaction.lockChain([
    { text: sql.row, values: [sequence] },
    { text: sql.oldest, values: [sequence] },
  ])
  const [found, oldest] = results
  const isMoved = before?.sequence !== sequence
  const [row] = (found?.rows ?? []).map(auditRowOf)
  if (isMoved) refuseOther(anchor, before, row)
  const doomed = (oldest?.rows ?? []).map((each) => integer(each, 'sequence'))
  if (!isMoved && doomed.length === 0) return 0
  const moving = { text: sql.setAnchor, values: [encodeCheckpoint(anchor)] }
  const fact = auditAct('audit-pruned', author, `rows up to ${sequence}`)
  await transaction.commit(
    [...(isMoved ? [moving] : []), { text: sql.remove, values: [doomed] }],
    isMoved ? [fact] : [],
  )
  return doomed.length
}

function refuseOther(
  { sequence, hash }: Checkpoint,
  before: Checkpoint | undefined,
  row: AuditRow | undefined,
): void {
  const isLater = before === undefined || sequence > before.sequence
  if (row !== undefined && isLater && equalBytes(row.hash, hash)) return
  throw new RangeError('"anchor" expected the hash of a row that is there')
}
