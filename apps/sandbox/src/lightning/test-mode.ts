import type { IncomingPayment } from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'
import { PlatformError } from '../platform/platform-error.ts'
import { backendOf } from './customer-orders.ts'

export type CreateTestModeInvoiceInput = {
  readonly local_node_id: string
  readonly amount_msats: number
  readonly memo?: string | null
}
export type CreateTestModePaymentInput = {
  readonly local_node_id: string
  readonly encoded_invoice: string
  readonly amount_msats?: number | null
}

/** An invoice of the test peer, which the node can pay. */
export function createTestModeInvoice(
  platform: Platform,
  input: CreateTestModeInvoiceInput,
): Promise<string> {
  const { testPeer } = backendOf(platform, input.local_node_id)
  const amountMsat = input.amount_msats === 0 ? undefined : BigInt(input.amount_msats)
  return testPeer.createInvoice({ amountMsat, memo: input.memo ?? '' })
}

/**
 * Lets the test peer pay one of the node's invoices. The payment is in the answer as it is when the
 * peer has started: pending where the node has not claimed it yet.
 *
 * @throws {PlatformError} INVALID_INPUT if it is no invoice of the node.
 */
export async function createTestModePayment(
  platform: Platform,
  input: CreateTestModePaymentInput,
): Promise<IncomingPayment> {
  const backend = backendOf(platform, input.local_node_id)
  const decoded = backend.decodeInvoice(input.encoded_invoice)
  const invoice = platform
    .entities()
    .find(
      (entity) =>
        entity.type === 'Invoice' && entity.encodedPaymentRequest === input.encoded_invoice,
    )
  if (decoded === undefined || invoice === undefined) {
    throw new PlatformError('INVALID_INPUT', 'not an invoice of this node')
  }
  const given = input.amount_msats ? BigInt(input.amount_msats) : undefined
  const pending = platform.put<IncomingPayment>({
    ...platform.identify('IncomingPayment'),
    type: 'IncomingPayment',
    node: input.local_node_id,
    status: 'PENDING',
    resolvedAt: undefined,
    amountMsat: decoded.amountMsat ?? given ?? 0n,
    hash: decoded.paymentHash,
    invoice: invoice.id,
  })
  await backend.testPeer.pay(input.encoded_invoice, given)
  return platform.get('IncomingPayment', pending.id)
}
