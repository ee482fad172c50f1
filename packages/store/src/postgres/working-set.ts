import { hash160OfPaymentHash } from '@boltwarden/core/bitcoin/hash'
import { equalBytes } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { EventId, InvoiceId } from '@boltwarden/core/ids'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import { type IncomingHtlc, incomingHtlcs } from '@boltwarden/policy/state/incoming-htlcs'
import { type Intent, intentKey } from '@boltwarden/policy/state/intent'
import type { InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import { emptyNodeState, type NodeState } from '@boltwarden/policy/state/node-state'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import type { SpentOutput } from '@boltwarden/policy/state/spent-output'
import { intentKeysOf, type Scope, type View, type Writes } from '@boltwarden/policy/view'
import type { AcceptedAnswer } from '../backend.ts'
import { StoreFault } from '../fault.ts'
import { Remembered } from './remembered.ts'

/** What a view needs and the working set does not hold yet. */
export type Needs = {
  /** HASH160 of payment hashes in hex: which HTLCs pay us for them. */
  readonly incoming: ReadonlySet<string>
  /** Keys of intents. */
  readonly intents: ReadonlySet<string>
}

/**
 * What a batch has read and what its tasks have changed, in memory: each task sees what those before
 * it left, and everything is written at once when all have run.
 */
export class WorkingSet {
  readonly events = new Remembered<EventId, LedgerEntry>()
  readonly channels = new Remembered<number, ChannelState>()
  readonly invoices = new Remembered<InvoiceId, InvoiceState>()
  readonly intents = new Remembered<string, Intent>()
  readonly spends = new Remembered<string, SpentOutput>()
  readonly node = new Remembered<'node', NodeState>()
  /** Events dated before this may have been forgotten. */
  forgottenBeforeMs = 0
  /** What was looked for: nothing of it is missing without being absent. */
  readonly #incoming = new Set<string>()
  readonly #intentKeys = new Set<string>()

  /** Everything that pays us for these hashes was read. */
  readIncoming(hashes: Iterable<string>): void {
    for (const hash of hashes) this.#incoming.add(hash)
  }

  /** Every intent of these keys was read. */
  readIntents(keys: Iterable<string>): void {
    for (const key of keys) this.#intentKeys.add(key)
  }

  /** Forgets what tasks changed, so that they can run again. */
  revert(): void {
    this.events.revert()
    this.channels.revert()
    this.invoices.revert()
    this.intents.revert()
    this.spends.revert()
    this.node.revert()
  }

  /** What {@link view} would need and nobody read yet; undefined if it needs nothing. */
  needsOf(scope: Scope): Needs | undefined {
    const invoice = scope.invoice && this.invoices.get(scope.invoice)
    const hashes = invoice === undefined ? [] : [hashOf(invoice)]
    const incoming = new Set(hashes.filter((hash) => !this.#incoming.has(hash)))
    const keys = intentKeysOf(scope, this.#named(scope))
    const intents = new Set(keys.filter((key) => !this.#intentKeys.has(key)))
    return incoming.size + intents.size === 0 ? undefined : { incoming, intents }
  }

  /** What is remembered of a scope. */
  view(scope: Scope): View {
    const invoice = scope.invoice && this.invoices.get(scope.invoice)
    const channels = this.#named(scope)
    return {
      event: this.events.get(scope.event),
      forgottenBeforeMs: this.forgottenBeforeMs,
      channels,
      channelById: this.#channelById(scope.channelId),
      invoice,
      incoming: invoice === undefined ? [] : this.#incomingOf(hashOf(invoice)),
      intents: intentKeysOf(scope, channels).flatMap((key) => this.#intentsOf(key)),
      fundings: this.#fundedBy(scope.fundings),
      spends: scope.spends.flatMap((key) => this.spends.get(key) ?? []),
      node: (scope.node ? this.node.get('node') : undefined) ?? emptyNodeState,
    }
  }

  /**
   * Takes over what a decision leaves behind: all of it, or nothing.
   *
   * @throws {StoreFault} `STORE_CONFLICT` if what never changes would change.
   */
  apply(writes: Writes): void {
    this.#refuseChanges(writes)
    const { event, channels, invoice, intents = [], spends = [], node } = writes
    if (event !== undefined) this.events.set(event.event, event)
    for (const state of channels) this.channels.set(state.channel, state)
    if (invoice !== undefined) this.invoices.set(invoice.invoice, invoice)
    for (const intent of intents) this.intents.set(intent.id, intent)
    for (const spent of spends) this.spends.set(outPointKey(spent), spent)
    if (node !== undefined) this.node.set('node', node)
  }

  /** Notes an accepted answer; false if the event was never decided. */
  accept({ event, digest, atMs }: AcceptedAnswer): boolean {
    const entry = this.events.get(event)
    if (entry === undefined) return false
    if (entry.answeredAtMs === undefined) {
      this.events.set(event, { ...entry, answeredAtMs: atMs, answerDigest: digest })
    }
    return true
  }

  #refuseChanges({ event, channels, invoice, intents = [] }: Writes): void {
    const known = event && this.events.get(event.event)
    const knownInvoice = invoice && this.invoices.get(invoice.invoice)
    const isKept =
      (known === undefined || event === undefined || equalBytes(known.bodyHash, event.bodyHash)) &&
      channels.every((state) => this.#isSameChannel(state, channels)) &&
      (knownInvoice === undefined || equalBytes(knownInvoice.nonce, invoice?.nonce ?? none)) &&
      (invoice === undefined || this.#isOwnNonce(invoice)) &&
      intents.every((intent) => this.#isSameIntent(intent))
    if (isKept) return
    throw new StoreFault({ code: 'STORE_CONFLICT', reason: 'what never changes would change' })
  }

  #isSameChannel({ channel, id }: ChannelState, written: readonly ChannelState[]): boolean {
    const isOne = (other: ChannelState) => (other.channel === channel) === (other.id === id)
    return [...this.channels.values(), ...written].every(isOne)
  }

  #isOwnNonce({ invoice, nonce }: InvoiceState): boolean {
    return [...this.invoices.values()].every(
      (other) => other.invoice === invoice || !equalBytes(other.nonce, nonce),
    )
  }

  #isSameIntent(intent: Intent): boolean {
    const known = this.intents.get(intent.id)
    return known !== undefined && intentKey(known) === intentKey(intent)
  }

  #named({ channels }: Scope): ReadonlyMap<number, ChannelState> {
    const named = new Map<number, ChannelState>()
    for (const channel of channels) {
      const state = this.channels.get(channel)
      if (state !== undefined) named.set(channel, state)
    }
    return named
  }

  #channelById(id: Scope['channelId']): ChannelState | undefined {
    return id && [...this.channels.values()].find((state) => state.id === id)
  }

  #byPath(): readonly ChannelState[] {
    return [...this.channels.values()].sort((a, b) => a.channel - b.channel)
  }

  #fundedBy(ids: readonly string[]): readonly ChannelState[] {
    if (ids.length === 0) return []
    const funded = this.#byPath().map((state) => ({ state, id: fundingTxidOf(state) }))
    return ids.flatMap((id) => funded.flatMap((each) => (each.id === id ? [each.state] : [])))
  }

  #incomingOf(hash: string): readonly IncomingHtlc[] {
    return this.#byPath()
      .flatMap((state) => incomingHtlcs(state))
      .filter(({ paymentHash160 }) => toHex(paymentHash160) === hash)
  }

  #intentsOf(key: string): readonly Intent[] {
    return [...this.intents.values()]
      .filter((intent) => intentKey(intent) === key)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  }
}

const none = new Uint8Array()

/** The id of the transaction that funds a channel, in hex; null before the first commitment. */
export function fundingTxidOf({ funding }: ChannelState): string | null {
  return funding === undefined ? null : toHex(funding.txid)
}

function hashOf({ paymentHash }: InvoiceState): string {
  return toHex(hash160OfPaymentHash(paymentHash))
}
