import { type PaymentHash, paymentHash } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import type { Invoice } from '../../platform/entities.ts'
import { settles } from '../../verify/payment.ts'
import { recoverSigner } from '../../verify/signature.ts'
import type { EventData } from '../../webhook/envelope.ts'
import { askHonestly, ChapterStopped } from '../honest.ts'
import type { Scene } from '../player.ts'

/** An invoice to which the signer gave its payment hash. */
export type IssuedInvoice = {
  readonly id: string
  readonly amountMsat: bigint
  readonly paymentHash: PaymentHash
  /** Hex. */
  readonly nonce: string
}

/** The data of a request for an invoice's payment hash. */
export function aboutPaymentHash(scene: Scene, invoice: string): EventData {
  return {
    sub_event_type: 'REQUEST_INVOICE_PAYMENT_HASH',
    invoice_id: invoice,
    bitcoin_network: scene.pairing.network,
  }
}

/** The data of a request for an invoice's preimage. */
export function aboutPreimage(scene: Scene, invoice: string, nonce: string): EventData {
  return {
    sub_event_type: 'RELEASE_PAYMENT_PREIMAGE',
    bitcoin_network: scene.pairing.network,
    invoice_id: invoice,
    preimage_nonce: nonce,
    is_uma: false,
    is_lnurl: false,
  }
}

/** An invoice of the node, made on the platform. */
function createInvoice(scene: Scene, amountSats: bigint, signingHash?: string): Invoice {
  return scene.context.platform.createInvoice({
    node: scene.context.node.id,
    network: scene.pairing.network,
    amountSats,
    memo: scene.chapter,
    signingHash,
  })
}

/** Makes an invoice and asks for its payment hash. */
export async function askPaymentHash(scene: Scene, amountSats: bigint): Promise<IssuedInvoice> {
  const { platform, node } = scene.context
  const { id } = createInvoice(scene, amountSats)
  await askHonestly(scene.context, {
    chapter: scene.chapter,
    name: `payment hash of an invoice over ${amountSats} sat`,
    entityId: node.id,
    data: aboutPaymentHash(scene, id),
    answeredFor: id,
    operation: 'set_invoice_payment_hash',
    check: () => {
      const invoice = platform.get('Invoice', id)
      if (invoice.paymentHash === undefined) return 'no payment hash came'
      return invoice.preimageNonce === undefined ? 'no nonce came with the hash' : undefined
    },
    proves: 'a payment hash and its nonce',
  })
  const { paymentHash: hash, preimageNonce: nonce } = platform.get('Invoice', id)
  if (hash === undefined || nonce === undefined) throw new ChapterStopped('no payment hash')
  const amountMsat = amountSats * 1000n
  return { id, amountMsat, paymentHash: paymentHash(hexToBytes(hash)), nonce }
}

/** Asks for the payment hash of an invoice that has one: a retry must get the same. */
export async function askPaymentHashAgain(scene: Scene, invoice: IssuedInvoice): Promise<void> {
  const { platform, node } = scene.context
  await askHonestly(scene.context, {
    chapter: scene.chapter,
    name: 'payment hash again',
    entityId: node.id,
    data: aboutPaymentHash(scene, invoice.id),
    answeredFor: invoice.id,
    operation: 'set_invoice_payment_hash',
    check: () =>
      platform.get('Invoice', invoice.id).paymentHash === toHex(invoice.paymentHash)
        ? undefined
        : 'another payment hash than before',
    proves: 'the same payment hash as before',
  })
}

/** Asks for the preimage of an invoice whose payment has arrived. */
export async function askPreimage(scene: Scene, invoice: IssuedInvoice): Promise<void> {
  const { platform, node } = scene.context
  await askHonestly(scene.context, {
    chapter: scene.chapter,
    name: 'preimage of the paid invoice',
    entityId: node.id,
    data: aboutPreimage(scene, invoice.id, invoice.nonce),
    answeredFor: invoice.id,
    operation: 'release_payment_preimage',
    check: () => {
      const { preimage, paymentHash: hash } = platform.get('Invoice', invoice.id)
      if (preimage === undefined || hash === undefined) return 'no preimage came'
      return settles(preimage, hash) ? undefined : 'its SHA-256 is not the payment hash'
    },
    proves: 'its SHA-256 is the payment hash given before',
  })
}

/** Asks for the identity's signature of an invoice's hash, as nodes made before 2023-10-06 need. */
export async function askInvoiceSignature(scene: Scene, hash: string): Promise<void> {
  const { platform, node } = scene.context
  const { id } = createInvoice(scene, 1_000n, hash)
  await askHonestly(scene.context, {
    chapter: scene.chapter,
    name: 'signature of an invoice',
    entityId: node.id,
    data: {
      sub_event_type: 'SIGN_INVOICE',
      bitcoin_network: scene.pairing.network,
      invoice_id: id,
      payreq_hash: hash,
    },
    answeredFor: id,
    operation: 'sign_invoice',
    check: () => {
      const { signature } = platform.get('Invoice', id)
      if (signature === undefined) return 'no signature came'
      const signer = recoverSigner(signature.compact, signature.recoveryId, hash)
      return signer === scene.pairing.nodeId ? undefined : 'it does not recover the node id'
    },
    proves: 'it recovers the node id',
  })
}
