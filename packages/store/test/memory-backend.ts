import { hash160OfPaymentHash } from '@boltwarden/core/bitcoin/hash'
import { toHex } from '@boltwarden/core/hex'
import type { ChannelId, EventId, InvoiceId } from '@boltwarden/core/ids'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import { incomingHtlcs } from '@boltwarden/policy/state/incoming-htlcs'
import { type Intent, intentKey } from '@boltwarden/policy/state/intent'
import type { InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import { emptyNodeState, type NodeState } from '@boltwarden/policy/state/node-state'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import type { SpentOutput } from '@boltwarden/policy/state/spent-output'
import { intentKeysOf, type Writes } from '@boltwarden/policy/view'
import { type Backend, StoreFault } from '@boltwarden/store'
import { pageLimit } from '#src/store'

/** What a database holds, in maps. */
export class Memory {
  readonly channels = new Map<number, ChannelState>()
  readonly invoices = new Map<InvoiceId, InvoiceState>()
  readonly events = new Map<EventId, LedgerEntry>()
  readonly intents = new Map<string, Intent>()
  readonly spends = new Map<string, SpentOutput>()
  node: NodeState = emptyNodeState
}

const byKey = <K extends string | number>(
  [a]: readonly [K, unknown],
  [b]: readonly [K, unknown],
) => (a < b ? -1 : 1)

/** The contract in its shortest form: the model that a real backend is compared with. */
export function memoryBackend(memory: Memory): Backend {
  let isOpen = true
  const open = () => {
    if (!isOpen) throw new StoreFault({ code: 'STORE_UNAVAILABLE', reason: 'closed' })
  }
  const channelById = (id: ChannelId | undefined) =>
    [...memory.channels.values()].find((state) => state.id === id)
  return {
    async update(scope, step) {
      open()
      const channels = new Map<number, ChannelState>()
      for (const channel of scope.channels) {
        const state = memory.channels.get(channel)
        if (state !== undefined) channels.set(channel, state)
      }
      const { writes, value } = step({
        event: memory.events.get(scope.event),
        channels,
        channelById: channelById(scope.channelId),
        invoice: scope.invoice && memory.invoices.get(scope.invoice),
        incoming: incomingOf(memory, scope.invoice),
        intents: intentKeysOf(scope, channels).flatMap((key) =>
          sorted(memory.intents).filter((intent) => intentKey(intent) === key),
        ),
        fundings: scope.fundings.flatMap((id) =>
          sorted(memory.channels).filter(({ funding }) => funding && toHex(funding.txid) === id),
        ),
        spends: scope.spends.flatMap((key) => memory.spends.get(key) ?? []),
        node: scope.node ? memory.node : emptyNodeState,
      })
      refuseConflicts(memory, writes)
      if (writes.event !== undefined) memory.events.set(writes.event.event, writes.event)
      for (const state of writes.channels) memory.channels.set(state.channel, state)
      if (writes.invoice !== undefined) memory.invoices.set(writes.invoice.invoice, writes.invoice)
      for (const intent of writes.intents ?? []) memory.intents.set(intent.id, intent)
      for (const spent of writes.spends ?? []) memory.spends.set(outPointKey(spent), spent)
      if (writes.node !== undefined) memory.node = writes.node
      return value
    },
    async markAnswered(event, answerDigest, answeredAtMs) {
      open()
      const entry = memory.events.get(event)
      if (entry === undefined) throw new RangeError('"event" expected one that was decided')
      if (entry.answeredAtMs !== undefined) return
      memory.events.set(event, { ...entry, answeredAtMs, answerDigest })
    },
    async channels(page = {}) {
      const rows = [...memory.channels].filter(([key]) => key > (page.after ?? -1))
      return rows
        .sort(byKey)
        .slice(0, pageLimit(page))
        .map(([, state]) => state)
    },
    async invoices(page = {}) {
      const rows = [...memory.invoices].filter(([key]) => key > (page.after ?? ''))
      return rows
        .sort(byKey)
        .slice(0, pageLimit(page))
        .map(([, state]) => state)
    },
    channelById: async (id) => channelById(id),
    async adopt(state) {
      if (memory.channels.has(state.channel) || channelById(state.id) !== undefined) {
        throw conflict()
      }
      memory.channels.set(state.channel, state)
    },
    intent: async (id) => memory.intents.get(id),
    async intents(page = {}) {
      const rows = [...memory.intents].filter(([key]) => key > (page.after ?? ''))
      return rows
        .sort(byKey)
        .slice(0, pageLimit(page))
        .map(([, intent]) => intent)
    },
    async registerIntent(intent) {
      if (memory.intents.has(intent.id)) throw conflict()
      memory.intents.set(intent.id, intent)
    },
    removeIntent: async (id) => memory.intents.delete(id),
    node: async () => memory.node,
    event: async (event) => memory.events.get(event),
    counts: async () => ({
      channels: memory.channels.size,
      invoices: memory.invoices.size,
      events: memory.events.size,
    }),
    health: async () => open(),
    async [Symbol.asyncDispose]() {
      isOpen = false
    },
  }
}

function sorted<K extends string | number, V>(map: ReadonlyMap<K, V>): readonly V[] {
  return [...map].sort(byKey).map(([, value]) => value)
}

function incomingOf(memory: Memory, invoice: InvoiceId | undefined) {
  const state = invoice && memory.invoices.get(invoice)
  if (!state) return []
  const hash = toHex(hash160OfPaymentHash(state.paymentHash))
  return sorted(memory.channels)
    .flatMap(incomingHtlcs)
    .filter(({ paymentHash160 }) => toHex(paymentHash160) === hash)
}

function refuseConflicts(memory: Memory, { event, channels, invoice, intents = [] }: Writes): void {
  const conflicts = [
    ...intents.map((intent) => !memory.intents.has(intent.id)),
    event !== undefined &&
      differs(memory.events.get(event.event), event, ({ bodyHash }) => bodyHash),
    ...channels.flatMap((state) => [
      [...memory.channels.values()].some(
        ({ id, channel }) => (id === state.id) !== (channel === state.channel),
      ),
    ]),
    invoice !== undefined &&
      [...memory.invoices.values()].some(
        (known) =>
          (known.invoice === invoice.invoice) !== (toHex(known.nonce) === toHex(invoice.nonce)),
      ),
  ]
  if (conflicts.includes(true)) throw conflict()
}

function conflict(): StoreFault {
  return new StoreFault({ code: 'STORE_CONFLICT', reason: 'what never changes would change' })
}

function differs<T>(known: T | undefined, next: T, of: (value: T) => Uint8Array): boolean {
  return known !== undefined && toHex(of(known)) !== toHex(of(next))
}
