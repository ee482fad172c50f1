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
import { Chain } from './chain.ts'
import type { Connection } from './connection.ts'

const sql = {
  rows: `SELECT sequence, previous, hash, fact FROM audit
    WHERE sequence > max(?, ?) ORDER BY sequence LIMIT ?`,
  row: 'SELECT sequence, previous, hash, fact FROM audit WHERE sequence = ?',
  anchor: 'SELECT anchor FROM chain',
  setAnchor: 'UPDATE chain SET anchor = ?',
  prune: `DELETE FROM audit WHERE sequence IN
    (SELECT sequence FROM audit WHERE sequence <= ? ORDER BY sequence LIMIT 1000)`,
} as const

/** The audit log of one SQLite file. */
export class SqliteAuditLog implements AuditLog {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async rows(page: Page<number> = {}): Promise<readonly AuditRow[]> {
    const pruned = this.#anchor()?.sequence ?? 0
    return this.#connection.all(sql.rows, page.after ?? 0, pruned, pageLimit(page)).map(auditRowOf)
  }

  async append(fact: AuditAct | AuditSeal): Promise<AuditRow> {
    return Chain.inTurn(this.#connection, (chain) => chain.append(fact))
  }

  async anchor(): Promise<Checkpoint | undefined> {
    return this.#anchor()
  }

  async prune(anchor: Checkpoint, author: Author): Promise<number> {
    return Chain.inTurn(this.#connection, (chain) => {
      const before = this.#anchor()
      if (before?.sequence !== anchor.sequence) this.#moveAnchor(anchor, before, chain, author)
      return this.#connection.run(sql.prune, anchor.sequence)
    })
  }

  #anchor(): Checkpoint | undefined {
    return anchorOf(this.#connection.get(sql.anchor) ?? {})
  }

  #moveAnchor(
    anchor: Checkpoint,
    before: Checkpoint | undefined,
    chain: Chain,
    author: Author,
  ): void {
    const [row] = this.#connection.all(sql.row, anchor.sequence).map(auditRowOf)
    const isLater = before === undefined || anchor.sequence > before.sequence
    if (row === undefined || !isLater || !equalBytes(row.hash, anchor.hash)) {
      throw new RangeError('"anchor" expected the hash of a row that is there')
    }
    this.#connection.run(sql.setAnchor, encodeCheckpoint(anchor))
    chain.append(auditAct('audit-pruned', author, `rows up to ${anchor.sequence}`))
  }
}
