import type { Author } from './audit/row.ts'
import { type Halt, haltCauses } from './halt.ts'
import type { Realm } from './realm.ts'
import { oneOf, type Row, reading, text } from './rows.ts'

/**
 * The halt of a row.
 *
 * @throws {StoreFault} `STORE_CORRUPT`.
 */
export function haltOf(row: Row): Halt {
  return reading('halt', () => ({
    cause: oneOf(row, 'cause', haltCauses),
    detail: text(row, 'detail'),
  }))
}

/** How the values of a column are written. */
export type ColumnType = 'text' | 'integer' | 'bytes'

/** A table whose rows are read and copied as they stand. */
export type Table = {
  /** What rows are ordered by. */
  readonly key: readonly string[]
  readonly columns: Readonly<Record<string, ColumnType>>
}

/** Every table that holds what is remembered; `realm` and the migrations are of the database's own. */
export const tables = {
  channels: {
    key: ['channel'],
    columns: { channel: 'integer', id: 'text', state: 'text', funding_txid: 'text' },
  },
  incoming_htlcs: {
    key: ['payment_hash160', 'channel'],
    columns: { payment_hash160: 'text', channel: 'integer' },
  },
  invoices: { key: ['invoice'], columns: { invoice: 'text', nonce: 'text', state: 'text' } },
  intents: { key: ['id'], columns: { id: 'text', key: 'text', state: 'text' } },
  spends: { key: ['outpoint'], columns: { outpoint: 'text', state: 'text' } },
  node: { key: ['only_row'], columns: { only_row: 'integer', state: 'text' } },
  events: {
    key: ['event'],
    columns: {
      event: 'text',
      body_hash: 'text',
      kind: 'text',
      verdict: 'text',
      tags: 'text',
      policy_hash: 'text',
      sent_at: 'integer',
      received_at: 'integer',
      answered_at: 'integer',
      answer_digest: 'text',
    },
  },
  audit: {
    key: ['sequence'],
    columns: { sequence: 'integer', previous: 'text', hash: 'text', fact: 'text' },
  },
  outbox: {
    key: ['sequence'],
    columns: {
      sequence: 'integer',
      event: 'text',
      lane: 'text',
      request: 'text',
      verdict: 'text',
      body: 'bytes',
      received_at: 'integer',
      is_first: 'integer',
      attempts: 'integer',
      next_attempt_at: 'integer',
      last_error: 'text',
      claimed_by: 'text',
      claimed_until: 'integer',
      set_aside_reason: 'text',
      set_aside_at: 'integer',
    },
  },
  chain: {
    key: ['only_row'],
    columns: {
      only_row: 'integer',
      lineage: 'text',
      generation: 'integer',
      sequence: 'integer',
      hash: 'text',
      anchor: 'text',
      forgotten_before: 'integer',
    },
  },
} as const satisfies Readonly<Record<string, Table>>

/** The name of a table. */
export type TableName = keyof typeof tables

/** The names of all tables, in the order in which they are filled. */
export const tableNames: readonly TableName[] = [
  'channels',
  'incoming_htlcs',
  'invoices',
  'intents',
  'spends',
  'node',
  'events',
  'audit',
  'outbox',
  'chain',
]

/** A database as its operator sees it: beside `Backend`, which decides with it. */
export interface Upkeep {
  /** Whose state it is; undefined of a database that nobody used yet. */
  realm(): Promise<Realm | undefined>
  /** What the database itself finds wrong with its pages and its schema; empty where nothing. */
  integrity(): Promise<readonly string[]>
  /**
   * Rows as they stand, by ascending key; nothing is believed of them.
   *
   * @param after - the last row of the page before.
   * @param limit - the most rows, 1 to 1,000.
   */
  rows(table: TableName, limit: number, after?: Row): Promise<readonly Row[]>
  /**
   * Adds rows as {@link Upkeep.rows} gave them, elsewhere. The one of `chain` takes the place of the
   * one that is there.
   *
   * @throws {StoreFault} `STORE_CONFLICT` where there is one of the same key.
   */
  fill(table: TableName, rows: readonly Row[]): Promise<void>
  /** Why nothing is decided with the store; undefined where it is in use. */
  halted(): Promise<Halt | undefined>
  /** From now on nothing is decided with the store until `Backend.accept`; recorded where it says who. */
  halt(halt: Halt, author?: Author): Promise<void>
  /** Ends a move: what it was halted for is over. */
  release(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
