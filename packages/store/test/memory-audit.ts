import { equalBytes } from '@boltwarden/core/bytes'
import {
  type AuditAct,
  type AuditFact,
  type AuditHead,
  type AuditLog,
  type AuditRow,
  type AuditSeal,
  type Author,
  auditAct,
  type Checkpoint,
  emptyChain,
  nextRow,
  type Page,
} from '@boltwarden/store'
import { pageLimit } from '#src/page'

/** The audit log of the model. */
export class MemoryAudit implements AuditLog {
  readonly #rows: AuditRow[] = []
  readonly #written: () => void
  #anchor: Checkpoint | undefined
  #pruned = 0

  /** @param written - told of every commit of its own. */
  constructor(written: () => void) {
    this.#written = written
  }

  get head(): AuditHead {
    const last = this.#rows.at(-1)
    return last === undefined ? emptyChain : { sequence: last.sequence, hash: last.hash }
  }

  get length(): number {
    return this.#rows.length
  }

  add(fact: AuditFact): AuditRow {
    const row = nextRow(this.head, fact)
    this.#rows.push(row)
    return row
  }

  async rows(page: Page<number> = {}): Promise<readonly AuditRow[]> {
    const after = Math.max(page.after ?? 0, this.#anchor?.sequence ?? 0)
    return this.#rows.slice(after, after + pageLimit(page))
  }

  async append(fact: AuditAct | AuditSeal): Promise<AuditRow> {
    const row = this.add(fact)
    this.#written()
    return row
  }

  async anchor(): Promise<Checkpoint | undefined> {
    return this.#anchor
  }

  async prune(anchor: Checkpoint, author: Author): Promise<number> {
    const { sequence, hash } = anchor
    const isNew = sequence !== this.#anchor?.sequence
    if (isNew) {
      const row = this.#rows[sequence - 1]
      const isLater = sequence > (this.#anchor?.sequence ?? 0)
      if (row === undefined || !isLater || !equalBytes(row.hash, hash)) {
        throw new RangeError('"anchor" expected the hash of a row that is there')
      }
      this.#anchor = anchor
      this.add(auditAct('audit-pruned', author, `rows up to ${sequence}`))
    }
    const removed = Math.min(1000, sequence - this.#pruned)
    this.#pruned += removed
    if (isNew || removed > 0) this.#written()
    return removed
  }
}
