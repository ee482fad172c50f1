import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { UserConfig } from 'lightningdevkit'

/** Blocks on a funding transaction before its channel is used. */
export const fundingDepth = 3

/** Blocks that a side waits for its own money after a force close. */
export const toSelfDelay = 144

/**
 * How channels are agreed on: private, accepted by hand, the whole capacity usable at once.
 *
 * @param kind - what an opener proposes; whoever accepts takes either.
 */
export function channelConfig(kind: CommitmentType): UserConfig {
  const config = UserConfig.constructor_default()
  const handshake = config.get_channel_handshake_config()
  handshake.set_minimum_depth(fundingDepth)
  handshake.set_our_to_self_delay(toSelfDelay)
  handshake.set_announce_for_forwarding(false)
  handshake.set_max_inbound_htlc_value_in_flight_percent_of_channel(100)
  handshake.set_negotiate_anchors_zero_fee_htlc_tx(kind === 'anchors')
  config.set_channel_handshake_config(handshake)
  config.set_manually_accept_inbound_channels(true)
  config.set_accept_forwards_to_priv_channels(true)
  return config
}
