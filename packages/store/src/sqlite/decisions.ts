import { hash160OfPaymentHash } from '@boltwarden/core/bitcoin/hash'
import { toHex } from '@boltwarden/core/hex'
import { type ChannelState, encodeChannelState } from '@boltwarden/policy/state/channel-state'
import { type IncomingHtlc, incomingHtlcs } from '@boltwarden/policy/state/incoming-htlcs'
import { encodeIntent, intentKey } from '@boltwarden/policy/state/intent'
import { encodeInvoiceState, type InvoiceState } from '@boltwarden/policy/state/invoice-state'
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
  intentOf,
  invoiceOf,
  ledgerEntryOf,
  ledgerValues,
  nodeOf,
  spentOutputOf,
} from '../rows.ts'
import type { Connection, Value } from './connection.ts'
import { sql } from './statements.ts'

/** What is remembered of a scope. */
export function readView(connection: Connection, scope: Scope): View {
  const event = connection.get(sql.event, scope.event)
  const row = scope.invoice && connection.get(sql.invoice, scope.invoice)
  const invoice = row ? invoiceOf(row) : undefined
  const byId = scope.channelId && connection.get(sql.channelById, scope.channelId)
  const channels = new Map<number, ChannelState>()
  for (const channel of scope.channels) {
    const found = connection.get(sql.channel, channel)
    if (found !== undefined) channels.set(channel, channelOf(found))
  }
  return {
    event: event && ledgerEntryOf(event),
    channels,
    channelById: byId ? channelOf(byId) : undefined,
    invoice,
    incoming: invoice === undefined ? [] : readIncoming(connection, invoice),
    intents: intentKeysOf(scope, channels).flatMap((key) =>
      connection.all(sql.intentsByKey, key).map(intentOf),
    ),
    fundings: scope.fundings.flatMap((id) => connection.all(sql.fundings, id).map(channelOf)),
    spends: scope.spends.flatMap((key) => {
      const found = connection.get(sql.spent, key)
      return found === undefined ? [] : [spentOutputOf(found)]
    }),
    node: scope.node ? readNode(connection) : emptyNodeState,
  }
}

/** The state of the node as a whole. */
export function readNode(connection: Connection): NodeState {
  const row = connection.get(sql.node)
  return row === undefined ? emptyNodeState : nodeOf(row)
}

function readIncoming(
  connection: Connection,
  { paymentHash }: InvoiceState,
): readonly IncomingHtlc[] {
  const hash = toHex(hash160OfPaymentHash(paymentHash))
  return connection
    .all(sql.incoming, hash)
    .flatMap((row) => incomingHtlcs(channelOf(row)))
    .filter(({ paymentHash160 }) => toHex(paymentHash160) === hash)
}

/**
 * Writes what a decision leaves behind.
 *
 * @param view - what it saw.
 * @throws {StoreFault} `STORE_CONFLICT` if what never changes would change.
 */
export function write(connection: Connection, writes: Writes, view: View): void {
  const { event, channels, invoice, intents = [], spends = [], node } = writes
  const put = (statement: string, ...values: readonly Value[]) =>
    putRow(connection, statement, values)
  if (event !== undefined) put(sql.writeEvent, ...ledgerValues(event))
  for (const state of channels) writeChannel(connection, state, view)
  if (invoice !== undefined) {
    put(sql.writeInvoice, invoice.invoice, toHex(invoice.nonce), encodeInvoiceState(invoice))
  }
  for (const intent of intents) {
    put(sql.writeIntent, encodeIntent(intent), intent.id, intentKey(intent))
  }
  for (const spent of spends) put(sql.writeSpent, outPointKey(spent), encodeSpentOutput(spent))
  if (node !== undefined) put(sql.writeNode, encodeNodeState(node))
}

/**
 * Runs a statement that must change one row.
 *
 * @throws {StoreFault} `STORE_CONFLICT` if it changes none.
 */
export function putRow(connection: Connection, statement: string, values: readonly Value[]): void {
  if (connection.run(statement, ...values) === 1) return
  throw new StoreFault({ code: 'STORE_CONFLICT', reason: 'what never changes would change' })
}

function writeChannel(connection: Connection, state: ChannelState, view: View): void {
  const { channel, id, funding } = state
  const fundingTxid = funding === undefined ? null : toHex(funding.txid)
  putRow(connection, sql.writeChannel, [channel, id, encodeChannelState(state), fundingTxid])
  const known = view.channels.get(channel) ?? view.channelById
  const before = hashesOf(known?.channel === channel ? known : undefined)
  const after = hashesOf(state)
  for (const hash of after) {
    if (!before.has(hash)) connection.run(sql.addIncoming, hash, channel)
  }
  for (const hash of before) {
    if (!after.has(hash)) connection.run(sql.removeIncoming, hash, channel)
  }
}

function hashesOf(state: ChannelState | undefined): ReadonlySet<string> {
  if (state === undefined) return new Set()
  return new Set(incomingHtlcs(state).map(({ paymentHash160 }) => toHex(paymentHash160)))
}
