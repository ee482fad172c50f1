import type { Digest, PreimageNonce, PublicKey, Tweak } from './bytes.ts'
import type { ChannelId, InvoiceId, NodeId, PayloadId } from './ids.ts'
import type { SigningKeyPath } from './keys/key-path.ts'
import type { CommitmentIndex } from './units.ts'

/** One signature to make: the key is of the table, the tweaks have the right length. */
export type GrantedJob = {
  readonly id: PayloadId
  readonly key: SigningKeyPath
  readonly digest: Digest
  readonly mulTweak?: Tweak
  readonly addTweak?: Tweak
}

/**
 * What may be done with the keys once a request is approved. Nothing but this reaches them: a key
 * outside the table, or the identity, preimage or operation key for a signing job, cannot be
 * written down here.
 */
export type Grant =
  | { readonly kind: 'signatures'; readonly jobs: readonly GrantedJob[] }
  | { readonly kind: 'payment-hash'; readonly invoice: InvoiceId; readonly nonce: PreimageNonce }
  | {
      readonly kind: 'payment-preimage'
      readonly invoice: InvoiceId
      readonly nonce: PreimageNonce
    }
  | {
      readonly kind: 'commitment-point'
      readonly channelId: ChannelId
      readonly channel: number
      readonly index: CommitmentIndex
    }
  | {
      readonly kind: 'commitment-secret'
      readonly channelId: ChannelId
      readonly channel: number
      readonly index: CommitmentIndex
    }
  | { readonly kind: 'shared-secret'; readonly node: NodeId; readonly peer: PublicKey }
  | { readonly kind: 'invoice-signature'; readonly invoice: InvoiceId; readonly hash: Digest }
  /** The request only informs: there is nothing to answer. */
  | { readonly kind: 'acknowledgement' }
