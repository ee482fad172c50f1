import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { OwnAddress } from '../channel/claims.ts'
import { createCounterparty } from '../channel/counterparty.ts'
import type { ChannelTerms } from '../channel/terms.ts'
import { createTerms, fundingScriptOf, holderBasepoints, point } from '../channel/terms.ts'
import { type ChannelKeys, l1PublicKey, type Pairing } from '../pairing/pairing.ts'
import type { WalkContext } from './asking.ts'

/** What a chapter plays with: the signer as it was paired, and the sandbox's own keys. */
export type Player = {
  readonly context: WalkContext
  readonly pairing: Pairing
  readonly secp256k1: Secp256k1
  /** Makes the counterparties' keys. */
  readonly seed: Uint8Array
}

/** A player who names one chapter in what it reports. */
export type Scene = Player & { readonly chapter: string }

/** An address of the signer's L1 wallet, by its place in the path. */
export function l1Address(pairing: Pairing, change: 0 | 1, index: number): OwnAddress {
  return {
    path: `m/84'/${pairing.coin}'/0'/${change}/${index}`,
    publicKey: point(l1PublicKey(pairing, change, index)),
  }
}

/**
 * Where a close or a sweep pays: the pairing's destination of that place, or an address of the L1
 * wallet where there is none.
 */
export function destinationAddress(pairing: Pairing, place: 0 | 1 | 2): OwnAddress {
  const key = pairing.destinations[place]
  if (key === undefined) return l1Address(pairing, 0, 5 + place)
  return { path: `m/1/${key.index}`, publicKey: point(key.publicKey) }
}

/** What a new channel is agreed with; the funding outpoint follows from the funding transaction. */
export type ChannelPlan = Pick<ChannelTerms, 'type' | 'opener' | 'capacity'> & {
  readonly keys: ChannelKeys
}

/** A channel before its funding transaction is known. */
export type DraftChannel = {
  readonly channelId: string
  readonly fundingScript: Uint8Array
  readonly fundedBy: (funding: ChannelTerms['funding']) => ChannelTerms
}

/** Agrees with a counterparty on a channel, and makes it an entity of the platform. */
export function draftChannel(player: Player, plan: ChannelPlan): DraftChannel {
  const { context, secp256k1, seed } = player
  const { keys, ...agreed } = plan
  const holder = holderBasepoints(keys)
  const counterparty = createCounterparty(secp256k1, seed, keys.channel)
  const { id: channelId } = context.platform.createChannel({
    node: context.node.id,
    capacitySats: plan.capacity,
  })
  return {
    channelId,
    fundingScript: fundingScriptOf(holder, counterparty),
    fundedBy: (funding) =>
      createTerms({
        ...agreed,
        channel: keys.channel,
        channelId,
        holder,
        counterparty,
        funding,
      }),
  }
}
