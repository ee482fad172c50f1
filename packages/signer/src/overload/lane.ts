import { parseKeyPath } from '@boltwarden/core/keys/key-path'
import type { Delivery } from '@boltwarden/policy/event'

/**
 * What a delivery waits behind: a channel by its path or, where only that is named, by its id; all
 * invoices together; the L1 wallet; the node. However many invoices are asked for at once, they
 * have one turn where a channel has one.
 */
export function laneOf({ request }: Delivery): string {
  switch (request.kind) {
    case 'derive-key-and-sign':
      return channelLane(request.jobs.map(({ path }) => path)) ?? 'wallet'
    case 'get-per-commitment-point':
    case 'release-per-commitment-secret':
      return channelLane([request.path]) ?? 'node'
    case 'reveal-counterparty-per-commitment-secret':
      return `channel ${request.channel}`
    case 'request-invoice-payment-hash':
    case 'release-payment-preimage':
      return 'invoices'
    case 'ecdh':
    case 'sign-invoice':
      return 'node'
  }
}

/** The first channel that is named: a batch that names several waits for one of them. */
function channelLane(paths: readonly string[]): string | undefined {
  for (const text of paths) {
    const path = parseKeyPath(text)
    if (!path.ok) continue
    const { value } = path
    if (value.purpose === 'channel-key' || value.purpose === 'channel-seed') {
      return `m/3/${value.channel}`
    }
  }
  return undefined
}
