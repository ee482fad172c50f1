import { integer } from '@boltwarden/core/assert'
import type { ChannelId, EventId, InvoiceId } from '@boltwarden/core/ids'
import type { Decision } from '@boltwarden/policy/decision'
import type { Delivery } from '@boltwarden/policy/event'
import type { Judgement } from '@boltwarden/policy/judge'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import type { Intent } from '@boltwarden/policy/state/intent'
import type { InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import type { NodeState } from '@boltwarden/policy/state/node-state'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import { type Scope, scopeOf, type View, type Writes } from '@boltwarden/policy/view'
import { mintPermit, type Permit } from './permit.ts'

/** What a step leaves behind and what it tells its caller. */
export type Step<T> = { readonly writes: Writes; readonly value: T }

/** How much is remembered. */
export type Counts = {
  readonly channels: number
  readonly invoices: number
  readonly events: number
}

/** Which part of a listing is wanted. */
export type Page<Key> = {
  /** The most rows, 1 to 1,000; 100 by default. */
  readonly limit?: number
  /** Only rows after this one. */
  readonly after?: Key
}

/**
 * The most rows of a page.
 *
 * @throws {RangeError} if `limit` is not an integer from 1 to 1,000.
 */
export function pageLimit({ limit = 100 }: Page<unknown>): number {
  return integer('limit', limit, 1, 1000)
}

/** What a database must do for a {@link Store}; `@boltwarden/store/testing` tests it. */
export interface Backend {
  /**
   * Reads what `scope` names under an exclusive lock, calls `step` once, writes what it returns,
   * commits durably, and only then resolves. `step` is synchronous by type. If it throws, nothing
   * is written and the promise rejects with what it threw.
   *
   * @throws {StoreFault} if the database fails; nothing was written then, unless the fault is
   *   `STORE_OUTCOME_UNKNOWN`.
   */
  update<T>(scope: Scope, step: (view: View) => Step<T>): Promise<T>
  /** Notes the first answer that the platform accepted; later ones change nothing. */
  markAnswered(event: EventId, answerDigest: Uint8Array, atMs: number): Promise<void>
  /** Channels by ascending path. */
  channels(page?: Page<number>): Promise<readonly ChannelState[]>
  /** Invoices by ascending id. */
  invoices(page?: Page<InvoiceId>): Promise<readonly InvoiceState[]>
  channelById(id: ChannelId): Promise<ChannelState | undefined>
  /**
   * Adds a channel that was opened before this signer knew of it.
   *
   * @throws {StoreFault} `STORE_CONFLICT` if its path or its id is known.
   */
  adopt(channel: ChannelState): Promise<void>
  intent(id: string): Promise<Intent | undefined>
  /** Intents by ascending id. */
  intents(page?: Page<string>): Promise<readonly Intent[]>
  /** Adds an intent. @throws {StoreFault} `STORE_CONFLICT` if there is one of this id. */
  registerIntent(intent: Intent): Promise<void>
  /** Resolves to whether there was one of this id. */
  removeIntent(id: string): Promise<boolean>
  node(): Promise<NodeState>
  event(event: EventId): Promise<LedgerEntry | undefined>
  counts(): Promise<Counts>
  /** Resolves if a durable write is possible now. */
  health(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** What became of a delivery. */
export type Ruling = {
  readonly decision: Decision
  /** Whether this very delivery was decided before. */
  readonly repeated: boolean
  /** Present if and only if the verdict is `sign`. */
  readonly permit?: Permit
}

/** The enforcement state. There is no separate read and write, so they cannot come apart. */
export interface Store extends Omit<Backend, 'update'> {
  /**
   * Decides a delivery in one exclusive transaction: `step` judges what is remembered, what it
   * wants remembered is committed, and only then is there a {@link Permit}.
   */
  decide(delivery: Delivery, step: (view: View) => Judgement): Promise<Ruling>
}

/** A store over a backend, which it owns from now on. */
export function createStore(backend: Backend): Store {
  return {
    async decide(delivery, step) {
      const scope = scopeOf(delivery)
      const { decision, repeated, grant } = await backend.update(scope, (view) => {
        const judgement = step(view)
        checkWithin(scope, view, judgement.writes)
        return { writes: judgement.writes, value: judgement }
      })
      if (grant === undefined) return { decision, repeated }
      return { decision, repeated, permit: mintPermit(grant) }
    },
    markAnswered: (event, answerDigest, atMs) => backend.markAnswered(event, answerDigest, atMs),
    channels: (page) => backend.channels(page),
    invoices: (page) => backend.invoices(page),
    channelById: (id) => backend.channelById(id),
    adopt: (channel) => backend.adopt(channel),
    intent: (id) => backend.intent(id),
    intents: (page) => backend.intents(page),
    registerIntent: (intent) => backend.registerIntent(intent),
    removeIntent: (id) => backend.removeIntent(id),
    node: () => backend.node(),
    event: (event) => backend.event(event),
    counts: () => backend.counts(),
    health: () => backend.health(),
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  }
}

/** What was not locked must not be written. */
function checkWithin(scope: Scope, view: View, writes: Writes): void {
  const { event, channels, invoice, intents = [], spends = [], node } = writes
  const spendable = new Set(scope.spends)
  const shown = new Set(view.intents.map(({ id }) => id))
  const isWithin =
    spends.every((spent) => spendable.has(outPointKey(spent))) &&
    (node === undefined || scope.node) &&
    intents.every(({ id }) => shown.has(id)) &&
    (event === undefined || event.event === scope.event) &&
    (invoice === undefined || invoice.invoice === scope.invoice) &&
    channels.every(({ channel, id }) => scope.channels.includes(channel) || id === scope.channelId)
  if (!isWithin) throw new TypeError('"writes" expected nothing outside the scope')
}
