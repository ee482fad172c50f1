import { hash160Of } from '@boltwarden/core/bitcoin/hash'
import type { SpentScript } from '@boltwarden/core/bolt3/spend'
import { equalBytes, type PublicKey } from '@boltwarden/core/bytes'
import type { ChannelKeyName, SigningKeyPath } from '@boltwarden/core/keys/key-path'

/** What a key is for, as far as scripts tell keys apart. */
export type KeyRole = ChannelKeyName | 'destination' | 'l1-wallet'

/** A place for a key in a script: the roles that may fill it, and which key does. */
type Slot = {
  readonly roles: readonly KeyRole[]
  readonly holds: (publicKey: PublicKey) => boolean
}

/** What a key is for. */
export function roleOf(path: SigningKeyPath): KeyRole {
  return path.purpose === 'channel-key' ? path.key : path.purpose
}

/** Whether keys of this role sign for outputs with this script. */
export function admitsRole(script: SpentScript, role: KeyRole): boolean {
  return slots(script).some((slot) => slot.roles.includes(role))
}

/**
 * Whether a public key stands in the script, by itself or by its hash: where keys of this role stand,
 * or anywhere, where none of this role does.
 */
export function holdsKey(script: SpentScript, publicKey: PublicKey, role: KeyRole): boolean {
  const all = slots(script)
  const own = all.filter(({ roles }) => roles.includes(role))
  return (own.length > 0 ? own : all).some((slot) => slot.holds(publicKey))
}

function slots(script: SpentScript): readonly Slot[] {
  switch (script.template) {
    case 'funding':
      return script.publicKeys.map((key) => keySlot('funding', key))
    case 'anchor':
      return [keySlot('funding', script.fundingPublicKey)]
    case 'to-local':
      return [
        keySlot('revocation-basepoint', script.revocationPublicKey),
        keySlot('delayed-payment-basepoint', script.delayedPublicKey),
      ]
    case 'to-remote':
      return [keySlot('payment', script.paymentPublicKey)]
    case 'offered-htlc':
    case 'received-htlc':
      return [
        hashSlot(['revocation-basepoint'], script.revocationPublicKeyHash),
        keySlot('htlc-basepoint', script.broadcasterHtlcPublicKey),
        keySlot('htlc-basepoint', script.countersignatoryHtlcPublicKey),
      ]
    case 'p2wpkh':
      return [hashSlot(['payment', 'destination', 'l1-wallet'], script.publicKeyHash)]
  }
}

function keySlot(role: KeyRole, key: PublicKey): Slot {
  return { roles: [role], holds: (publicKey) => equalBytes(publicKey, key) }
}

function hashSlot(roles: readonly KeyRole[], hash: Uint8Array): Slot {
  return { roles, holds: (publicKey) => equalBytes(hash160Of(publicKey), hash) }
}
