import { hash160OfPaymentHash } from '@boltwarden/core/bitcoin/hash'
import { toHex } from '@boltwarden/core/hex'
import type { ChannelId, EventId, InvoiceId } from '@boltwarden/core/ids'
import { type ChannelState, encodeChannelState } from '@boltwarden/policy/state/channel-state'
import { type IncomingHtlc, incomingHtlcs } from '@boltwarden/policy/state/incoming-htlcs'
import { encodeIntent, type Intent, intentKey } from '@boltwarden/policy/state/intent'
import { encodeInvoiceState, type InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import {
  emptyNodeState,
  encodeNodeState,
  type NodeState,
} from '@boltwarden/policy/state/node-state'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import { encodeSpentOutput } from '@boltwarden/policy/state/spent-output'
import { intentKeysOf, type Scope, type View, type Writes } from '@boltwarden/policy/view'
import { StoreFault } from '../fault.ts'
import {
  channelOf,
  integer,
  intentOf,
  invoiceOf,
  ledgerColumns,
  ledgerEntryOf,
  ledgerValues,
  nodeOf,
  spentOutputOf,
} from '../rows.ts'
import { type Backend, type Counts, type Page, pageLimit, type Step } from '../store.ts'
import type { Connection } from './connection.ts'

const columns = ledgerColumns.join(', ')
const places = ledgerColumns.map(() => '?').join(', ')
const updates = ledgerColumns.map((column) => `${column} = excluded.${column}`).join(', ')

// The WHERE clauses are a second lock on what must never change; a conflict changes no row.
const sql = {
  event: `SELECT ${columns} FROM events WHERE event = ?`,
  channel: 'SELECT channel, id, state FROM channels WHERE channel = ?',
  channelById: 'SELECT channel, id, state FROM channels WHERE id = ?',
  invoice: 'SELECT invoice, nonce, state FROM invoices WHERE invoice = ?',
  channels: 'SELECT channel, id, state FROM channels WHERE channel > ? ORDER BY channel LIMIT ?',
  invoices: 'SELECT invoice, nonce, state FROM invoices WHERE invoice > ? ORDER BY invoice LIMIT ?',
  fundings: 'SELECT channel, id, state FROM channels WHERE funding_txid = ? ORDER BY channel',
  incoming: `SELECT c.channel, c.id, c.state FROM incoming_htlcs h
    JOIN channels c ON c.channel = h.channel WHERE h.payment_hash160 = ? ORDER BY c.channel`,
  intent: 'SELECT id, key, state FROM intents WHERE id = ?',
  intentsByKey: 'SELECT id, key, state FROM intents WHERE key = ? ORDER BY id',
  intents: 'SELECT id, key, state FROM intents WHERE id > ? ORDER BY id LIMIT ?',
  node: 'SELECT state FROM node',
  spent: 'SELECT outpoint, state FROM spends WHERE outpoint = ?',
  counts: `SELECT (SELECT COUNT(*) FROM channels) AS channels,
    (SELECT COUNT(*) FROM invoices) AS invoices, (SELECT COUNT(*) FROM events) AS events`,
  writeEvent: `INSERT INTO events (${columns}) VALUES (${places})
    ON CONFLICT (event) DO UPDATE SET ${updates} WHERE events.body_hash = excluded.body_hash`,
  writeChannel: `INSERT INTO channels (channel, id, state, funding_txid) VALUES (?, ?, ?, ?)
    ON CONFLICT (channel) DO UPDATE
    SET state = excluded.state, funding_txid = excluded.funding_txid
    WHERE channels.id = excluded.id`,
  // What is known already makes a conflict, by the path or by the id.
  adopt: 'INSERT INTO channels (channel, id, state) VALUES (?, ?, ?)',
  addIncoming: 'INSERT OR IGNORE INTO incoming_htlcs (payment_hash160, channel) VALUES (?, ?)',
  removeIncoming: 'DELETE FROM incoming_htlcs WHERE payment_hash160 = ? AND channel = ?',
  addIntent: `INSERT INTO intents (id, key, state) VALUES (?, ?, ?)
    ON CONFLICT (id) DO NOTHING`,
  writeIntent: 'UPDATE intents SET state = ? WHERE id = ? AND key = ?',
  removeIntent: 'DELETE FROM intents WHERE id = ?',
  writeNode: `INSERT INTO node (only_row, state) VALUES (1, ?)
    ON CONFLICT (only_row) DO UPDATE SET state = excluded.state`,
  writeSpent: `INSERT INTO spends (outpoint, state) VALUES (?, ?)
    ON CONFLICT (outpoint) DO UPDATE SET state = excluded.state`,
  writeInvoice: `INSERT INTO invoices (invoice, nonce, state) VALUES (?, ?, ?)
    ON CONFLICT (invoice) DO UPDATE SET state = excluded.state
    WHERE invoices.nonce = excluded.nonce`,
  answer: `UPDATE events SET answered_at = ?, answer_digest = ?
    WHERE event = ? AND answered_at IS NULL`,
  beat: 'UPDATE realm SET heartbeat = heartbeat + 1',
} as const

/** The enforcement state in one SQLite file. */
export class SqliteBackend implements Backend {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async update<T>(scope: Scope, step: (view: View) => Step<T>): Promise<T> {
    return this.#connection.exclusively(() => {
      const view = this.#read(scope)
      const { writes, value } = step(view)
      this.#write(writes, view)
      return value
    })
  }

  async markAnswered(event: EventId, answerDigest: Uint8Array, atMs: number): Promise<void> {
    const digest = toHex(answerDigest)
    this.#connection.exclusively(() => {
      if (this.#connection.get(sql.event, event) === undefined) {
        throw new RangeError('"event" expected one that was decided')
      }
      this.#connection.run(sql.answer, atMs, digest, event)
    })
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

  async adopt(channel: ChannelState): Promise<void> {
    const values = [channel.channel, channel.id, encodeChannelState(channel)]
    this.#connection.exclusively(() => this.#put(sql.adopt, values))
  }

  async intent(id: string): Promise<Intent | undefined> {
    const row = this.#connection.get(sql.intent, id)
    return row && intentOf(row)
  }

  async intents(page: Page<string> = {}): Promise<readonly Intent[]> {
    return this.#connection.all(sql.intents, page.after ?? '', pageLimit(page)).map(intentOf)
  }

  async registerIntent(intent: Intent): Promise<void> {
    const values = [intent.id, intentKey(intent), encodeIntent(intent)]
    this.#connection.exclusively(() => this.#put(sql.addIntent, values))
  }

  async removeIntent(id: string): Promise<boolean> {
    return this.#connection.exclusively(() => this.#connection.run(sql.removeIntent, id) === 1)
  }

  async node(): Promise<NodeState> {
    return this.#node()
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

  async health(): Promise<void> {
    this.#connection.exclusively(() => this.#connection.run(sql.beat))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close()
  }

  #read(scope: Scope): View {
    const event = this.#connection.get(sql.event, scope.event)
    const row = scope.invoice && this.#connection.get(sql.invoice, scope.invoice)
    const invoice = row ? invoiceOf(row) : undefined
    const byId = scope.channelId && this.#connection.get(sql.channelById, scope.channelId)
    const channels = new Map<number, ChannelState>()
    for (const channel of scope.channels) {
      const found = this.#connection.get(sql.channel, channel)
      if (found !== undefined) channels.set(channel, channelOf(found))
    }
    return {
      event: event && ledgerEntryOf(event),
      channels,
      channelById: byId ? channelOf(byId) : undefined,
      invoice,
      incoming: invoice === undefined ? [] : this.#incoming(invoice),
      intents: intentKeysOf(scope, channels).flatMap((key) =>
        this.#connection.all(sql.intentsByKey, key).map(intentOf),
      ),
      fundings: scope.fundings.flatMap((id) =>
        this.#connection.all(sql.fundings, id).map(channelOf),
      ),
      spends: scope.spends.flatMap((key) => {
        const found = this.#connection.get(sql.spent, key)
        return found === undefined ? [] : [spentOutputOf(found)]
      }),
      node: scope.node ? this.#node() : emptyNodeState,
    }
  }

  #incoming({ paymentHash }: InvoiceState): readonly IncomingHtlc[] {
    const hash = toHex(hash160OfPaymentHash(paymentHash))
    return this.#connection
      .all(sql.incoming, hash)
      .flatMap((row) => incomingHtlcs(channelOf(row)))
      .filter(({ paymentHash160 }) => toHex(paymentHash160) === hash)
  }

  #node(): NodeState {
    const row = this.#connection.get(sql.node)
    return row === undefined ? emptyNodeState : nodeOf(row)
  }

  #write(writes: Writes, view: View): void {
    const { event, channels, invoice, intents = [], spends = [], node } = writes
    if (event !== undefined) this.#put(sql.writeEvent, ledgerValues(event))
    for (const state of channels) this.#writeChannel(state, view)
    if (invoice !== undefined) {
      const { nonce } = invoice
      this.#put(sql.writeInvoice, [invoice.invoice, toHex(nonce), encodeInvoiceState(invoice)])
    }
    for (const intent of intents) {
      this.#put(sql.writeIntent, [encodeIntent(intent), intent.id, intentKey(intent)])
    }
    for (const spent of spends) {
      this.#put(sql.writeSpent, [outPointKey(spent), encodeSpentOutput(spent)])
    }
    if (node !== undefined) this.#put(sql.writeNode, [encodeNodeState(node)])
  }

  #writeChannel(state: ChannelState, view: View): void {
    const { channel, id, funding } = state
    const fundingTxid = funding === undefined ? null : toHex(funding.txid)
    this.#put(sql.writeChannel, [channel, id, encodeChannelState(state), fundingTxid])
    const known = view.channels.get(channel) ?? view.channelById
    const before = hashesOf(known?.channel === channel ? known : undefined)
    const after = hashesOf(state)
    for (const hash of after) {
      if (!before.has(hash)) this.#connection.run(sql.addIncoming, hash, channel)
    }
    for (const hash of before) {
      if (!after.has(hash)) this.#connection.run(sql.removeIncoming, hash, channel)
    }
  }

  #put(statement: string, values: readonly (string | number | null)[]): void {
    if (this.#connection.run(statement, ...values) === 1) return
    throw new StoreFault({ code: 'STORE_CONFLICT', reason: 'what never changes would change' })
  }
}

function hashesOf(state: ChannelState | undefined): ReadonlySet<string> {
  if (state === undefined) return new Set()
  return new Set(incomingHtlcs(state).map(({ paymentHash160 }) => toHex(paymentHash160)))
}
