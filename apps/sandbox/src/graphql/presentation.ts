import type { Entity, Invoice, SignablePayload } from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'
import { presentAccount } from './present-account.ts'
import { presentMoney, presentWithdrawalRequest } from './present-money.ts'
import { presentChannel, presentNode } from './present-node.ts'
import { millisatoshis, type Presented, satoshis } from './presented.ts'

/** The form in which the API shows an entity. Fields that the sandbox knows nothing of are null. */
export function present(platform: Platform, entity: Entity): Presented {
  return {
    __typename: entity.type,
    id: entity.id,
    created_at: entity.createdAt,
    updated_at: entity.updatedAt,
    ...presentFields(platform, entity),
  }
}

function presentFields(platform: Platform, entity: Entity): Presented {
  const show = (id: string): Presented => {
    const found = platform.find(id)
    return found === undefined ? {} : present(platform, found)
  }
  switch (entity.type) {
    case 'Account':
      return presentAccount(platform, entity, show)
    case 'LightsparkNodeWithRemoteSigning':
      return presentNode(platform, entity, show)
    case 'Channel':
      return presentChannel(platform, entity, show)
    case 'Invoice':
      return presentInvoice(entity, show)
    case 'Signable':
      return {}
    case 'SignablePayload':
      return presentPayload(entity, show)
    case 'IncomingPayment':
    case 'OutgoingPayment':
    case 'Deposit':
    case 'Withdrawal':
      return presentMoney(platform, entity, show)
    case 'WithdrawalRequest':
      return presentWithdrawalRequest(entity, show)
  }
}

function presentInvoice(invoice: Invoice, show: (id: string) => Presented): Presented {
  const { amountMsat, amountPaidMsat, encodedPaymentRequest } = invoice
  return {
    status: amountPaidMsat !== undefined || invoice.isCancelled ? 'CLOSED' : 'OPEN',
    amount_paid: amountPaidMsat === undefined ? undefined : millisatoshis(amountPaidMsat),
    is_uma: false,
    is_lnurl: false,
    data: {
      __typename: 'InvoiceData',
      // Without a node that has encoded it, it is not an invoice anybody can pay.
      encoded_payment_request: encodedPaymentRequest ?? `sandbox:${invoice.id}`,
      bitcoin_network: invoice.network,
      payment_hash: invoice.paymentHash ?? '0'.repeat(64),
      amount: amountMsat === undefined ? satoshis(invoice.amountSats) : millisatoshis(amountMsat),
      created_at: invoice.createdAt,
      expires_at: invoice.expiresAt,
      memo: invoice.memo,
      destination: () => show(invoice.node),
    },
  }
}

function presentPayload(payload: SignablePayload, show: (id: string) => Presented): Presented {
  return {
    payload: payload.payload,
    derivation_path: payload.derivationPath,
    status: payload.status,
    add_tweak: payload.addTweak,
    mul_tweak: payload.mulTweak,
    signable: () => show(payload.signable),
  }
}
