import type { ChannelId, EventId, InvoiceId } from '@boltwarden/core/ids'
import { parseKeyPath } from '@boltwarden/core/keys/key-path'
import type { Request } from '@boltwarden/core/request'
import type { Delivery } from './event.ts'
import { maxBatchJobs } from './policy.ts'
import type { ChannelState } from './state/channel-state.ts'
import type { InvoiceState } from './state/invoice-state.ts'
import type { LedgerEntry } from './state/ledger-entry.ts'

/** What a delivery may read and write; a store locks this and nothing else. */
export type Scope = {
  readonly event: EventId
  /** n of every `m/3/n` that the request names: each once, ascending (the order of locking). */
  readonly channels: readonly number[]
  readonly channelId?: ChannelId
  readonly invoice?: InvoiceId
}

/** What was remembered of a {@link Scope} when the decision was made. */
export type View = {
  readonly event: LedgerEntry | undefined
  readonly channels: ReadonlyMap<number, ChannelState>
  readonly channelById: ChannelState | undefined
  readonly invoice: InvoiceState | undefined
}

/** What a decision leaves behind. Nothing outside the {@link Scope} may stand here. */
export type Writes = {
  readonly event?: LedgerEntry
  readonly channels: readonly ChannelState[]
  readonly invoice?: InvoiceState
}

/** Nothing to write. */
export const noWrites: Writes = Object.freeze({ channels: Object.freeze([]) })

/** A view of nothing known. */
export const emptyView: View = Object.freeze({
  event: undefined,
  channels: new Map(),
  channelById: undefined,
  invoice: undefined,
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
 * }) // { event: 'e-1', channels: [], invoice: 'Invoice:1' }
 * ```
 */
export function scopeOf(delivery: Delivery): Scope {
  const { event, request } = delivery
  switch (request.kind) {
    case 'derive-key-and-sign':
      return { event, channels: channelsOfJobs(request) }
    case 'get-per-commitment-point':
    case 'release-per-commitment-secret':
      return { event, channels: channelsOf([request.path]), channelId: request.channel }
    case 'reveal-counterparty-per-commitment-secret':
      return { event, channels: [], channelId: request.channel }
    case 'request-invoice-payment-hash':
    case 'release-payment-preimage':
      return { event, channels: [], invoice: request.invoice }
    case 'ecdh':
    case 'sign-invoice':
      return { event, channels: [] }
  }
}

function channelsOfJobs(request: Extract<Request, { kind: 'derive-key-and-sign' }>): number[] {
  // A batch that no policy allows is refused without reading anything.
  if (request.jobs.length > maxBatchJobs) return []
  return channelsOf(request.jobs.map((job) => job.path))
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
