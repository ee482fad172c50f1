import { formatTimestamp } from '../environment.ts'
import type { Invoice, OutgoingPayment, WithdrawalRequest } from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'
import { PlatformError } from '../platform/platform-error.ts'
import type { LightningBackend } from './lightning-backend.ts'
import { askPaymentHash, type SignerLink } from './signer-questions.ts'

// The inputs of the customer's mutations, in the wire's spelling: GraphQL has checked their shape.

export type CreateInvoiceInput = {
  readonly node_id: string
  readonly amount_msats: number
  readonly memo?: string | null
  readonly expiry_secs?: number | null
  readonly payment_hash?: string | null
  readonly preimage_nonce?: string | null
}
export type PayInvoiceInput = {
  readonly node_id: string
  readonly encoded_invoice: string
  readonly timeout_secs: number
  readonly maximum_fees_msats: number
  readonly amount_msats?: number | null
  readonly idempotency_key?: string | null
}
export type RequestWithdrawalInput = {
  readonly node_id: string
  readonly bitcoin_address: string
  readonly amount_sats: number
  readonly withdrawal_mode: WithdrawalRequest['mode']
  readonly idempotency_key?: string | null
}

const defaultExpirySeconds = 24 * 3600

/** @throws {PlatformError} ENTITY_NOT_FOUND, or NODE_NOT_READY if nothing runs behind the node. */
export function backendOf(platform: Platform, nodeId: string): LightningBackend {
  const node = platform.get('LightsparkNodeWithRemoteSigning', nodeId)
  const backend = platform.backends.of(node.id)
  if (backend === undefined) throw new PlatformError('NODE_NOT_READY', 'no node runs behind it')
  return backend
}

/**
 * Makes an invoice. Its payment hash is the customer's own, or the signer is asked for one.
 *
 * @throws {PlatformError} NODE_NOT_READY, REMOTE_SIGNER_ERROR.
 */
export async function createInvoice(link: SignerLink, input: CreateInvoiceInput): Promise<Invoice> {
  const { platform } = link
  const backend = backendOf(platform, input.node_id)
  const amountMsat = input.amount_msats === 0 ? undefined : BigInt(input.amount_msats)
  const memo = input.memo ?? ''
  const expirySeconds = input.expiry_secs ?? defaultExpirySeconds
  const { network } = platform.get('LightsparkNodeWithRemoteSigning', input.node_id)
  const created = platform.createInvoice({
    node: input.node_id,
    network,
    amountSats: (amountMsat ?? 0n) / 1000n,
    memo,
    signingHash: undefined,
  })
  const expiresAt = platform.environment.nowMicros() + expirySeconds * 1_000_000
  const draft = platform.put({
    ...created,
    amountMsat: amountMsat ?? 0n,
    expiresAt: formatTimestamp(expiresAt),
    paymentHash: input.payment_hash ?? undefined,
    preimageNonce: input.preimage_nonce ?? undefined,
  })
  const paymentHash = draft.paymentHash ?? (await askPaymentHash(link, draft))
  const encodedPaymentRequest = await backend.createInvoice({
    paymentHash,
    amountMsat,
    memo,
    expirySeconds,
  })
  return platform.put({ ...platform.get('Invoice', draft.id), encodedPaymentRequest })
}

/** @throws {PlatformError} CONFLICT if it is paid; NODE_NOT_READY. */
export async function cancelInvoice(
  platform: Platform,
  input: { readonly invoice_id: string },
): Promise<Invoice> {
  const invoice = platform.get('Invoice', input.invoice_id)
  if (invoice.amountPaidMsat !== undefined) throw new PlatformError('CONFLICT', 'it is paid')
  const backend = backendOf(platform, invoice.node)
  if (invoice.paymentHash !== undefined) await backend.cancelInvoice(invoice.paymentHash)
  return platform.put({ ...invoice, isCancelled: true })
}

/**
 * Starts a payment. The same idempotency key gives the same payment; a payment that fails is an
 * entity with its reason, not an error.
 *
 * @throws {PlatformError} INVALID_INPUT if it is no invoice, or its amount is missing or doubled.
 */
