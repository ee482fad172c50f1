import { equalBytes, publicKey } from '@boltwarden/core/bytes'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import type { KeysManager } from 'lightningdevkit'
import { LdkError } from '../ldk/ldk-error.ts'
import type { ChannelView } from './channel-view.ts'

/** The private keys of a peer's side of one channel, 32 bytes each, by BOLT 3's names. */
export type PeerChannelKeys = {
  readonly funding: Uint8Array
  readonly revocation: Uint8Array
  readonly payment: Uint8Array
  readonly delayedPayment: Uint8Array
  readonly htlc: Uint8Array
  /** Of the per-commitment secrets. */
  readonly commitmentSeed: Uint8Array
}

/** More channels than a peer of a stage ever has. */
const mostChannels = 100

/**
 * A peer's keys of a channel that it accepted. LDK names them by a count of its channels, which the
 * bindings do not tell: the one whose funding key is in the channel is it.
 *
 * @param channel - as the peer sees it.
 * @param fundingKey - of the peer, compressed, as it stands in the funding script.
 * @throws {LdkError} if none of the peer's keys is in the channel.
 */
export function peerChannelKeys(
  identity: KeysManager,
  channel: ChannelView,
  fundingKey: Uint8Array,
): PeerChannelKeys {
  const { capacitySats, userChannelId } = channel
  const name = identity
    .as_SignerProvider()
    .generate_channel_keys_id(true, capacitySats, userChannelId)
  for (let count = 0; count < mostChannels; count++) {
    new DataView(name.buffer, name.byteOffset).setUint32(0, count)
    const keys = identity.derive_channel_keys(capacitySats, name)
    const funding = keys.get_funding_key()
    if (!equalBytes(publicKey(secp256k1.getPublicKey(funding, true)), fundingKey)) continue
    return {
      funding,
      revocation: keys.get_revocation_base_key(),
      payment: keys.get_payment_key(),
      delayedPayment: keys.get_delayed_payment_base_key(),
      htlc: keys.get_htlc_base_key(),
      commitmentSeed: keys.get_commitment_seed(),
    }
  }
  throw new LdkError('none of the peer’s keys is in this channel')
}
