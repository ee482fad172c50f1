import type { PaymentHash, PreimageNonce } from '@boltwarden/core/bytes'
import type { InvoiceId } from '@boltwarden/core/ids'

/**
 * What is remembered of an invoice: the one nonce issued for it, which is random and therefore
 * stored before it is used.
 */
export type InvoiceState = {
  readonly invoice: InvoiceId
  readonly nonce: PreimageNonce
  readonly paymentHash: PaymentHash
  /** When the hash was first given, in milliseconds since 1970. */
  readonly issuedAtMs: number
  /** When the preimage was first released, in milliseconds since 1970. */
  readonly releasedAtMs?: number
}
