import { integer as integerBetween } from '@boltwarden/core/assert'
import type { ChannelId, EventId, InvoiceId } from '@boltwarden/core/ids'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import { encodeIntent, type Intent, intentKey } from '@boltwarden/policy/state/intent'
import type { InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import { emptyNodeState, type NodeState } from '@boltwarden/policy/state/node-state'
import { adoptedDetail, intentDetail } from '../audit/details.ts'
import { type Author, auditAct } from '../audit/row.ts'
import { generationOf } from '../audit-rows.ts'
import type { Backend, Batch, BatchOutcome, Counts, Generation } from '../backend.ts'
import { isStoreFault, StoreFault } from '../fault.ts'
import { type Page, pageLimit } from '../page.ts'
import {
  channelOf,
  integer,
  intentOf,
  invoiceOf,
  ledgerColumns,
  ledgerEntryOf,
  nodeOf,
  text,
} from '../rows.ts'
import type { SynchronousCommit } from './address.ts'
import { PostgresAuditLog } from './audit-log.ts'
import { decideBatch } from './deciding.ts'
import { checkDurable } from './durability.ts'
import { PostgresOutbox } from './outbox.ts'
import type { Sessions } from './session.ts'
import { Transactions } from './transaction.ts'
import { RefusedTask } from './uniqueness.ts'
import { insertChannel } from './writing.ts'

const entry = ledgerColumns.join(', ')

const sql = {
  event: `SELECT ${entry} FROM events WHERE event = $1`,
  channels: 'SELECT channel, id, state FROM channels WHERE channel > $1 ORDER BY channel LIMIT $2',
  channelById: 'SELECT channel, id, state FROM channels WHERE id = $1',
  known: 'SELECT channel FROM channels WHERE channel = $1 OR id = $2',
  invoices: `SELECT invoice, nonce, state FROM invoices
    WHERE invoice > $1 ORDER BY invoice LIMIT $2`,
  intent: 'SELECT id, key, state FROM intents WHERE id = $1',
  intents: 'SELECT id, key, state FROM intents WHERE id > $1 ORDER BY id LIMIT $2',
  lockIntent: 'SELECT id FROM intents WHERE id = $1 FOR UPDATE',
  addIntent: 'INSERT INTO intents (id, key, state) VALUES ($1, $2, $3)',
  removeIntent: 'DELETE FROM intents WHERE id = $1',
  node: 'SELECT state FROM node WHERE state IS NOT NULL',
  counts: `SELECT (SELECT count(*) FROM channels) AS channels,
    (SELECT count(*) FROM invoices) AS invoices, (SELECT count(*) FROM events) AS events`,
  chain: 'SELECT lineage, generation, sequence, hash FROM chain',
  renew: `UPDATE chain SET lineage = replace(gen_random_uuid()::text, '-', ''),
    generation = greatest(generation, $1)`,
  // An event that is being decided is left for the next time; one that was locked is looked at anew.
  closed: `SELECT event FROM events WHERE sent_at < $1 AND received_at < $1
    AND (answered_at IS NOT NULL OR verdict = 'hold'
      OR (verdict = 'decline' AND kind <> 'derive-key-and-sign'))
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.event = events.event)
    ORDER BY received_at, arrival LIMIT $2 FOR UPDATE OF events SKIP LOCKED`,
  raiseForgotten: 'UPDATE chain SET forgotten_before = greatest(forgotten_before, $1)',
  forget: 'DELETE FROM events WHERE event = ANY($1::text[])',
  beat: 'UPDATE realm SET heartbeat = heartbeat + 1',
} as const

/** The enforcement state in a PostgreSQL database, which several instances may share. */
export class PostgresBackend implements Backend {
  readonly outbox: PostgresOutbox
  readonly audit: PostgresAuditLog
  readonly #sessions: Sessions
  readonly #transactions: Transactions
  readonly #synchronousCommit: SynchronousCommit

  constructor(sessions: Sessions, outcomeMs: number, synchronousCommit: SynchronousCommit) {
    this.#sessions = sessions
    this.#transactions = new Transactions(sessions, outcomeMs)
    this.#synchronousCommit = synchronousCommit
    this.outbox = new PostgresOutbox(sessions, this.#transactions)
    this.audit = new PostgresAuditLog(sessions, this.#transactions)
  }

  async commit<T>(batch: Batch<T>): Promise<BatchOutcome<T>> {
    try {
      return await this.#commitTogether(batch)
    } catch (error) {
      if (!isOfOnePart(error)) throw error
      const { tasks, accepted } = batch
      if (tasks.length + accepted.length > 1) return this.#commitEach(batch)
      const rejected = { status: 'rejected', reason: error } as const
      return { tasks: tasks.map(() => rejected), accepted: accepted.map(() => rejected) }
    }
  }

  async channels(page: Page<number> = {}): Promise<readonly ChannelState[]> {
    const values = [page.after ?? -1, pageLimit(page)]
    return (await this.#sessions.rows({ text: sql.channels, values })).map(channelOf)
  }

  async invoices(page: Page<InvoiceId> = {}): Promise<readonly InvoiceState[]> {
    const values = [page.after ?? '', pageLimit(page)]
    return (await this.#sessions.rows({ text: sql.invoices, values })).map(invoiceOf)
  }

  async channelById(id: ChannelId): Promise<ChannelState | undefined> {
    const [row] = await this.#sessions.rows({ text: sql.channelById, values: [id] })
    return row && channelOf(row)
  }

  adopt(channel: ChannelState, author: Author): Promise<void> {
    const known = { text: sql.known, values: [channel.channel, channel.id] }
    return this.#transactions.run(async (transaction) => {
      const { results } = await transaction.lockChain([known])
      if (results[0]?.rows.length !== 0) throw conflict('the channel is known')
      const fact = auditAct('channel-adopted', author, adoptedDetail(channel))
      await transaction.commit(insertChannel(channel), [fact])
    })
  }

  async intent(id: string): Promise<Intent | undefined> {
    const [row] = await this.#sessions.rows({ text: sql.intent, values: [id] })
    return row && intentOf(row)
  }

  async intents(page: Page<string> = {}): Promise<readonly Intent[]> {
    const values = [page.after ?? '', pageLimit(page)]
    return (await this.#sessions.rows({ text: sql.intents, values })).map(intentOf)
  }

  registerIntent(intent: Intent, author: Author): Promise<void> {
    const values = [intent.id, intentKey(intent), encodeIntent(intent)]
    return this.#transactions.run(async (transaction) => {
      const known = { text: sql.intent, values: [intent.id] }
      const { results } = await transaction.lockChain([known])
      if (results[0]?.rows.length !== 0) throw conflict('the intent is known')
      const fact = auditAct('intent-registered', author, intentDetail(intent))
      await transaction.commit([{ text: sql.addIntent, values }], [fact])
    })
  }

  removeIntent(id: string, author: Author): Promise<boolean> {
    return this.#transactions.run(async (transaction) => {
      const [locked] = await transaction.send([{ text: sql.lockIntent, values: [id] }])
      if (locked?.rows.length !== 1) return false
      await transaction.lockChain()
      const fact = auditAct('intent-removed', author, id)
      await transaction.commit([{ text: sql.removeIntent, values: [id] }], [fact])
      return true
    })
  }

  async node(): Promise<NodeState> {
    const [row] = await this.#sessions.rows({ text: sql.node })
    return row === undefined ? emptyNodeState : nodeOf(row)
  }

  async event(event: EventId): Promise<LedgerEntry | undefined> {
    const [row] = await this.#sessions.rows({ text: sql.event, values: [event] })
    return row && ledgerEntryOf(row)
  }

  async counts(): Promise<Counts> {
    const [row = {}] = await this.#sessions.rows({ text: sql.counts })
    return {
      channels: integer(row, 'channels'),
      invoices: integer(row, 'invoices'),
      events: integer(row, 'events'),
    }
  }

  async generation(): Promise<Generation> {
    const [row = {}] = await this.#sessions.rows({ text: sql.chain })
    return generationOf(row)
  }

  async accept(author: Author, reason: string, atLeast: number): Promise<Generation> {
    await this.#transactions.run(async (transaction) => {
      await transaction.lockChain()
      const renewal = { text: sql.renew, values: [atLeast] }
      await transaction.commit(
        [renewal, { text: 'DELETE FROM halt' }],
        [auditAct('store-accepted', author, reason)],
      )
    })
    return this.generation()
  }

  async prune(beforeMs: number, author: Author, limit = 1000): Promise<number> {
    integerBetween('limit', limit, 1, 1000)
    return this.#transactions.run(async (transaction) => {
      const [locked] = await transaction.send([{ text: sql.closed, values: [beforeMs, limit] }])
      const closed = (locked?.rows ?? []).map((row) => text(row, 'event'))
      if (closed.length === 0) return 0
      await transaction.lockChain()
      const detail = `${closed.length} that arrived before ${beforeMs}`
      const fact = auditAct('events-pruned', author, detail)
      const forgetting = { text: sql.forget, values: [closed] }
      const raising = { text: sql.raiseForgotten, values: [beforeMs] }
      await transaction.commit([forgetting, raising], [fact])
      return closed.length
    })
  }

  /** Also asks whether the server is still one that keeps what it confirms: another may be there. */
  async health(): Promise<void> {
    await this.#sessions.use((session) => checkDurable(session, this.#synchronousCommit))
    await this.#transactions.run(async (transaction) => {
      await transaction.lockChain()
      await transaction.commit([{ name: 'beat', text: sql.beat }])
    })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sessions.close()
  }

  async #commitTogether<T>(batch: Batch<T>): Promise<BatchOutcome<T>> {
    const refused = new Map<number, StoreFault>()
    for (;;) {
      try {
        return await this.#transactions.run((transaction) =>
          decideBatch(transaction, batch, refused),
        )
      } catch (error) {
        if (!(error instanceof RefusedTask)) throw error
        refused.set(error.at, error.fault)
      }
    }
  }

  /** One part is in trouble that only shows in the database: each goes alone, and only that fails. */
  async #commitEach<T>({ tasks, accepted }: Batch<T>): Promise<BatchOutcome<T>> {
    const outcome: {
      tasks: BatchOutcome<T>['tasks'][number][]
      accepted: PromiseSettledResult<void>[]
    } = { tasks: [], accepted: [] }
    for (const answer of accepted) {
      const [alone] = (await this.#commitAlone<T>({ tasks: [], accepted: [answer] })).accepted
      if (alone !== undefined) outcome.accepted.push(alone)
    }
    for (const task of tasks) {
      const [alone] = (await this.#commitAlone({ tasks: [task], accepted: [] })).tasks
      if (alone !== undefined) outcome.tasks.push(alone)
    }
    return outcome
  }

  /** What fails must not be told of the parts that went before. */
  async #commitAlone<T>(part: Batch<T>): Promise<BatchOutcome<T>> {
    try {
      return await this.commit(part)
    } catch (reason) {
      const rejected = { status: 'rejected', reason } as const
      return { tasks: part.tasks.map(() => rejected), accepted: part.accepted.map(() => rejected) }
    }
  }
}

function conflict(reason: string): StoreFault {
  return new StoreFault({ code: 'STORE_CONFLICT', reason })
}

/** A conflict that only the database saw, or a row that does not read. */
function isOfOnePart(error: unknown): boolean {
  if (!isStoreFault(error)) return false
  const { detail } = error
  return (
    detail.code === 'STORE_CONFLICT' ||
    (detail.code === 'STORE_CORRUPT' && detail.where !== 'server' && detail.where !== 'chain')
  )
}
