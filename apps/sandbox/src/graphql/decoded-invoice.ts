import { formatTimestamp } from '../environment.ts'
import type { DecodedInvoice, LightningBackend } from '../lightning/lightning-backend.ts'
import type { SignerNode } from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'
import { millisatoshis, type Presented } from './presented.ts'

/** What an encoded invoice says, in the API's form; undefined where it is none. */
export function decodedInvoice(platform: Platform, encoded: string): Presented | undefined {
  for (const { node, backend } of nodesWithBackends(platform)) {
    const decoded = backend.decodeInvoice(encoded)
    if (decoded !== undefined) return presentDecoded(encoded, decoded, node)
  }
  return undefined
}

/** The account's nodes that something runs behind. */
export function nodesWithBackends(
  platform: Platform,
): readonly { readonly node: SignerNode; readonly backend: LightningBackend }[] {
  return platform.entities().flatMap((node) => {
    const backend = platform.backends.of(node.id)
    return node.type === 'LightsparkNodeWithRemoteSigning' && backend ? [{ node, backend }] : []
  })
}

function presentDecoded(encoded: string, decoded: DecodedInvoice, node: SignerNode): Presented {
  const at = (seconds: number) => formatTimestamp(seconds * 1_000_000)
  return {
    __typename: 'InvoiceData',
    encoded_payment_request: encoded,
    bitcoin_network: node.network,
    payment_hash: decoded.paymentHash,
    amount: millisatoshis(decoded.amountMsat ?? 0n),
    created_at: at(decoded.createdAt),
    expires_at: at(decoded.createdAt + decoded.expirySeconds),
    memo: decoded.memo,
    destination: {
      __typename: 'GraphNode',
      id: `GraphNode:${decoded.destination}`,
      created_at: node.createdAt,
      updated_at: node.updatedAt,
      bitcoin_network: node.network,
      display_name: decoded.destination,
      public_key: decoded.destination,
    },
  }
}
