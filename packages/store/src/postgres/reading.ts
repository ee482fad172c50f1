import type { Scope } from '@boltwarden/policy/view'
import { forgottenBeforeOf } from '../audit-rows.ts'
import type { Batch } from '../backend.ts'
import {
  channelOf,
  intentOf,
  invoiceOf,
  ledgerColumns,
  ledgerEntryOf,
  nodeOf,
  type Row,
  spentOutputOf,
} from '../rows.ts'
import type { Result, Statement } from './session.ts'
import type { Transaction } from './transaction.ts'
import type { Needs, WorkingSet } from './working-set.ts'

const entry = ledgerColumns.join(', ')

// Rows that a task may change stay locked until the transaction ends. Each statement locks in the
// order of its key, and the statements go in this order: so nobody waits in a circle.
const sql = {
  events: `SELECT ${entry} FROM events WHERE event = ANY($1::text[]) ORDER BY event FOR UPDATE`,
  // After the events: what was forgotten until they were looked for is seen here.
  forgotten: 'SELECT forgotten_before FROM chain',
  channels: `SELECT channel, id, state FROM channels
    WHERE channel = ANY($1::bigint[]) OR id = ANY($2::text[]) ORDER BY channel FOR UPDATE`,
  fundings: `SELECT channel, id, state FROM channels
    WHERE funding_txid = ANY($1::text[]) ORDER BY channel`,
  invoices: `SELECT invoice, nonce, state FROM invoices
    WHERE invoice = ANY($1::text[]) ORDER BY invoice FOR UPDATE`,
  spends: `SELECT outpoint, state FROM spends
    WHERE outpoint = ANY($1::text[]) ORDER BY outpoint FOR UPDATE`,
  node: 'SELECT state FROM node FOR UPDATE',
  intents: `SELECT id, key, state FROM intents
    WHERE key = ANY($1::text[]) ORDER BY id FOR UPDATE`,
  incoming: `SELECT c.channel, c.id, c.state FROM incoming_htlcs h
    JOIN channels c ON c.channel = h.channel
    WHERE h.payment_hash160 = ANY($1::text[]) ORDER BY c.channel`,
} as const

type Read = { readonly statement: Statement; readonly load: (set: WorkingSet, row: Row) => void }

/** Reads and locks what a batch names, in one round trip. */
export async function readBatch<T>(
  transaction: Transaction,
  set: WorkingSet,
  { tasks, accepted }: Batch<T>,
): Promise<void> {
  const scopes = tasks.map(({ scope }) => scope)
  const events = [...accepted.map(({ event }) => event), ...scopes.map(({ event }) => event)]
  await readInto(transaction, set, [
    ...look('events', loadEvent, events),
    ...(tasks.length > 0
      ? [{ statement: { name: 'forgotten', text: sql.forgotten }, load: loadForgotten }]
      : []),
    ...lookForChannels(scopes),
    ...look('fundings', loadChannel, each(scopes, 'fundings')),
    ...look(
      'invoices',
      loadInvoice,
      scopes.flatMap(({ invoice }) => invoice ?? []),
    ),
    ...look('spends', loadSpent, each(scopes, 'spends')),
    ...(scopes.some(({ node }) => node)
      ? [{ statement: { name: 'node', text: sql.node }, load: loadNode }]
      : []),
  ])
}

/** Reads what only shows by what was read before. */
export async function readNeeds(
  transaction: Transaction,
  set: WorkingSet,
  { incoming, intents }: Needs,
): Promise<void> {
  await readInto(transaction, set, [
    ...look('intents', loadIntent, [...intents]),
    ...look('incoming', loadChannel, [...incoming]),
  ])
  set.readIncoming(incoming)
  set.readIntents(intents)
}

async function readInto(
  transaction: Transaction,
  set: WorkingSet,
  reads: readonly Read[],
): Promise<void> {
  const results = await transaction.send(reads.map(({ statement }) => statement))
  for (const [at, { load }] of reads.entries())
    for (const row of rowsOf(results[at])) load(set, row)
}

function rowsOf(result: Result | undefined): readonly Row[] {
  return result?.rows ?? []
}

function look(
  name: Exclude<keyof typeof sql, 'channels' | 'forgotten' | 'node'>,
  load: Read['load'],
  keys: readonly string[],
): readonly Read[] {
  if (keys.length === 0) return []
  return [{ statement: { name, text: sql[name], values: [[...new Set(keys)]] }, load }]
}

function lookForChannels(scopes: readonly Scope[]): readonly Read[] {
  const channels = new Set(scopes.flatMap((scope) => scope.channels))
  const ids = new Set(scopes.flatMap(({ channelId }) => channelId ?? []))
  if (channels.size + ids.size === 0) return []
  const values = [[...channels], [...ids]]
  return [{ statement: { name: 'channels', text: sql.channels, values }, load: loadChannel }]
}

function each(scopes: readonly Scope[], key: 'fundings' | 'spends'): readonly string[] {
  return scopes.flatMap((scope) => scope[key])
}

function loadEvent({ events }: WorkingSet, row: Row): void {
  const read = ledgerEntryOf(row)
  events.load(read.event, read)
}

function loadForgotten(set: WorkingSet, row: Row): void {
  set.forgottenBeforeMs = forgottenBeforeOf(row)
}

function loadChannel({ channels }: WorkingSet, row: Row): void {
  const read = channelOf(row)
  channels.load(read.channel, read)
}

function loadInvoice({ invoices }: WorkingSet, row: Row): void {
  const read = invoiceOf(row)
  invoices.load(read.invoice, read)
}

function loadIntent({ intents }: WorkingSet, row: Row): void {
  const read = intentOf(row)
  intents.load(read.id, read)
}

function loadSpent({ spends }: WorkingSet, row: Row): void {
  spends.load(String(row['outpoint']), spentOutputOf(row))
}

function loadNode({ node }: WorkingSet, row: Row): void {
  if (row['state'] !== null) node.load('node', nodeOf(row))
}
