import { ExtendedPrivateKey } from '@boltwarden/core/keys/bip32'
import type { ExtendedPublicKey } from '../pairing/extended-public-key.ts'
import { seedOf } from '../signers/official-signer.ts'
import type { Victim } from './victim.ts'

/**
 * The extended public key `m/3/n` of the victim's channel. No signer shows it, but it is no secret of
 * the kind that may cost money: whoever paired the node, or once had a backup of public keys, has it.
 */
export function leakedXpub({ secp256k1, signer, terms }: Victim): ExtendedPublicKey {
  const seed = new Uint8Array(seedOf(signer.files.phrase))
  const channels = ExtendedPrivateKey.fromSeed(seed, secp256k1).child(3)
  return channels.child(terms.channel).toExtendedPublicKey(channels)
}
