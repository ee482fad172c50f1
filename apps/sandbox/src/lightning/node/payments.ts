import { toHex } from '@boltwarden/core/hex'
import {
  Bolt11Invoice,
  Bolt11InvoiceDescription,
  type ChannelManager,
  Description,
  Option_ThirtyTwoBytesZ,
  Option_u16Z,
  Option_u32Z,
  Option_u64Z,
  Result_Bolt11InvoiceParseOrSemanticErrorZ_OK,
  Result_Bolt11InvoiceSignOrCreationErrorZ_OK,
  Result_C3Tuple_ThirtyTwoBytesRecipientOnionFieldsRouteParametersZNoneZ_OK,
  Result_DescriptionCreationErrorZ_OK,
  Result_NoneRetryableSendFailureZ_Err,
  Retry,
  RetryableSendFailure,
  UtilMethods,
} from 'lightningdevkit'
import { viewChannel } from './channel-view.ts'
import { NodeError } from './node-error.ts'

/** An invoice to be made. */
export type InvoiceTerms = {
  /** 0 where the payer decides. */
  readonly amountMsat: bigint
  readonly memo?: string
  /** Where another than LDK knows the preimage, 32 bytes. */
  readonly paymentHash?: Uint8Array
  readonly expirySeconds?: number
}

/**
 * Blocks after which a payment to a neighbour times out, at most: LDK adds some by chance, and
 * scenarios would take now shorter, now longer.
 */
const longestExpiry = 125

/** How often LDK may try a payment again. */
const attempts = 2

/** A BOLT 11 invoice of the node. */
export function createInvoice(manager: ChannelManager, terms: InvoiceTerms): string {
  const described = Description.constructor_new(terms.memo ?? '')
  if (!(described instanceof Result_DescriptionCreationErrorZ_OK)) {
    throw new NodeError('the memo is too long')
  }
  const made = manager.create_bolt11_invoice(
    terms.amountMsat === 0n
      ? Option_u64Z.constructor_none()
      : Option_u64Z.constructor_some(terms.amountMsat),
    Bolt11InvoiceDescription.constructor_direct(described.res),
    Option_u32Z.constructor_some(terms.expirySeconds ?? 86_400),
    Option_u16Z.constructor_none(),
    terms.paymentHash
      ? Option_ThirtyTwoBytesZ.constructor_some(terms.paymentHash)
      : Option_ThirtyTwoBytesZ.constructor_none(),
  )
  if (made instanceof Result_Bolt11InvoiceSignOrCreationErrorZ_OK) return made.res.to_str()
  throw new NodeError('LDK makes no invoice')
}

/**
 * Begins to pay an invoice; its payment hash is the payment's id.
 *
 * @returns the payment hash, hex.
 * @throws {NodeError} if LDK does not even try.
 */
export function sendPayment(manager: ChannelManager, text: string): string {
  const invoice = readInvoice(text)
  const parameters = UtilMethods.constructor_payment_parameters_from_invoice(invoice)
  if (
    !(
      parameters instanceof
      Result_C3Tuple_ThirtyTwoBytesRecipientOnionFieldsRouteParametersZNoneZ_OK
    )
  ) {
    throw new NodeError('the invoice names no amount')
  }
  const hash = invoice.payment_hash()
  const route = parameters.res.get_c()
  if (isNeighbour(manager, toHex(invoice.get_payee_pub_key()))) {
    const limits = route.get_payment_params()
    limits.set_max_total_cltv_expiry_delta(longestExpiry)
    route.set_payment_params(limits)
  }
  const sent = manager.send_payment(
    hash,
    parameters.res.get_b(),
    hash,
    route,
    Retry.constructor_attempts(attempts),
  )
  if (sent instanceof Result_NoneRetryableSendFailureZ_Err) {
    const name = RetryableSendFailure[sent.err] ?? ''
    throw new NodeError(`nothing is paid: ${name.replace('LDKRetryableSendFailure_', '')}`)
  }
  return toHex(hash)
}

function isNeighbour(manager: ChannelManager, payee: string): boolean {
  return manager.list_channels().some((each) => viewChannel(each).peer === payee)
}

function readInvoice(text: string): Bolt11Invoice {
  const read = Bolt11Invoice.constructor_from_str(text)
  if (read instanceof Result_Bolt11InvoiceParseOrSemanticErrorZ_OK) return read.res
  throw new NodeError('not a BOLT 11 invoice')
}
