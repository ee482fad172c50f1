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
import { DecodedTexts } from '../decoded-texts.ts'
import { StoreFault } from '../fault.ts'
import {
  intentOf,
  invoiceOf,
  knownChannelOf,
  ledgerEntryOf,
  ledgerValues,
  nodeOf,
  spentOutputOf,
} from '../rows.ts'
import type { Connection, Value } from './connection.ts'
import { sql } from './statements.ts'

/** How many channels are held decoded: some 10 kB each at most. */
const maxHeld = 4096

/** Reads and writes what decisions are about, within the caller's transaction. */
export class Decisions {
  readonly #connection: Connection
  readonly #channels = new DecodedTexts<ChannelState>(maxHeld)
  readonly #nodes = new DecodedTexts<NodeState>(1)

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * What is remembered of a scope.
   *
   * @param forgottenBeforeMs - as {@link View} has it.
   */
  read(scope: Scope, forgottenBeforeMs: number): View {
    const event = this.#connection.get(sql.event, scope.event)
    const row = scope.invoice && this.#connection.get(sql.invoice, scope.invoice)
    const invoice = row ? invoiceOf(row) : undefined
    const channels = new Map<number, ChannelState>()
    for (const channel of scope.channels) {
      const found = this.#connection.get(sql.channel, channel)
      if (found !== undefined) channels.set(channel, knownChannelOf(found, this.#channels))
    }
    return {
      event: event && ledgerEntryOf(event),
      forgottenBeforeMs,
      channels,
      channelById: this.#channelById(scope, channels),
      invoice,
      incoming: invoice === undefined ? [] : this.#incoming(invoice),
      intents: intentKeysOf(scope, channels).flatMap((key) =>
        this.#connection.all(sql.intentsByKey, key).map(intentOf),
      ),
      fundings: scope.fundings.flatMap((id) => this.#channelsOf(sql.fundings, id)),
      spends: scope.spends.flatMap((key) => {
        const found = this.#connection.get(sql.spent, key)
        return found === undefined ? [] : [spentOutputOf(found)]
      }),
      node: scope.node ? this.node() : emptyNodeState,
    }
  }

  /** The state of the node as a whole. */
  node(): NodeState {
    const row = this.#connection.get(sql.node)
    return row === undefined ? emptyNodeState : nodeOf(row, this.#nodes)
  }

  /**
   * Writes what a decision leaves behind.
   *
   * @param view - what it saw.
   * @throws {StoreFault} `STORE_CONFLICT` if what never changes would change.
   */
  write({ event, channels, invoice, intents = [], spends = [], node }: Writes, view: View): void {
    if (event !== undefined) this.#put(sql.writeEvent, ...ledgerValues(event))
    for (const state of channels) this.#writeChannel(state, view)
    if (invoice !== undefined) {
      const { invoice: id, nonce } = invoice
      this.#put(sql.writeInvoice, id, toHex(nonce), encodeInvoiceState(invoice))
    }
    for (const intent of intents) {
      this.#put(sql.writeIntent, encodeIntent(intent), intent.id, intentKey(intent))
    }
    for (const spent of spends) {
      this.#put(sql.writeSpent, outPointKey(spent), encodeSpentOutput(spent))
    }
    if (node !== undefined) this.#writeNode(node, view)
  }

  /** One id is of one path: where the channel was read by its path, it is not read again. */
  #channelById({ channelId }: Scope, channels: View['channels']): ChannelState | undefined {
    if (channelId === undefined) return undefined
    for (const state of channels.values()) if (state.id === channelId) return state
    const row = this.#connection.get(sql.channelById, channelId)
    return row && knownChannelOf(row, this.#channels)
  }

  #incoming({ paymentHash }: InvoiceState): readonly IncomingHtlc[] {
    const hash = toHex(hash160OfPaymentHash(paymentHash))
    return this.#channelsOf(sql.incoming, hash)
      .flatMap(incomingHtlcs)
      .filter(({ paymentHash160 }) => toHex(paymentHash160) === hash)
  }

  #channelsOf(statement: string, key: string): readonly ChannelState[] {
    return this.#connection.all(statement, key).map((row) => knownChannelOf(row, this.#channels))
  }

  #writeNode(node: NodeState, view: View): void {
    if (node === view.node) return
    const text = encodeNodeState(node)
    this.#put(sql.writeNode, text)
    this.#nodes.hold(0, text, node)
  }

  #writeChannel(state: ChannelState, view: View): void {
    const { channel, id, funding } = state
    const known = view.channels.get(channel) ?? view.channelById
    const before = known?.channel === channel ? known : undefined
    const text = encodeChannelState(state)
    // The same again, as for a point that is asked for twice.
    if (before !== undefined && this.#channels.textOf(channel, before) === text) return
    const fundingTxid = funding === undefined ? null : toHex(funding.txid)
    this.#put(sql.writeChannel, channel, id, text, fundingTxid)
    this.#channels.hold(channel, text, state)
    this.#writeIncoming(channel, hashesOf(before), hashesOf(state))
  }

  #writeIncoming(channel: number, before: ReadonlySet<string>, after: ReadonlySet<string>): void {
    for (const hash of after) {
      if (!before.has(hash)) this.#connection.run(sql.addIncoming, hash, channel)
    }
    for (const hash of before) {
      if (!after.has(hash)) this.#connection.run(sql.removeIncoming, hash, channel)
    }
  }

  #put(statement: string, ...values: readonly Value[]): void {
    putRow(this.#connection, statement, values)
  }
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

function hashesOf(state: ChannelState | undefined): ReadonlySet<string> {
  if (state === undefined) return new Set()
  return new Set(incomingHtlcs(state).map(({ paymentHash160 }) => toHex(paymentHash160)))
}
