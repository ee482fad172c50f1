import type {
  CommitmentSecret,
  CompactSignature,
  PaymentHash,
  PaymentPreimage,
  PreimageNonce,
  PublicKey,
} from './bytes.ts'
import type { ChannelId, InvoiceId, NodeId, PayloadId } from './ids.ts'
import type { CommitmentIndex } from './units.ts'

/** What is sent back: it carries a secret or a signature, or says that there is none. */
export type Answer =
  | {
      readonly kind: 'signatures'
      readonly signatures: readonly {
        readonly id: PayloadId
        readonly signature: CompactSignature
      }[]
    }
  | { readonly kind: 'declined'; readonly ids: readonly PayloadId[] }
  | {
      readonly kind: 'payment-hash'
      readonly invoice: InvoiceId
      readonly hash: PaymentHash
      readonly nonce: PreimageNonce
    }
  | {
      readonly kind: 'payment-preimage'
      readonly invoice: InvoiceId
      readonly preimage: PaymentPreimage
    }
  | {
      readonly kind: 'commitment-point'
      readonly channelId: ChannelId
      readonly index: CommitmentIndex
      readonly point: PublicKey
    }
  | {
      readonly kind: 'commitment-secret'
      readonly channelId: ChannelId
      readonly index: CommitmentIndex
      readonly secret: CommitmentSecret
    }
  /** SHA-256 of the compressed ECDH point (libsecp256k1's default), 32 bytes. */
  | { readonly kind: 'shared-secret'; readonly node: NodeId; readonly sharedSecret: Uint8Array }
  | {
      readonly kind: 'invoice-signature'
      readonly invoice: InvoiceId
      readonly signature: CompactSignature
      readonly recoveryId: number
    }
  | { readonly kind: 'acknowledgement' }
