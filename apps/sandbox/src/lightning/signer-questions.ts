import type { Invoice } from '../platform/entities.ts'
import type { Platform } from '../platform/platform.ts'
import { PlatformError } from '../platform/platform-error.ts'
import type { Dispatcher } from '../webhook/dispatcher.ts'
import { remoteSigningEvent } from '../webhook/envelope.ts'

/** What it takes to ask the signer something. */
export type SignerLink = {
  readonly platform: Platform
  readonly dispatcher: Dispatcher
  /** How long a mutation may come after its webhook was accepted, in milliseconds. */
  readonly answerTimeoutMs: number
}

/**
 * Asks the signer for the payment hash of an invoice.
 *
 * @throws {PlatformError} REMOTE_SIGNER_ERROR if no hash comes.
 */
export async function askPaymentHash(link: SignerLink, invoice: Invoice): Promise<string> {
  await ask(link, invoice, 'set_invoice_payment_hash', {
    sub_event_type: 'REQUEST_INVOICE_PAYMENT_HASH',
    invoice_id: invoice.id,
    bitcoin_network: invoice.network,
  })
  const { paymentHash } = link.platform.get('Invoice', invoice.id)
  if (paymentHash === undefined) throw unanswered('payment hash')
  return paymentHash
}

/**
 * Asks the signer for the preimage of an invoice that is being paid: what a node does when a
 * payment waits for it.
 *
 * @param paymentHash - 32 bytes, hex.
 * @returns 32 bytes, hex.
 * @throws {PlatformError} ENTITY_NOT_FOUND if no invoice has the hash; REMOTE_SIGNER_ERROR if no
 * preimage comes.
 */
export async function askPreimage(link: SignerLink, paymentHash: string): Promise<string> {
  const invoice = invoiceOf(link.platform, paymentHash)
  if (invoice === undefined) throw new PlatformError('ENTITY_NOT_FOUND', 'no invoice has this hash')
  if (invoice.preimage === undefined) {
    await ask(link, invoice, 'release_payment_preimage', {
      sub_event_type: 'RELEASE_PAYMENT_PREIMAGE',
      invoice_id: invoice.id,
      preimage_nonce: invoice.preimageNonce,
      bitcoin_network: invoice.network,
      is_uma: false,
      is_lnurl: false,
    })
  }
  const { preimage } = link.platform.get('Invoice', invoice.id)
  if (preimage === undefined) throw unanswered('preimage')
  return preimage
}

/** The invoice with a payment hash. */
export function invoiceOf(platform: Platform, paymentHash: string): Invoice | undefined {
  return platform
    .entities()
    .find(
      (entity): entity is Invoice =>
        entity.type === 'Invoice' && entity.paymentHash === paymentHash,
    )
}

async function ask(
  { platform, dispatcher, answerTimeoutMs }: SignerLink,
  invoice: Invoice,
  operation: string,
  data: { readonly sub_event_type: string; readonly [field: string]: unknown },
): Promise<void> {
  const from = platform.mutations.count()
  const delivery = await dispatcher.deliver(remoteSigningEvent(platform, invoice.node, data))
  if (delivery.outcome !== 'accepted') throw unanswered(data.sub_event_type)
  await platform.mutations.find(
    from,
    (record) => record.operation === operation && record.input['invoice_id'] === invoice.id,
    AbortSignal.timeout(answerTimeoutMs),
  )
}

function unanswered(what: string): PlatformError {
  return new PlatformError('REMOTE_SIGNER_ERROR', `the signer gave no ${what}`)
}
