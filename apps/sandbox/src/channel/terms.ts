import type { OutPoint } from '@boltwarden/core/bitcoin/transaction'
import { type ObscuringFactor, obscuringFactorOf } from '@boltwarden/core/bolt3/commitment-number'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { type PublicKey, publicKey } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { type FeeratePerKw, feeratePerKw, type Sats, sats } from '@boltwarden/core/units'
import type { ChannelKeys } from '../pairing/pairing.ts'
import type { Basepoints, Counterparty } from './counterparty.ts'

/** A side of a channel. The holder is the signer's node. */
export type Side = 'holder' | 'counterparty'

/** What two nodes agree on when they open a channel, and what follows from it. */
export type ChannelTerms = {
  /** n of `m/3/n`. */
  readonly channel: number
  /** Of the platform. */
  readonly channelId: string
  readonly type: CommitmentType
  readonly opener: Side
  readonly capacity: Sats
  readonly holder: Basepoints
  readonly counterparty: Counterparty
  readonly funding: OutPoint
  readonly fundingScript: Uint8Array
  readonly obscuringFactor: ObscuringFactor
  /** Blocks that either side waits for its own money. */
  readonly toSelfDelay: number
  readonly dustLimit: Sats
  readonly feerate: FeeratePerKw
}

/** The signer's basepoints of one channel, from what it was paired with. */
export function holderBasepoints(keys: ChannelKeys): Basepoints {
  return {
    funding: point(keys.funding),
    revocation: point(keys.revocationBasepoint),
    payment: point(keys.payment),
    delayedPayment: point(keys.delayedPaymentBasepoint),
    htlc: point(keys.htlcBasepoint),
  }
}

/** A public key from hex. */
export function point(hex: string): PublicKey {
  return publicKey(hexToBytes(hex))
}

/** The witness script of a channel's funding output. */
export function fundingScriptOf(holder: Basepoints, counterparty: Counterparty): Uint8Array {
  return buildFunding(holder.funding, counterparty.basepoints.funding)
}

type Agreed = Pick<
  ChannelTerms,
  'channel' | 'channelId' | 'type' | 'opener' | 'capacity' | 'holder' | 'counterparty' | 'funding'
>

/** The terms of a channel whose funding transaction is known. */
export function createTerms(agreed: Agreed): ChannelTerms {
  const { holder, counterparty, opener } = agreed
  const ours = holder.payment
  const theirs = counterparty.basepoints.payment
  return {
    ...agreed,
    fundingScript: fundingScriptOf(holder, counterparty),
    obscuringFactor:
      opener === 'holder' ? obscuringFactorOf(ours, theirs) : obscuringFactorOf(theirs, ours),
    toSelfDelay: 144,
    dustLimit: sats(354n),
    feerate: feeratePerKw(1000),
  }
}

/** The derivation path of one of the channel's keys; without a key, of its seed. */
export function channelPath(terms: ChannelTerms, key?: 0 | 1 | 2 | 3 | 4): string {
  return key === undefined ? `m/3/${terms.channel}` : `m/3/${terms.channel}/${key}`
}
