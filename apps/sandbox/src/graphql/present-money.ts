import type {
  Deposit,
  IncomingPayment,
  MoneyEntity,
  OutgoingPayment,
  Withdrawal,
  WithdrawalRequest,
} from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'
import { decodedInvoice } from './decoded-invoice.ts'
import { millisatoshis, type Presented } from './presented.ts'

/** Shows another entity by its id. */
export type Show = (id: string) => Presented

/** What a transaction has besides its id and times. */
export function presentMoney(platform: Platform, entity: MoneyEntity, show: Show): Presented {
  const common = {
    status: entity.status,
    resolved_at: entity.resolvedAt,
    amount: millisatoshis(entity.amountMsat),
    transaction_hash: entity.hash,
  }
  switch (entity.type) {
    case 'IncomingPayment':
      return { ...common, ...presentIncoming(entity, show) }
    case 'OutgoingPayment':
      return { ...common, ...presentOutgoing(platform, entity, show) }
    case 'Deposit':
      return { ...common, ...presentOnChain(entity), destination: () => show(entity.node) }
    case 'Withdrawal':
      return { ...common, ...presentOnChain(entity), origin: () => show(entity.node) }
  }
}

function presentIncoming({ node, invoice }: IncomingPayment, show: Show): Presented {
  return {
    is_uma: false,
    is_internal_payment: false,
    destination: () => show(node),
    payment_request: () => show(invoice),
  }
}

function presentOutgoing(platform: Platform, payment: OutgoingPayment, show: Show): Presented {
  const data = () => decodedInvoice(platform, payment.encodedInvoice)
  const { feesMsat, failureReason } = payment
  return {
    is_uma: false,
    is_internal_payment: false,
    origin: () => show(payment.node),
    destination: () => data()?.['destination'],
    fees: feesMsat === undefined ? undefined : millisatoshis(feesMsat),
    payment_request_data: data,
    failure_reason: failureReason,
    failure_message: failureReason && { text: failureReason },
    payment_preimage: payment.preimage,
    idempotency_key: payment.idempotencyKey,
  }
}

function presentOnChain(movement: Deposit | Withdrawal): Presented {
  return {
    fees: movement.feesMsat === undefined ? undefined : millisatoshis(movement.feesMsat),
    block_hash: movement.blockHash,
    block_height: movement.blockHeight,
    destination_addresses: [movement.address],
  }
}

/** What a request for a withdrawal has besides its id and times. */
export function presentWithdrawalRequest(request: WithdrawalRequest, show: Show): Presented {
  const { withdrawal, status } = request
  const amount = millisatoshis(request.amountMsat)
  return {
    requested_amount: millisatoshis(request.requestedMsat ?? request.amountMsat),
    amount,
    estimated_amount: amount,
    amount_withdrawn: status === 'SUCCESSFUL' ? amount : undefined,
    total_fees: millisatoshis(request.feesMsat),
    bitcoin_address: request.address,
    withdrawal_mode: request.mode,
    status,
    completed_at: request.completedAt,
    withdrawal: () => withdrawal && show(withdrawal),
    idempotency_key: request.idempotencyKey,
    initiator: 'CUSTOMER',
  }
}
