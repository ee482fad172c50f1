import type { JobDraft } from '../../channel/job.ts'
import type { RemoteChannel } from './channels.ts'

/**
 * The keys of a node as the node sees them: it asks, and has an answer now or later. What is
 * `undefined` was asked for, and whoever asks again after the next answer may find it there.
 */
export type RemoteKeys = {
  /** The per-commitment point of an index that counts down from 2^48−1; compressed. */
  readonly point: (channel: RemoteChannel, index: number) => Uint8Array | undefined
  /** The per-commitment secret of an index, 32 bytes: the holder's commitment is revoked by it. */
  readonly secret: (channel: RemoteChannel, index: number) => Uint8Array | undefined
  /** All signatures of one batch, compact, 64 bytes each, in the order of the drafts; or none. */
  readonly signatures: (
    entityId: string,
    drafts: readonly JobDraft[],
  ) => readonly Uint8Array[] | undefined
  /** The payment hash of an invoice, 32 bytes. */
  readonly paymentHash: (invoiceId: string) => Uint8Array | undefined
  /** The preimage of an invoice whose payment has arrived, 32 bytes. */
  readonly preimage: (invoiceId: string) => Uint8Array | undefined
  /** Tells the counterparty's secret of a commitment that it revoked; nothing is answered. */
  readonly reveal: (channel: RemoteChannel, index: number, secret: Uint8Array) => void
}
