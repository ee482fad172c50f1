import { toHex } from '@boltwarden/core/hex'
import {
  type BumpTransactionEvent,
  type ChannelId,
  type ClosureReason,
  ClosureReason_CounterpartyForceClosed,
  ClosureReason_ProcessingError,
  type Event,
  Event_BumpTransaction,
  Event_ChannelClosed,
  Event_ChannelReady,
  Event_FundingGenerationReady,
  Event_FundingTxBroadcastSafe,
  Event_OpenChannelRequest,
  Event_PaymentClaimable,
  Event_PaymentClaimed,
  Event_PaymentFailed,
  Event_PaymentForwarded,
  Event_PaymentSent,
  Event_PendingHTLCsForwardable,
  Event_SpendableOutputs,
  Option_PaymentFailureReasonZ_Some,
  Option_ThirtyTwoBytesZ_Some,
  Option_u64Z_Some,
  PaymentFailureReason,
  type SpendableOutputDescriptor,
} from 'lightningdevkit'

/** What happened in a node, for whoever watches. Ids and hashes are hex. */
export type NodeEvent =
  | { readonly type: 'channel-ready'; readonly channel: string; readonly peer: string }
  | { readonly type: 'channel-closed'; readonly channel: string; readonly reason: string }
  | { readonly type: 'payment-claimable'; readonly hash: string; readonly amountMsat: bigint }
  | { readonly type: 'payment-claimed'; readonly hash: string; readonly amountMsat: bigint }
  | {
      readonly type: 'payment-sent'
      readonly hash: string
      readonly preimage: Uint8Array
      readonly feesMsat: bigint
    }
  | { readonly type: 'payment-failed'; readonly hash: string; readonly reason: string }
  | { readonly type: 'payment-forwarded' }

/** What a node does by itself when LDK says so. */
export type Duties = {
  readonly acceptChannel: (temporaryId: ChannelId, peer: Uint8Array) => void
  readonly fundChannel: (request: Event_FundingGenerationReady) => void
  /** The initial commitment is signed by both: the funding transaction may be signed and sent. */
  readonly broadcastFunding: (userChannelId: bigint) => void
  readonly forwardHtlcs: () => void
  /** @param preimage - known where the node itself made the payment hash. */
  readonly claimPayment: (hash: Uint8Array, preimage: Uint8Array | undefined) => void
  readonly sweep: (outputs: readonly SpendableOutputDescriptor[]) => void
  readonly bump: (request: BumpTransactionEvent) => void
  readonly tell: (event: NodeEvent) => void
}

/** Does what an event of LDK's asks for. */
export function attend(event: Event, duties: Duties): void {
  if (event instanceof Event_OpenChannelRequest) {
    duties.acceptChannel(event.temporary_channel_id, event.counterparty_node_id)
  } else if (event instanceof Event_FundingGenerationReady) {
    duties.fundChannel(event)
  } else if (event instanceof Event_FundingTxBroadcastSafe) {
    duties.broadcastFunding(event.user_channel_id)
  } else if (event instanceof Event_PendingHTLCsForwardable) {
    duties.forwardHtlcs()
  } else if (event instanceof Event_SpendableOutputs) {
    duties.sweep(event.outputs)
  } else if (event instanceof Event_BumpTransaction) {
    duties.bump(event.bump_transaction)
  } else if (event instanceof Event_PaymentClaimable) {
    const { payment_hash: hash, purpose, amount_msat: amountMsat } = event
    duties.tell({ type: 'payment-claimable', hash: toHex(hash), amountMsat })
    const preimage = purpose.preimage()
    duties.claimPayment(
      hash,
      preimage instanceof Option_ThirtyTwoBytesZ_Some ? preimage.some : undefined,
    )
  } else {
    const seen = describe(event)
    if (seen !== undefined) duties.tell(seen)
  }
}

function describe(event: Event): NodeEvent | undefined {
  if (event instanceof Event_ChannelReady) {
    const channel = toHex(event.channel_id.get_a())
    return { type: 'channel-ready', channel, peer: toHex(event.counterparty_node_id) }
  }
  if (event instanceof Event_ChannelClosed) {
    const channel = toHex(event.channel_id.get_a())
    return { type: 'channel-closed', channel, reason: reasonOf(event.reason) }
  }
  if (event instanceof Event_PaymentClaimed) {
    const { payment_hash: hash, amount_msat: amountMsat } = event
    return { type: 'payment-claimed', hash: toHex(hash), amountMsat }
  }
  if (event instanceof Event_PaymentSent) {
    const { payment_hash: hash, payment_preimage: preimage } = event
    const paid = event.fee_paid_msat
    const feesMsat = paid instanceof Option_u64Z_Some ? paid.some : 0n
    return { type: 'payment-sent', hash: toHex(hash), preimage, feesMsat }
  }
  if (event instanceof Event_PaymentFailed) return describeFailure(event)
  return event instanceof Event_PaymentForwarded ? { type: 'payment-forwarded' } : undefined
}

/** Payments here have their hash for an id, so the id says which one it is. */
function describeFailure({ payment_id: id, reason }: Event_PaymentFailed): NodeEvent {
  const name =
    reason instanceof Option_PaymentFailureReasonZ_Some
      ? PaymentFailureReason[reason.some]
      : undefined
  return {
    type: 'payment-failed',
    hash: toHex(id),
    reason: name?.replace('LDKPaymentFailureReason_', '') ?? 'unknown',
  }
}

function reasonOf(reason: ClosureReason): string {
  if (reason instanceof ClosureReason_ProcessingError) return reason.err
  if (reason instanceof ClosureReason_CounterpartyForceClosed) {
    return `the counterparty closed: ${reason.peer_msg.get_a()}`
  }
  return reason.constructor.name.replace('ClosureReason_', '')
}
