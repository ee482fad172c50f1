import { randomBytes } from 'node:crypto'
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
import { intentKeysOf, type Scope, type View, type Writes } from '@boltwarden/policy/view'
import {
  type AcceptedAnswer,
  type AuditAct,
  type AuditFact,
  type Author,
  auditAct,
  type Backend,
  type Batch,
  type BatchOutcome,
  type Done,
  type Page,
  StoreFault,
  type Task,
} from '@boltwarden/store'
import { adoptedDetail, intentDetail } from '#src/audit/details'
import { pageLimit } from '#src/page'
import { MemoryAudit } from './memory-audit.ts'
import { MemoryOutbox } from './memory-outbox.ts'

/** What a database holds, in maps. */
export class Memory {
  readonly channels = new Map<number, ChannelState>()
  readonly invoices = new Map<InvoiceId, InvoiceState>()
  readonly events = new Map<EventId, LedgerEntry>()
  readonly intents = new Map<string, Intent>()
  readonly spends = new Map<string, SpentOutput>()
  node: NodeState = emptyNodeState
  forgottenBeforeMs = 0
  lineage = toHex(randomBytes(16))
  generation = 0
  readonly audit = new MemoryAudit(() => this.written())
  readonly outbox = new MemoryOutbox({
    record: (fact) => this.record(fact),
    written: () => this.written(),
  })

  /** A commit that changed something. */
  written(): void {
    this.generation++
  }

  /** Adds a row to the log, in a commit that is counted elsewhere. */
  record(fact: AuditFact): number {
    return this.audit.add(fact).sequence
  }
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
  const act = (name: AuditAct['act'], author: Author, detail: string) => {
    memory.record(auditAct(name, author, detail))
    memory.written()
  }
  return {
    outbox: memory.outbox,
    audit: memory.audit,
    async commit(batch) {
      open()
      return commit(memory, batch)
    },
    channels: async (page = {}) => paged(memory.channels, page, -1),
    invoices: async (page = {}) => paged<string, InvoiceState>(memory.invoices, page, ''),
    channelById: async (id) => channelById(memory, id),
    async adopt(state, author) {
      if (memory.channels.has(state.channel) || channelById(memory, state.id) !== undefined) {
        throw conflict()
      }
      memory.channels.set(state.channel, state)
      act('channel-adopted', author, adoptedDetail(state))
    },
    intent: async (id) => memory.intents.get(id),
    intents: async (page = {}) => paged(memory.intents, page, ''),
    async registerIntent(intent, author) {
      if (memory.intents.has(intent.id)) throw conflict()
      memory.intents.set(intent.id, intent)
      act('intent-registered', author, intentDetail(intent))
    },
    async removeIntent(id, author) {
      if (!memory.intents.delete(id)) return false
      act('intent-removed', author, id)
      return true
    },
    node: async () => memory.node,
    event: async (event) => memory.events.get(event),
    counts: async () => ({
      channels: memory.channels.size,
      invoices: memory.invoices.size,
      events: memory.events.size,
    }),
    generation: async () => generationOf(memory),
    async accept(author, reason, atLeast) {
      memory.lineage = toHex(randomBytes(16))
      memory.generation = Math.max(memory.generation, atLeast)
      act('store-accepted', author, reason)
      return generationOf(memory)
    },
    async prune(beforeMs, author, limit = 1000) {
      const closed = [...memory.events.values()]
        .filter((entry) => isOlder(entry, beforeMs) && isClosed(entry))
        .filter(({ event }) => !memory.outbox.has(event))
        .sort((a, b) => a.receivedAtMs - b.receivedAtMs)
        .slice(0, pageLimit({ limit }))
      if (closed.length === 0) return 0
      for (const { event } of closed) memory.events.delete(event)
      memory.forgottenBeforeMs = Math.max(memory.forgottenBeforeMs, beforeMs)
      act('events-pruned', author, `${closed.length} that arrived before ${beforeMs}`)
      return closed.length
    },
    async health() {
      open()
      memory.written()
    },
    async [Symbol.asyncDispose]() {
      isOpen = false
    },
  }
}

