import { integer as integerBetween } from '@boltwarden/core/assert'
import { toHex } from '@boltwarden/core/hex'
import type { ChannelId, EventId, InvoiceId } from '@boltwarden/core/ids'
import { type ChannelState, encodeChannelState } from '@boltwarden/policy/state/channel-state'
import { encodeIntent, type Intent, intentKey } from '@boltwarden/policy/state/intent'
import type { InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import type { NodeState } from '@boltwarden/policy/state/node-state'
import type { View } from '@boltwarden/policy/view'
import { adoptedDetail, intentDetail } from '../audit/details.ts'
import { type Author, auditAct } from '../audit/row.ts'
import type {
  AcceptedAnswer,
  Backend,
  Batch,
  BatchOutcome,
  Counts,
  Done,
  Generation,
  Recorded,
  Step,
  Task,
} from '../backend.ts'
import { isStoreFault, type StoreFault } from '../fault.ts'
import type { Queued } from '../outbox.ts'
import { type Page, pageLimit } from '../page.ts'
import { channelOf, integer, intentOf, invoiceOf, ledgerEntryOf, text } from '../rows.ts'
import { SqliteAuditLog } from './audit-log.ts'
import { Chain } from './chain.ts'
import type { Connection } from './connection.ts'
import { Decisions, putRow } from './decisions.ts'
import { clearHalt } from './halt.ts'
import { dequeue, enqueue, SqliteOutbox } from './outbox.ts'
import { sql } from './statements.ts'

/** What one task wanted to write is refused: the others run again without it. */
class RefusedTask extends Error {
  readonly at: number

  constructor(at: number, cause: unknown) {
    super('refused', { cause })
    this.at = at
  }
}

/** The enforcement state in one SQLite file. */
export class SqliteBackend implements Backend {
  readonly outbox: SqliteOutbox
  readonly audit: SqliteAuditLog
  readonly #connection: Connection
  readonly #closed: () => void
  readonly #decisions: Decisions

  /** @param closed - told once the connection is closed. */
  constructor(connection: Connection, closed: () => void = () => {}) {
    this.#connection = connection
    this.#closed = closed
    this.#decisions = new Decisions(connection)
    this.outbox = new SqliteOutbox(connection)
    this.audit = new SqliteAuditLog(connection)
  }

  async commit<T>({ tasks, accepted }: Batch<T>): Promise<BatchOutcome<T>> {
    const refused = new Map<number, unknown>()
    for (;;) {
      try {
        return await Chain.inTurn(this.#connection, (chain) => ({
          accepted: accepted.map((answer) => this.#accept(answer)),
          tasks: tasks.map((task, at) =>
            refused.has(at)
              ? { status: 'rejected', reason: refused.get(at) }
              : this.#decide(task, at, chain),
          ),
        }))
      } catch (error) {
        if (!(error instanceof RefusedTask)) throw error
        refused.set(error.at, error.cause)
      }
    }
  }

  async channels(page: Page<number> = {}): Promise<readonly ChannelState[]> {
    return this.#connection.all(sql.channels, page.after ?? -1, pageLimit(page)).map(channelOf)
  }

  async invoices(page: Page<InvoiceId> = {}): Promise<readonly InvoiceState[]> {
    return this.#connection.all(sql.invoices, page.after ?? '', pageLimit(page)).map(invoiceOf)
  }

  async channelById(id: ChannelId): Promise<ChannelState | undefined> {
    const row = this.#connection.get(sql.channelById, id)
    return row && channelOf(row)
  }

  async adopt(channel: ChannelState, author: Author): Promise<void> {
    const values = [channel.channel, channel.id, encodeChannelState(channel)]
    await Chain.inTurn(this.#connection, (chain) => {
      putRow(this.#connection, sql.adopt, values)
      chain.append(auditAct('channel-adopted', author, adoptedDetail(channel)))
    })
  }

  async intent(id: string): Promise<Intent | undefined> {
    const row = this.#connection.get(sql.intent, id)
    return row && intentOf(row)
  }

  async intents(page: Page<string> = {}): Promise<readonly Intent[]> {
    return this.#connection.all(sql.intents, page.after ?? '', pageLimit(page)).map(intentOf)
  }

  async registerIntent(intent: Intent, author: Author): Promise<void> {
    const values = [intent.id, intentKey(intent), encodeIntent(intent)]
    await Chain.inTurn(this.#connection, (chain) => {
      putRow(this.#connection, sql.addIntent, values)
      chain.append(auditAct('intent-registered', author, intentDetail(intent)))
    })
  }

  async removeIntent(id: string, author: Author): Promise<boolean> {
    return Chain.inTurn(this.#connection, (chain) => {
      if (this.#connection.run(sql.removeIntent, id) === 0) return false
      chain.append(auditAct('intent-removed', author, id))
      return true
    })
  }

  async node(): Promise<NodeState> {
    return this.#decisions.node()
  }

  async event(event: EventId): Promise<LedgerEntry | undefined> {
    const row = this.#connection.get(sql.event, event)
    return row && ledgerEntryOf(row)
  }

  async counts(): Promise<Counts> {
    const row = this.#connection.get(sql.counts) ?? {}
    return {
      channels: integer(row, 'channels'),
      invoices: integer(row, 'invoices'),
      events: integer(row, 'events'),
    }
  }

  async generation(): Promise<Generation> {
    return Chain.read(this.#connection)
  }

  async accept(author: Author, reason: string, atLeast: number): Promise<Generation> {
    await Chain.inTurn(this.#connection, (chain) => {
      chain.renew(atLeast)
      clearHalt(this.#connection)
      chain.append(auditAct('store-accepted', author, reason))
    })
    return Chain.read(this.#connection)
  }

  async prune(beforeMs: number, author: Author, limit = 1000): Promise<number> {
    integerBetween('limit', limit, 1, 1000)
    return Chain.inTurn(this.#connection, (chain) => {
      // What was held may be answered by now: what is closed shows under the lock only.
      const closed = this.#connection.all(sql.closedEvents, beforeMs, limit)
      if (closed.length === 0) return 0
      this.#connection.run(sql.raiseForgotten, beforeMs)
      for (const row of closed) this.#connection.run(sql.forgetEvent, text(row, 'event'))
      const detail = `${closed.length} that arrived before ${beforeMs}`
      chain.append(auditAct('events-pruned', author, detail))
      return closed.length
    })
  }

  async health(): Promise<void> {
    await Chain.inTurn(this.#connection, () => this.#connection.run(sql.beat))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close()
    this.#closed()
  }

  #accept({ event, digest, atMs }: AcceptedAnswer): PromiseSettledResult<void> {
    if (this.#connection.run(sql.answer, atMs, toHex(digest), event) === 0) {
      const known = this.#connection.get(sql.event, event)
      const reason = new RangeError('"event" expected one that was decided')
      if (known === undefined) return { status: 'rejected', reason }
    }
    dequeue(this.#connection, event)
    return { status: 'fulfilled', value: undefined }
  }

  #decide<T>(task: Task<T>, at: number, chain: Chain): PromiseSettledResult<Done<T>> {
    const judged = judge(this.#decisions, task, chain)
    if (judged.status === 'rejected') return judged
    const { view, step } = judged.value
    try {
      this.#decisions.write(step.writes, view)
      const queued = step.recorded && this.#record(step.recorded, chain)
      return { status: 'fulfilled', value: { value: step.value, ...(queued && { queued }) } }
    } catch (error) {
      const concernsAll = isStoreFault(error) && error.code !== 'STORE_CONFLICT'
      throw concernsAll ? error : new RefusedTask(at, error)
    }
  }

  #record({ audit, owed }: Recorded, chain: Chain): Queued | undefined {
    const { sequence } = chain.append(audit)
    return owed && enqueue(this.#connection, sequence, owed)
  }
}

/** Reads what the task may see and runs its step. Nothing is written yet. */
function judge<T>(
  decisions: Decisions,
  { scope, step }: Task<T>,
  chain: Chain,
): PromiseSettledResult<{ readonly view: View; readonly step: Step<T> }> {
  try {
    const view = decisions.read(scope, chain.forgottenBeforeMs)
    return { status: 'fulfilled', value: { view, step: step(view) } }
  } catch (reason) {
    // A row that does not read is no trouble for the others; a database that fails is.
    const isOfTask = !isStoreFault(reason) || isUnreadableRow(reason)
    if (isOfTask) return { status: 'rejected', reason }
    throw reason
  }
}

function isUnreadableRow({ detail }: StoreFault): boolean {
  return detail.code === 'STORE_CORRUPT' && detail.where !== 'file'
}
