import type { ChannelId, EventId, InvoiceId } from '@boltwarden/core/ids'
import { parseKeyPath } from '@boltwarden/core/keys/key-path'
import type { Request } from '@boltwarden/core/request'
import type { Delivery } from './event.ts'
import { maxBatchJobs } from './policy.ts'
import { type SigningScope, signingScopeOf } from './signing-scope.ts'
import { type ChannelState, offeredHashes } from './state/channel-state.ts'
import type { IncomingHtlc } from './state/incoming-htlcs.ts'
import type { Intent } from './state/intent.ts'
import type { InvoiceState } from './state/invoice-state.ts'
import type { LedgerEntry } from './state/ledger-entry.ts'
import { emptyNodeState, type NodeState } from './state/node-state.ts'
import type { SpentOutput } from './state/spent-output.ts'

/** What a delivery may read and write; a store locks this and nothing else. */
export type Scope = SigningScope & {
  readonly event: EventId
  /** n of every `m/3/n` that the request names: each once, ascending (the order of locking). */
  readonly channels: readonly number[]
  readonly channelId?: ChannelId
  /** With it goes every incoming HTLC of its payment hash, of any channel, to read only. */
  readonly invoice?: InvoiceId
  /** Whether the state of the node as a whole is needed; it is locked last. */
  readonly node: boolean
}

/** What was remembered of a {@link Scope} when the decision was made. */
export type View = {
  readonly event: LedgerEntry | undefined
  /**
   * Events dated before this may have been decided and forgotten, in milliseconds since 1970; 0
   * where none was.
   */
  readonly forgottenBeforeMs: number
  readonly channels: ReadonlyMap<number, ChannelState>
  readonly channelById: ChannelState | undefined
  readonly invoice: InvoiceState | undefined
  /** HTLCs of any channel that pay us and have the invoice's payment hash, and how sure that is. */
  readonly incoming: readonly IncomingHtlc[]
  /**
   * Those with a key of the scope, and where the scope names the node, those that HTLCs of the
   * channels serve: their end is known only by their absence.
   */
  readonly intents: readonly Intent[]
  /** Channels that a transaction of the scope funds; to read only. */
  readonly fundings: readonly ChannelState[]
  /** Outputs of the scope that a transaction signed before spends. */
  readonly spends: readonly SpentOutput[]
  /** Empty where the scope does not name it. */
  readonly node: NodeState
}

/** What a decision leaves behind. Nothing outside the {@link Scope} may stand here. */
export type Writes = {
  readonly event?: LedgerEntry
  readonly channels: readonly ChannelState[]
  readonly invoice?: InvoiceState
  /** Of those that the view showed. */
  readonly intents?: readonly Intent[]
  readonly spends?: readonly SpentOutput[]
  readonly node?: NodeState
}

/** The keys of the intents that a view of this scope shows: each once, ascending. */
export function intentKeysOf(scope: Scope, channels: View['channels']): readonly string[] {
  if (!scope.node) return scope.intents
  const offered = [...channels.values()].flatMap(offeredHashes)
  return [...new Set([...scope.intents, ...offered])].sort()
}

/** Nothing to write. */
export const noWrites: Writes = Object.freeze({ channels: Object.freeze([]) })

/** A view of nothing known. */
export const emptyView: View = Object.freeze({
  event: undefined,
  forgottenBeforeMs: 0,
  channels: new Map(),
  channelById: undefined,
  invoice: undefined,
  incoming: Object.freeze([]),
  intents: Object.freeze([]),
  fundings: Object.freeze([]),
  spends: Object.freeze([]),
  node: emptyNodeState,
})

/**
 * What a delivery may read and write.
 *
 * @example
 * ```ts
 * import { eventId, invoiceId } from '@boltwarden/core/ids'
 * import { scopeOf } from '@boltwarden/policy/view'
 * scopeOf({
 *   event: eventId('e-1'),
 *   bodyHash: new Uint8Array(32),
 *   timestampMs: 0,
 *   receivedAtMs: 0,
 *   entity: 'node:1',
 *   request: {
 *     kind: 'request-invoice-payment-hash',
 *     network: 'REGTEST',
 *     invoice: invoiceId('Invoice:1'),
 *   },
 * }).invoice // 'Invoice:1'
 * ```
 */
export function scopeOf(delivery: Delivery): Scope {
  const { event, request } = delivery
  const nothing = { event, channels: [], intents: [], fundings: [], spends: [], node: false }
  switch (request.kind) {
    case 'derive-key-and-sign':
      // A batch that no policy allows is refused without reading anything.
      return request.jobs.length > maxBatchJobs ? nothing : { event, ...scopeOfJobs(request) }
    case 'get-per-commitment-point':
    case 'release-per-commitment-secret':
      return { ...nothing, channels: channelsOf([request.path]), channelId: request.channel }
    case 'reveal-counterparty-per-commitment-secret':
      return { ...nothing, channelId: request.channel }
    case 'request-invoice-payment-hash':
      return { ...nothing, invoice: request.invoice }
    case 'release-payment-preimage':
      return { ...nothing, invoice: request.invoice, node: true }
    case 'ecdh':
    case 'sign-invoice':
      return nothing
  }
}

function scopeOfJobs({
  jobs,
}: Extract<Request, { kind: 'derive-key-and-sign' }>): Omit<Scope, 'event'> {
  return { channels: channelsOf(jobs.map(({ path }) => path)), ...signingScopeOf(jobs), node: true }
}

function channelsOf(paths: readonly string[]): number[] {
  const channels = paths.flatMap((text) => {
    const path = parseKeyPath(text)
    if (!path.ok) return []
    const { value } = path
    return value.purpose === 'channel-key' || value.purpose === 'channel-seed'
      ? [value.channel]
      : []
  })
  return [...new Set(channels)].sort((a, b) => a - b)
}