export async function payInvoice(
  platform: Platform,
  input: PayInvoiceInput,
): Promise<OutgoingPayment> {
  const backend = backendOf(platform, input.node_id)
  const key = input.idempotency_key ?? undefined
  const before = outgoingPayments(platform).find(
    ({ node, idempotencyKey }) =>
      node === input.node_id && key !== undefined && idempotencyKey === key,
  )
  if (before !== undefined) return before
  const decoded = backend.decodeInvoice(input.encoded_invoice)
  if (decoded === undefined) throw new PlatformError('INVALID_INPUT', 'not a valid invoice')
  const given = input.amount_msats ? BigInt(input.amount_msats) : undefined
  const amountMsat = decoded.amountMsat ?? given
  if (amountMsat === undefined || (given !== undefined && decoded.amountMsat !== undefined)) {
    throw new PlatformError('INVALID_INPUT', 'the amount stands in the invoice or beside it')
  }
  const payment = platform.put<OutgoingPayment>({
    ...platform.identify('OutgoingPayment'),
    type: 'OutgoingPayment',
    node: input.node_id,
    status: 'PENDING',
    resolvedAt: undefined,
    amountMsat,
    hash: decoded.paymentHash,
    encodedInvoice: input.encoded_invoice,
    feesMsat: undefined,
    failureReason: undefined,
    preimage: undefined,
    idempotencyKey: key,
  })
  const started = await backend.pay({
    encodedInvoice: input.encoded_invoice,
    amountMsat: given,
    maximumFeesMsat: BigInt(input.maximum_fees_msats),
    timeoutSeconds: input.timeout_secs,
  })
  const current = platform.get('OutgoingPayment', payment.id)
  if (started.ok) return current
  return platform.put({
    ...current,
    status: 'FAILED',
    failureReason: started.error,
    resolvedAt: current.updatedAt,
  })
}

/** Every outgoing payment, oldest first. */
export function outgoingPayments(platform: Platform): readonly OutgoingPayment[] {
  return platform
    .entities()
    .filter((entity): entity is OutgoingPayment => entity.type === 'OutgoingPayment')
}

/**
 * Sends money out of the node on the chain.
 *
 * @throws {PlatformError} INSUFFICIENT_BALANCE, INVALID_INPUT for the address or the amount,
 * REMOTE_SIGNER_ERROR if the signer does not sign.
 */
export async function requestWithdrawal(
  platform: Platform,
  input: RequestWithdrawalInput,
): Promise<WithdrawalRequest> {
  const backend = backendOf(platform, input.node_id)
  const key = input.idempotency_key ?? undefined
  const before = withdrawalRequests(platform).find(
    ({ node, idempotencyKey }) =>
      node === input.node_id && key !== undefined && idempotencyKey === key,
  )
  if (before !== undefined) return before
  const { bitcoin_address: address, withdrawal_mode: mode } = input
  if (input.amount_sats !== -1 && input.amount_sats <= 0) {
    throw new PlatformError('INVALID_INPUT', 'the amount is a number of satoshis, or -1 for all')
  }
  const amountSats = input.amount_sats === -1 ? undefined : BigInt(input.amount_sats)
  const sent = await backend.withdraw({ address, amountSats, mode })
  if (!sent.ok) throw withdrawalError(sent.error)
  return platform.put<WithdrawalRequest>({
    ...platform.identify('WithdrawalRequest'),
    type: 'WithdrawalRequest',
    node: input.node_id,
    requestedMsat: amountSats && amountSats * 1000n,
    amountMsat: sent.value.amountSats * 1000n,
    feesMsat: sent.value.feeSats * 1000n,
    address,
    mode,
    status: 'IN_PROGRESS',
    hash: sent.value.txid,
    completedAt: undefined,
    withdrawal: undefined,
    idempotencyKey: key,
  })
}

/** Every request for a withdrawal, oldest first. */
export function withdrawalRequests(platform: Platform): readonly WithdrawalRequest[] {
  return platform
    .entities()
    .filter((entity): entity is WithdrawalRequest => entity.type === 'WithdrawalRequest')
}

function withdrawalError(
  failure: 'INSUFFICIENT_BALANCE' | 'INVALID_ADDRESS' | 'NOT_SIGNED',
): PlatformError {
  switch (failure) {
    case 'INSUFFICIENT_BALANCE':
      return new PlatformError('INSUFFICIENT_BALANCE', 'the wallet does not have that much')
    case 'INVALID_ADDRESS':
      return new PlatformError('INVALID_INPUT', 'not an address of this network')
    case 'NOT_SIGNED':
      return new PlatformError('REMOTE_SIGNER_ERROR', 'the signer did not sign the withdrawal')
  }
}
