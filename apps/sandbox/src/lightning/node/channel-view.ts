import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { toHex } from '@boltwarden/core/hex'
import { type ChannelDetails, Option_u64Z_Some } from 'lightningdevkit'
import { present } from '../ldk/ldk-error.ts'

/** A channel as its node sees it. Amounts are millisatoshis where they say so. */
export type ChannelView = {
  /** Hex; another one before the funding transaction is known. */
  readonly id: string
  /** Of the counterparty, compressed, hex. */
  readonly peer: string
  readonly kind: CommitmentType
  readonly opener: 'holder' | 'counterparty'
  readonly capacitySats: bigint
  /** What could be sent at once, in millisatoshis. */
  readonly outboundMsat: bigint
  /** What could be received at once, in millisatoshis. */
  readonly inboundMsat: bigint
  readonly isUsable: boolean
  readonly pendingHtlcs: number
  readonly funding: { readonly txid: Uint8Array; readonly vout: number } | undefined
  /** The number that the node gave it. */
  readonly userChannelId: bigint
  readonly reserveSats: bigint
}

/** Takes out of LDK's details what is shown. */
export function viewChannel(details: ChannelDetails): ChannelView {
  const counterparty = present(details.get_counterparty(), 'counterparty')
  const funding = details.get_funding_txo()
  const reserve = details.get_unspendable_punishment_reserve()
  const type = details.get_channel_type()
  return {
    id: toHex(present(details.get_channel_id(), 'channel id').get_a()),
    peer: toHex(counterparty.get_node_id()),
    kind: type?.supports_anchors_zero_fee_htlc_tx() ? 'anchors' : 'static-remotekey',
    opener: details.get_is_outbound() ? 'holder' : 'counterparty',
    capacitySats: details.get_channel_value_satoshis(),
    outboundMsat: details.get_outbound_capacity_msat(),
    inboundMsat: details.get_inbound_capacity_msat(),
    isUsable: Boolean(details.get_is_usable()),
    pendingHtlcs:
      details.get_pending_inbound_htlcs().length + details.get_pending_outbound_htlcs().length,
    funding: funding && { txid: funding.get_txid(), vout: funding.get_index() },
    userChannelId: userChannelIdOf(details.get_user_channel_id()),
    reserveSats: reserve instanceof Option_u64Z_Some ? reserve.some : 0n,
  }
}

/** The bindings write a number of 128 bits with its last byte first, and read it the other way. */
export function userChannelIdOf(value: bigint): bigint {
  const digits = value.toString(16).padStart(32, '0')
  return BigInt(`0x${(digits.match(/../g) ?? []).reverse().join('')}`)
}
