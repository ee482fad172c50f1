import { toHex } from '@boltwarden/core/hex'
import type { ChannelId, EventId, InvoiceId } from '@boltwarden/core/ids'
import { type ChannelState, encodeChannelState } from '@boltwarden/policy/state/channel-state'
import { encodeInvoiceState, type InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import type { Scope, View, Writes } from '@boltwarden/policy/view'
import { StoreFault } from '../fault.ts'
import {
  channelOf,
  integer,
  invoiceOf,
  ledgerColumns,
  ledgerEntryOf,
  ledgerValues,
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
  counts: `SELECT (SELECT COUNT(*) FROM channels) AS channels,
    (SELECT COUNT(*) FROM invoices) AS invoices, (SELECT COUNT(*) FROM events) AS events`,
  writeEvent: `INSERT INTO events (${columns}) VALUES (${places})
    ON CONFLICT (event) DO UPDATE SET ${updates} WHERE events.body_hash = excluded.body_hash`,
  writeChannel: `INSERT INTO channels (channel, id, state) VALUES (?, ?, ?)
    ON CONFLICT (channel) DO UPDATE SET state = excluded.state WHERE channels.id = excluded.id`,
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
      const { writes, value } = step(this.#read(scope))
      this.#write(writes)
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
    const invoice = scope.invoice && this.#connection.get(sql.invoice, scope.invoice)
    const byId = scope.channelId && this.#connection.get(sql.channelById, scope.channelId)
    const channels = new Map<number, ChannelState>()
    for (const channel of scope.channels) {
      const row = this.#connection.get(sql.channel, channel)
      if (row !== undefined) channels.set(channel, channelOf(row))
    }
    return {
      event: event && ledgerEntryOf(event),
      channels,
      channelById: byId ? channelOf(byId) : undefined,
      invoice: invoice ? invoiceOf(invoice) : undefined,
    }
  }

  #write({ event, channels, invoice }: Writes): void {
    if (event !== undefined) this.#put(sql.writeEvent, ledgerValues(event))
    for (const state of channels) {
      this.#put(sql.writeChannel, [state.channel, state.id, encodeChannelState(state)])
    }
    if (invoice !== undefined) {
      const { nonce } = invoice
      this.#put(sql.writeInvoice, [invoice.invoice, toHex(nonce), encodeInvoiceState(invoice)])
    }
  }

  #put(statement: string, values: readonly (string | number | null)[]): void {
    if (this.#connection.run(statement, ...values) === 1) return
    throw new StoreFault({ code: 'STORE_CONFLICT', reason: 'what never changes would change' })
  }
}
