import { createHash } from 'node:crypto'
import { type PublicKey, type Txid, txid } from '@boltwarden/core/bytes'
import { sandboxPrivateKey } from '../../channel/counterparty.ts'
import { point } from '../../channel/terms.ts'
import type { ChannelKeys } from '../../pairing/pairing.ts'
import { publicKeyOf } from '../../verify/point.ts'
import type { Scene } from '../../walk/player.ts'

/** A payment or withdrawal that the node's owner has announced to the signer. */
export type Announcement =
  | { readonly kind: 'payment'; readonly paymentHash: string; readonly maxAmountSats: bigint }
  | { readonly kind: 'withdrawal'; readonly script: string; readonly amountSats: bigint }

/** What the owner of the signer does beside the platform, on the signer's own machine. */
export type Owner = {
  /** Announces an intent. Nothing, where the signer knows none. */
  readonly announce: (intent: Announcement) => Promise<void>
  /** Ends the signer as a power cut does, and starts it again. */
  readonly restart: () => Promise<void>
}

/** Where one attack or one honest sequence is played. */
export type Stage = Scene & {
  /** The next channel of the pairing that nothing has used; new to the signer. */
  readonly nextChannel: () => ChannelKeys
  readonly owner: Owner
}

/** 32 bytes that depend on the stage and a name: payment hashes, ids of transactions of nobody's. */
export function derived({ seed, chapter }: Stage, name: string): Uint8Array {
  const hash = createHash('sha256').update(seed).update(`${chapter}/${name}`)
  return new Uint8Array(hash.digest())
}

/** The id of a transaction that nobody made. */
export function txidOf(stage: Stage, name: string): Txid {
  return txid(derived(stage, name))
}

/** The thief's own key, another in each attack. */
export function thiefKey({ seed, chapter }: Stage): PublicKey {
  return point(publicKeyOf(sandboxPrivateKey(seed, `thief/${chapter}`)))
}

/** An attack cannot be played with what the thief knows; says what is missing. */
export class NotPlayed extends Error {
  override readonly name = 'NotPlayed'
}
