import { formatTimestamp } from '../environment.ts'
import type { IncomingPayment, OutgoingPayment } from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'
import { outgoingPayments, withdrawalRequests } from './customer-orders.ts'
import type { LightningBackend, PaymentNews } from './lightning-backend.ts'
import { invoiceOf } from './signer-questions.ts'

/** Puts a node behind the platform's API: its news become the account's transactions. */
export function attachBackend(platform: Platform, backend: LightningBackend): () => void {
  platform.backends.attach(backend)
  return backend.subscribe((news) => {
    record(platform, backend.nodeId, news)
  })
}

function record(platform: Platform, node: string, news: PaymentNews): void {
  switch (news.kind) {
    case 'sent':
      settleOutgoing(platform, news.paymentHash, {
        status: 'SUCCESS',
        preimage: news.preimage,
        feesMsat: news.feesMsat,
      })
      return
    case 'send-failed':
      settleOutgoing(platform, news.paymentHash, {
        status: 'FAILED',
        failureReason: news.reason,
      })
      return
    case 'received':
      recordIncoming(platform, node, news)
      return
    case 'deposited':
      platform.put({
        ...platform.identify('Deposit'),
        type: 'Deposit',
        node,
        ...onChain(platform, news.confirmation),
        amountMsat: news.amountSats * 1000n,
        feesMsat: undefined,
        address: news.address,
      })
      return
    case 'withdrawn':
      recordWithdrawal(platform, news.confirmation)
      return
  }
}

function settleOutgoing(
  platform: Platform,
  paymentHash: string,
  change: Partial<OutgoingPayment>,
): void {
  const payment = outgoingPayments(platform).findLast(
    ({ hash, status }) => hash === paymentHash && status === 'PENDING',
  )
  if (payment === undefined) return
  const changed = platform.put({ ...payment, ...change })
  platform.put({ ...changed, resolvedAt: changed.updatedAt })
}

function recordIncoming(
  platform: Platform,
  node: string,
  news: Extract<PaymentNews, { kind: 'received' }>,
): void {
  const invoice = invoiceOf(platform, news.paymentHash)
  if (invoice === undefined) return
  platform.put({ ...invoice, amountPaidMsat: news.amountMsat })
  const pending = platform
    .entities()
    .find(
      (entity): entity is IncomingPayment =>
        entity.type === 'IncomingPayment' &&
        entity.hash === news.paymentHash &&
        entity.status === 'PENDING',
    )
  platform.put<IncomingPayment>({
    ...(pending ?? platform.identify('IncomingPayment')),
    type: 'IncomingPayment',
    node,
    status: 'SUCCESS',
    resolvedAt: formatTimestamp(platform.environment.nowMicros()),
    amountMsat: news.amountMsat,
    hash: news.paymentHash,
    invoice: invoice.id,
  })
}

type Confirmation = Extract<PaymentNews, { kind: 'withdrawn' }>['confirmation']

function onChain(platform: Platform, { txid, blockHash, blockHeight }: Confirmation) {
  const resolvedAt = formatTimestamp(platform.environment.nowMicros())
  return { status: 'SUCCESS' as const, resolvedAt, hash: txid, blockHash, blockHeight }
}

function recordWithdrawal(platform: Platform, confirmation: Confirmation): void {
  const request = withdrawalRequests(platform).find(({ hash }) => hash === confirmation.txid)
  if (request === undefined || request.status === 'SUCCESSFUL') return
  const base = platform.identify('Withdrawal')
  platform.put({
    ...base,
    type: 'Withdrawal',
    node: request.node,
    ...onChain(platform, confirmation),
    amountMsat: request.amountMsat,
    feesMsat: request.feesMsat,
    address: request.address,
  })
  platform.put({
    ...request,
    status: 'SUCCESSFUL',
    completedAt: base.createdAt,
    withdrawal: base.id,
  })
}
