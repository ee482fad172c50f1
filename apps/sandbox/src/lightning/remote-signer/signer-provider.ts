import { p2wpkh, publicKeyHashOf } from '@boltwarden/core/bitcoin/output-script'
import { publicKey } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import {
  ChannelPublicKeys,
  DecodeError,
  DelayedPaymentBasepoint,
  type EcdsaChannelSigner,
  HtlcBasepoint,
  Result_CVec_u8ZNoneZ,
  Result_EcdsaChannelSignerDecodeErrorZ,
  Result_ShutdownScriptNoneZ,
  RevocationBasepoint,
  ShutdownScript,
  SignerProvider,
} from 'lightningdevkit'
import type { DestinationKey } from '../../pairing/pairing.ts'
import { LdkError } from '../ldk/ldk-error.ts'
import { userChannelIdOf } from '../node/channel-view.ts'
import { createChannelSigner } from './channel-signer.ts'
import { keysIdOf, numberInKeysId, type RemoteChannel, type RemoteChannels } from './channels.ts'
import type { RemoteKeys } from './remote-keys.ts'

/** What a provider hands on to the signers that it makes. */
export type ProviderParts = {
  readonly channels: RemoteChannels
  readonly keys: RemoteKeys
  readonly secp256k1: Secp256k1
  /** Where closes and claims pay. */
  readonly destination: DestinationKey
  readonly report: (fault: unknown) => void
}

/** A provider of signers that hold no key, and the signers themselves, kept from the collector. */
export type RemoteSignerProvider = {
  readonly provider: SignerProvider
  readonly kept: readonly object[]
}

/**
 * The provider of one node's signers. Its methods must answer at once and cannot fail: an
 * exception here ends the process, and is the sandbox's own mistake.
 */
export function createSignerProvider(parts: ProviderParts): RemoteSignerProvider {
  const { channels } = parts
  const kept: object[] = []
  const hash = destinationHash(parts.destination)
  const provider = SignerProvider.new_impl({
    generate_channel_keys_id: (_inbound, capacitySats, userChannelId) =>
      keysIdOf(channels.create(capacitySats, userChannelIdOf(userChannelId)).number),
    derive_channel_signer: (capacitySats, keysId) => {
      const signer = signerOf(parts, channels.get(numberInKeysId(keysId)), capacitySats)
      kept.push(signer)
      return signer
    },
    // Only states of LDK before 0.0.113 have signers in them.
    read_chan_signer: () =>
      Result_EcdsaChannelSignerDecodeErrorZ.constructor_err(
        DecodeError.constructor_unknown_version(),
      ),
    get_destination_script: () => Result_CVec_u8ZNoneZ.constructor_ok(p2wpkhOf(parts.destination)),
    get_shutdown_scriptpubkey: () =>
      Result_ShutdownScriptNoneZ.constructor_ok(ShutdownScript.constructor_new_p2wpkh(hash)),
  })
  return { provider, kept }
}

function signerOf(
  { keys, secp256k1, report }: ProviderParts,
  channel: RemoteChannel,
  capacitySats: bigint,
): EcdsaChannelSigner {
  const publicKeys = publicKeysOf(channel)
  return createChannelSigner({ channel, capacitySats, publicKeys, keys, secp256k1, report })
}

function publicKeysOf({ keys }: RemoteChannel): ChannelPublicKeys {
  return ChannelPublicKeys.constructor_new(
    hexToBytes(keys.funding),
    RevocationBasepoint.constructor_new(hexToBytes(keys.revocationBasepoint)),
    hexToBytes(keys.payment),
    DelayedPaymentBasepoint.constructor_new(hexToBytes(keys.delayedPaymentBasepoint)),
    HtlcBasepoint.constructor_new(hexToBytes(keys.htlcBasepoint)),
  )
}

function p2wpkhOf(destination: DestinationKey): Uint8Array {
  return p2wpkh(publicKey(hexToBytes(destination.publicKey)))
}

function destinationHash(destination: DestinationKey): Uint8Array {
  const hash = publicKeyHashOf(p2wpkhOf(destination))
  if (hash === undefined) throw new LdkError('a destination without a key hash')
  return hash
}
