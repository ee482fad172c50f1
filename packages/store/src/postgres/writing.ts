import { toHex } from '@boltwarden/core/hex'
import { type ChannelState, encodeChannelState } from '@boltwarden/policy/state/channel-state'
import { incomingHtlcs } from '@boltwarden/policy/state/incoming-htlcs'
import { encodeIntent, type Intent, intentKey } from '@boltwarden/policy/state/intent'
import { encodeInvoiceState, type InvoiceState } from '@boltwarden/policy/state/invoice-state'
import { encodeNodeState } from '@boltwarden/policy/state/node-state'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import { encodeSpentOutput, type SpentOutput } from '@boltwarden/policy/state/spent-output'
import { ledgerColumns, ledgerValues } from '../rows.ts'
import type { Statement } from './session.ts'
import { fundingTxidOf, type WorkingSet } from './working-set.ts'

type Cell = string | number | null

/** How a table is written: the columns with their types, the key first, then what never changes. */
type Table = {
  readonly name: string
  readonly columns: readonly (readonly [name: string, type: 'text' | 'bigint'])[]
  /** How many of the first columns find the row to be updated. */
  readonly fixed: number
}

const events: Table = {
  name: 'events',
  columns: ledgerColumns.map((name) => [name, name.endsWith('_at') ? 'bigint' : 'text'] as const),
  fixed: 2,
}
const channels: Table = {
  name: 'channels',
  columns: [
    ['channel', 'bigint'],
    ['id', 'text'],
    ['state', 'text'],
    ['funding_txid', 'text'],
  ],
  fixed: 2,
}
const invoices: Table = {
  name: 'invoices',
  columns: [
    ['invoice', 'text'],
    ['nonce', 'text'],
    ['state', 'text'],
  ],
  fixed: 2,
}
const intents: Table = {
  name: 'intents',
  columns: [
    ['id', 'text'],
    ['key', 'text'],
    ['state', 'text'],
  ],
  fixed: 2,
}
const spends: Table = {
  name: 'spends',
  columns: [
    ['outpoint', 'text'],
    ['state', 'text'],
  ],
  fixed: 1,
}

/** The statements that write what the tasks of a batch have changed. */
export function writesOf(set: WorkingSet): readonly Statement[] {
  const node = set.node.get('node')
  return [
    ...inserting(events, set.events.added.map(ledgerValues)),
    ...updating(events, set.events.updated.map(ledgerValues)),
    ...inserting(channels, set.channels.added.map(channelCells)),
    ...updating(channels, set.channels.updated.map(channelCells)),
    ...incomingWrites(set),
    ...inserting(invoices, set.invoices.added.map(invoiceCells)),
    ...updating(invoices, set.invoices.updated.map(invoiceCells)),
    ...updating(intents, set.intents.updated.map(intentCells)),
    ...inserting(spends, set.spends.added.map(spentCells)),
    ...updating(spends, set.spends.updated.map(spentCells)),
    ...(set.node.changes.length > 0 && node !== undefined
      ? [
          {
            name: 'write-node',
            text: 'UPDATE node SET state = $1',
            values: [encodeNodeState(node)],
          },
        ]
      : []),
  ]
}

/** A channel as the values of its row. */
export function channelCells(state: ChannelState): readonly Cell[] {
  return [state.channel, state.id, encodeChannelState(state), fundingTxidOf(state)]
}

/** Adds a channel; what is known already makes a conflict. */
export function insertChannel(state: ChannelState): readonly Statement[] {
  return inserting(channels, [channelCells(state)])
}

function invoiceCells(state: InvoiceState): readonly Cell[] {
  return [state.invoice, toHex(state.nonce), encodeInvoiceState(state)]
}

function intentCells(intent: Intent): readonly Cell[] {
  return [intent.id, intentKey(intent), encodeIntent(intent)]
}

function spentCells(spent: SpentOutput): readonly Cell[] {
  return [outPointKey(spent), encodeSpentOutput(spent)]
}

function incomingWrites({ channels: { changes } }: WorkingSet): readonly Statement[] {
  const added: [string, number][] = []
  const removed: [string, number][] = []
  for (const { before, after } of changes) {
    const [were, are] = [hashesOf(before), hashesOf(after)]
    for (const hash of are) if (!were.has(hash)) added.push([hash, after.channel])
    for (const hash of were) if (!are.has(hash)) removed.push([hash, after.channel])
  }
  const pairs = 'SELECT * FROM unnest($1::text[], $2::bigint[])'
  return [
    ...overPairs(
      'add-incoming',
      added,
      `INSERT INTO incoming_htlcs ${pairs} ON CONFLICT DO NOTHING`,
    ),
    ...overPairs(
      'remove-incoming',
      removed,
      `DELETE FROM incoming_htlcs WHERE (payment_hash160, channel) IN (${pairs})`,
    ),
  ]
}

function overPairs(
  name: string,
  pairs: readonly (readonly [string, number])[],
  text: string,
): readonly Statement[] {
  if (pairs.length === 0) return []
  return [{ name, text, values: [pairs.map(([hash]) => hash), pairs.map(([, at]) => at)] }]
}

function hashesOf(state: ChannelState | undefined): ReadonlySet<string> {
  if (state === undefined) return new Set()
  return new Set(incomingHtlcs(state).map(({ paymentHash160 }) => toHex(paymentHash160)))
}

/** No `ON CONFLICT`: a row that somebody else wrote meanwhile makes the whole batch run again. */
function inserting(
  { name, columns }: Table,
  rows: readonly (readonly Cell[])[],
): readonly Statement[] {
  if (rows.length === 0) return []
  const names = columns.map(([column]) => column).join(', ')
  const text = `INSERT INTO ${name} (${names}) SELECT * FROM ${unnest(columns)}`
  return [{ name: `add-${name}`, text, values: byColumn(columns, rows) }]
}

/**
 * The rows are locked and there. Should one not be, or not with its key, the division by zero undoes
 * everything, although the commit that follows is on its way already.
 */
function updating(
  { name, columns, fixed }: Table,
  rows: readonly (readonly Cell[])[],
): readonly Statement[] {
  if (rows.length === 0) return []
  const all = columns.map(([column]) => column)
  const keys = all.slice(0, fixed).map((column) => `${name}.${column} = r.${column}`)
  const changes = all.slice(fixed).map((column) => `${column} = r.${column}`)
  const text = `WITH written AS (UPDATE ${name} SET ${changes.join(', ')}
      FROM ${unnest(columns)} AS r (${all.join(', ')}) WHERE ${keys.join(' AND ')} RETURNING 1)
    SELECT 1 / (CASE WHEN count(*) = $${columns.length + 1}::bigint THEN 1 ELSE 0 END) FROM written`
  return [{ name: `write-${name}`, text, values: [...byColumn(columns, rows), rows.length] }]
}

function unnest(columns: Table['columns']): string {
  return `unnest(${columns.map(([, type], at) => `$${at + 1}::${type}[]`).join(', ')})`
}

function byColumn(columns: Table['columns'], rows: readonly (readonly Cell[])[]): Cell[][] {
  return columns.map((_, at) => rows.map((row) => row[at] ?? null))
}