function commit<T>(memory: Memory, { tasks, accepted }: Batch<T>): BatchOutcome<T> {
  const before = memory.audit.length
  let changed = false
  const outcome = {
    accepted: accepted.map(
      (answer): PromiseSettledResult<void> =>
        settle(() => {
          changed = accept(memory, answer) || changed
        }),
    ),
    tasks: tasks.map(
      (task): PromiseSettledResult<Done<T>> =>
        settle(() => {
          const { done, wrote } = decide(memory, task)
          changed = wrote || changed
          return done
        }),
    ),
  }
  if (changed || memory.audit.length > before) memory.written()
  return outcome
}

function settle<V>(part: () => V): PromiseSettledResult<V> {
  try {
    return { status: 'fulfilled', value: part() }
  } catch (reason) {
    return { status: 'rejected', reason }
  }
}

function accept(memory: Memory, { event, digest, atMs }: AcceptedAnswer): boolean {
  const entry = memory.events.get(event)
  if (entry === undefined) throw new RangeError('"event" expected one that was decided')
  const removed = memory.outbox.remove(event)
  if (entry.answeredAtMs !== undefined) return removed
  memory.events.set(event, { ...entry, answeredAtMs: atMs, answerDigest: digest })
  return true
}

function decide<T>(
  memory: Memory,
  { scope, step }: Task<T>,
): { readonly done: Done<T>; readonly wrote: boolean } {
  const { writes, recorded, value } = step(viewOf(memory, scope))
  refuseConflicts(memory, writes)
  const { event, channels, invoice, intents = [], spends = [], node } = writes
  if (event !== undefined) memory.events.set(event.event, event)
  for (const state of channels) memory.channels.set(state.channel, state)
  if (invoice !== undefined) memory.invoices.set(invoice.invoice, invoice)
  for (const intent of intents) memory.intents.set(intent.id, intent)
  for (const spent of spends) memory.spends.set(outPointKey(spent), spent)
  if (node !== undefined) memory.node = node
  const sequence = recorded && memory.record(recorded.audit)
  const queued =
    sequence !== undefined && recorded?.owed && memory.outbox.add(sequence, recorded.owed)
  const wrote =
    [event, invoice, node].some((part) => part !== undefined) ||
    [channels, intents, spends].some((part) => part.length > 0)
  return { done: { value, ...(queued && { queued }) }, wrote }
}

function viewOf(memory: Memory, scope: Scope): View {
  const channels = new Map<number, ChannelState>()
  for (const channel of scope.channels) {
    const state = memory.channels.get(channel)
    if (state !== undefined) channels.set(channel, state)
  }
  return {
    event: memory.events.get(scope.event),
    forgottenBeforeMs: memory.forgottenBeforeMs,
    channels,
    channelById: channelById(memory, scope.channelId),
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
  }
}

function generationOf({ lineage, generation, audit }: Memory) {
  return { lineage, generation, head: audit.head }
}

function isOlder({ sentAtMs, receivedAtMs }: LedgerEntry, thanMs: number): boolean {
  return sentAtMs !== undefined && sentAtMs < thanMs && receivedAtMs < thanMs
}

function isClosed({ verdict, kind, answeredAtMs }: LedgerEntry): boolean {
  if (answeredAtMs !== undefined || verdict === 'hold') return true
  return verdict === 'decline' && kind !== 'derive-key-and-sign'
}

function channelById(memory: Memory, id: ChannelId | undefined): ChannelState | undefined {
  return [...memory.channels.values()].find((state) => state.id === id)
}

function paged<K extends string | number, V>(
  map: ReadonlyMap<K, V>,
  page: Page<K>,
  first: K,
): readonly V[] {
  const rows = [...map].filter(([key]) => key > (page.after ?? first))
  return rows
    .sort(byKey)
    .slice(0, pageLimit(page))
    .map(([, value]) => value)
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
