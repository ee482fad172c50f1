import type { CommitmentSecret, Digest, PreimageNonce, PublicKey } from './bytes.ts'
import type { ChannelId, InvoiceId, NodeId, PayloadId } from './ids.ts'
import type { Network } from './network.ts'
import type { CommitmentIndex, Sats } from './units.ts'

/**
 * One thing to sign, as the platform states it. Nothing in it is believed: the path is text, the
 * transaction is bytes, and the tweaks may have any length, until a rule has looked at them.
 */
export type SigningJob = {
  readonly id: PayloadId
  readonly path: string
  /** What ECDSA is asked to sign. */
  readonly message: Digest
  readonly isRaw: boolean
  readonly addTweak?: Uint8Array
  readonly mulTweak?: Uint8Array
  readonly index?: CommitmentIndex
  /** Witness script of the spent output; for P2WPKH its scriptPubKey or its script code. */
  readonly script?: Uint8Array
  /** Unsigned transaction, or a PSBT of it. */
  readonly transaction?: Uint8Array
  /** Value of the spent output. */
  readonly amount?: Sats
  readonly destinationPath?: string
}

/** What the platform asks: one arm for each remote-signing sub-event. */
export type Request =
  | {
      readonly kind: 'derive-key-and-sign'
      readonly network: Network
      readonly jobs: readonly SigningJob[]
    }
  | {
      readonly kind: 'request-invoice-payment-hash'
      readonly network: Network
      readonly invoice: InvoiceId
    }
  | {
      readonly kind: 'release-payment-preimage'
      readonly network: Network
      readonly invoice: InvoiceId
      readonly nonce: PreimageNonce
    }
  | {
      readonly kind: 'get-per-commitment-point'
      readonly network: Network
      readonly channel: ChannelId
      readonly node: NodeId
      readonly path: string
      readonly index: CommitmentIndex
    }
  | {
      readonly kind: 'release-per-commitment-secret'
      readonly network: Network
      readonly channel: ChannelId
      readonly node: NodeId
      readonly path: string
      readonly index: CommitmentIndex
    }
  | {
      readonly kind: 'reveal-counterparty-per-commitment-secret'
      readonly network: Network
      readonly channel: ChannelId
      readonly node: NodeId
      readonly index: CommitmentIndex
      readonly secret: CommitmentSecret
    }
  | {
      readonly kind: 'ecdh'
      readonly network: Network
      readonly node: NodeId
      readonly peer: PublicKey
    }
  | {
      readonly kind: 'sign-invoice'
      readonly network: Network
      readonly invoice: InvoiceId
      /** The hash that BOLT 11 signs, 32 bytes. */
      readonly hash: Digest
    }

/** The name of a request's arm. */
export type RequestKind = Request['kind']
