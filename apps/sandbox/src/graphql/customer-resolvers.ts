import {
  backendOf,
  type CreateInvoiceInput,
  cancelInvoice,
  createInvoice,
  outgoingPayments,
  type PayInvoiceInput,
  payInvoice,
  type RequestWithdrawalInput,
  requestWithdrawal,
} from '../lightning/customer-orders.ts'
import { invoiceOf, type SignerLink } from '../lightning/signer-questions.ts'
import {
  type CreateTestModeInvoiceInput,
  type CreateTestModePaymentInput,
  createTestModeInvoice,
  createTestModePayment,
} from '../lightning/test-mode.ts'
import { withdrawalFeeMsat } from '../lightning/withdrawal-fee.ts'
import type { Entity, IncomingPayment } from '../platform/entities.ts'
import { PlatformError } from '../platform/platform-error.ts'
import { decodedInvoice, nodesWithBackends } from './decoded-invoice.ts'
import { present } from './presentation.ts'
import { millisatoshis, type Presented } from './presented.ts'
import { graphqlError, recordedLater } from './recorded.ts'

type Arguments<T> = { readonly input: T }
type Field = (source: unknown, args: never) => unknown

/** The root fields that a customer uses and a signer does not. */
export type CustomerResolvers = {
  readonly Query: Readonly<Record<string, Field>>
  readonly Mutation: Readonly<Record<string, Field>>
}

/** The resolvers of what customers ask and order. */
export function customerResolvers(link: SignerLink): CustomerResolvers {
  return { Query: queries(link), Mutation: mutations(link) }
}

function queries({ platform }: SignerLink): CustomerResolvers['Query'] {
  const show = (entity: Entity | undefined) => entity && present(platform, entity)
  return {
    bitcoin_fee_estimate: (_source, { network }: { readonly network: string }) => {
      const running = nodesWithBackends(platform).find(({ node }) => node.network === network)
      if (running === undefined) {
        throw graphqlError(new PlatformError('NODE_NOT_READY', 'no node runs on this network'))
      }
      const fee = millisatoshis(withdrawalFeeMsat(running.backend))
      return { fee_fast: fee, fee_min: fee }
    },
    decoded_payment_request: (
      _source,
      { encoded_payment_request: encoded }: { readonly encoded_payment_request: string },
    ) => {
      const decoded = decodedInvoice(platform, encoded)
      if (decoded !== undefined) return decoded
      throw graphqlError(new PlatformError('INVALID_INPUT', 'not a valid invoice'))
    },
    invoice_for_payment_hash: (
      _source,
      { input }: Arguments<{ readonly payment_hash: string }>,
    ) => ({ invoice: show(invoiceOf(platform, input.payment_hash)) }),
    incoming_payments_for_invoice: (
      _source,
      { input }: Arguments<{ readonly invoice_id: string; readonly statuses?: readonly string[] }>,
    ) => ({
      payments: platform
        .entities()
        .filter((entity): entity is IncomingPayment => entity.type === 'IncomingPayment')
        .filter(({ invoice }) => invoice === input.invoice_id)
        .filter(({ status }) => input.statuses?.includes(status) ?? true)
        .map(show),
    }),
    outgoing_payments_for_payment_hash: (
      _source,
      {
        input,
      }: Arguments<{ readonly payment_hash: string; readonly statuses?: readonly string[] }>,
    ) => ({
      payments: outgoingPayments(platform)
        .filter(({ hash }) => hash === input.payment_hash)
        .filter(({ status }) => input.statuses?.includes(status) ?? true)
        .map(show),
    }),
    withdrawal_fee_estimate: (_source, { input }: Arguments<{ readonly node_id: string }>) => ({
      fee_estimate: millisatoshis(withdrawalFeeMsat(backendOf(platform, input.node_id))),
    }),
  }
}

function mutations(link: SignerLink): CustomerResolvers['Mutation'] {
  const { platform } = link
  const show = (entity: Entity) => present(platform, entity)
  const mutation =
    <T extends object>(operation: string, run: (input: T) => Promise<Presented>) =>
    (_source: unknown, { input }: Arguments<T>) =>
      recordedLater(platform, { operation, input }, () => run(input))
  return {
    create_invoice: mutation<CreateInvoiceInput>('create_invoice', async (input) => ({
      invoice: show(await createInvoice(link, input)),
    })),
    cancel_invoice: mutation<{ readonly invoice_id: string }>('cancel_invoice', async (input) => ({
      invoice: show(await cancelInvoice(platform, input)),
    })),
    pay_invoice: mutation<PayInvoiceInput>('pay_invoice', async (input) => ({
      payment: show(await payInvoice(platform, input)),
    })),
    create_test_mode_invoice: mutation<CreateTestModeInvoiceInput>(
      'create_test_mode_invoice',
      async (input) => ({ encoded_payment_request: await createTestModeInvoice(platform, input) }),
    ),
    create_test_mode_payment: mutation<CreateTestModePaymentInput>(
      'create_test_mode_payment',
      async (input) => ({ incoming_payment: show(await createTestModePayment(platform, input)) }),
    ),
    create_node_wallet_address: mutation<{ readonly node_id: string }>(
      'create_node_wallet_address',
      async ({ node_id: id }) => ({
        wallet_address: await backendOf(platform, id).newAddress(),
        node: show(platform.get('LightsparkNodeWithRemoteSigning', id)),
      }),
    ),
    request_withdrawal: mutation<RequestWithdrawalInput>('request_withdrawal', async (input) => ({
      request: show(await requestWithdrawal(platform, input)),
    })),
  }
}
