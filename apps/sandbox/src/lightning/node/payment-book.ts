import type { NodeEvent } from './node-events.ts'

/** How a payment of the node's stands. */
export type PaymentState =
  | { readonly state: 'pending' }
  | { readonly state: 'sent'; readonly preimage: Uint8Array }
  | { readonly state: 'failed'; readonly reason: string }

/** The node's last payments by their hash. */
export type PaymentBook = {
  readonly begin: (hash: string) => void
  readonly note: (event: NodeEvent) => void
  readonly get: (hash: string) => PaymentState | undefined
  /** Whether a payment to the node, by its hash, was taken for good. */
  readonly isClaimed: (hash: string) => boolean
}

const remembered = 256

/** A book that forgets the oldest, so that it does not grow. */
export function createPaymentBook(): PaymentBook {
  const outgoing = new Map<string, PaymentState>()
  const incoming = new Map<string, true>()
  const put = <T>(map: Map<string, T>, hash: string, value: T) => {
    map.set(hash, value)
    const [oldest] = map.keys()
    if (map.size > remembered && oldest !== undefined) map.delete(oldest)
  }
  return {
    begin: (hash) => put(outgoing, hash, { state: 'pending' }),
    note: (event) => {
      if (event.type === 'payment-sent') {
        put(outgoing, event.hash, { state: 'sent', preimage: event.preimage })
      } else if (event.type === 'payment-failed') {
        put(outgoing, event.hash, { state: 'failed', reason: event.reason })
      } else if (event.type === 'payment-claimed') put(incoming, event.hash, true)
    },
    get: (hash) => outgoing.get(hash),
    isClaimed: (hash) => incoming.has(hash),
  }
}
