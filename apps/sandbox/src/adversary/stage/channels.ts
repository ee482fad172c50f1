import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { type PaymentHash, type PublicKey, paymentHash } from '@boltwarden/core/bytes'
import { commitmentNumber, sats } from '@boltwarden/core/units'
import { fundingJob } from '../../channel/claims.ts'
import {
  type Balances,
  commitmentOf,
  type Htlc,
  type SideCommitment,
} from '../../channel/commitment.ts'
import type { ChannelTerms, Side } from '../../channel/terms.ts'
import { askPoint } from '../../walk/asks/commitment-asks.ts'
import {
  askCommitment,
  counterpartyCommitment,
  exchange,
  type LiveChannel,
} from '../../walk/asks/exchange.ts'
import { askSignatures } from '../../walk/asks/signing-asks.ts'
import { draftChannel, l1Address } from '../../walk/player.ts'
import { derived, type Stage, txidOf } from './stage.ts'

/** What a channel starts with; the rest of the capacity is the counterparty's. */
export type ChannelPlan = {
  readonly type?: CommitmentType
  readonly opener?: Side
  readonly capacitySats?: bigint
  readonly holderSats?: bigint
}

/** A channel that is agreed on, of which the signer knows nothing yet. */
export function planned(stage: Stage, plan: ChannelPlan = {}): LiveChannel {
  const { type = 'static-remotekey', opener = 'counterparty', capacitySats = 1_000_000n } = plan
  const keys = stage.nextChannel()
  const draft = draftChannel(stage, { type, opener, capacity: sats(capacitySats), keys })
  const { holderSats = opener === 'holder' ? capacitySats : 300_000n } = plan
  const balances = {
    holderMsat: holderSats * 1000n,
    counterpartyMsat: (capacitySats - holderSats) * 1000n,
    htlcs: [],
  }
  const foreign = { txid: txidOf(stage, `funding/${keys.channel}`), vout: 0 }
  const funding =
    opener === 'holder'
      ? {
          txid: transactionId(fundingOf(stage, draft.fundingScript, capacitySats).transaction),
          vout: 0,
        }
      : foreign
  return { terms: draft.fundedBy(funding), number: commitmentNumber(0), balances }
}

/** A channel that is agreed on and has its points 0 and 1, but no commitment yet. */
export async function agreed(stage: Stage, plan: ChannelPlan = {}): Promise<LiveChannel> {
  const channel = planned(stage, plan)
  await askPoint(stage, channel.terms, 0)
  await askPoint(stage, channel.terms, 1)
  return channel
}

const walletValue = sats(3_000_000n)

function fundingOf(stage: Stage, fundingScript: Uint8Array, capacitySats: bigint) {
  const { pairing } = stage
  const utxo = { txid: txidOf(stage, 'wallet'), value: walletValue }
  const [from, change] = [l1Address(pairing, 0, 3), l1Address(pairing, 1, 0)]
  return fundingJob(from, utxo, fundingScript, sats(capacitySats), change)
}

/** The L1 transaction of a channel that the node funds. */
export function fundingDraft(stage: Stage, { fundingScript, capacity }: ChannelTerms) {
  return fundingOf(stage, fundingScript, capacity)
}

/** A channel with its commitment 0; one of ours is funded too, after that. */
export async function opened(stage: Stage, plan: ChannelPlan = {}): Promise<LiveChannel> {
  const channel = await agreed(stage, plan)
  const { terms, number, balances } = channel
  await askCommitment(stage, terms, number, balances)
  if (terms.opener === 'holder') {
    const draft = fundingDraft(stage, terms)
    await askSignatures(stage, stage.context.node.id, 'L1 funding', [draft])
  }
  return channel
}

/** A channel in life: both sides are at commitment 1 and have revoked 0. */
export async function live(stage: Stage, plan: ChannelPlan = {}): Promise<LiveChannel> {
  const channel = await opened(stage, plan)
  return exchange(stage, channel, 'counterparty', channel.balances)
}

/** Moves a channel on by one commitment on each side, with nothing changed: it is alive. */
export function goOn(stage: Stage, channel: LiveChannel): () => Promise<unknown> {
  return () => exchange(stage, channel, 'counterparty', channel.balances)
}

/** An HTLC whose preimage nobody here knows. */
export function htlc(stage: Stage, offeredBy: Side, amountSats: bigint, name = 'htlc'): Htlc {
  return {
    offeredBy,
    amountMsat: amountSats * 1000n,
    paymentHash: hashNamed(stage, name),
    cltvExpiry: 840_144,
  }
}

/** A payment hash that depends on the stage and a name. */
export function hashNamed(stage: Stage, name: string): PaymentHash {
  return paymentHash(derived(stage, `payment/${name}`))
}

/** What the balances are with these HTLCs under way: each is taken from who offered it. */
export function withHtlcs(balances: Balances, ...htlcs: readonly Htlc[]): Balances {
  const takenFrom = (side: Side) =>
    htlcs
      .filter(({ offeredBy }) => offeredBy === side)
      .reduce((sum, { amountMsat }) => sum + amountMsat, 0n)
  return {
    holderMsat: balances.holderMsat - takenFrom('holder'),
    counterpartyMsat: balances.counterpartyMsat - takenFrom('counterparty'),
    htlcs: [...balances.htlcs, ...htlcs],
  }
}

/** What the balances are after the holder has lost, or won, so many satoshis. */
export function shifted(balances: Balances, toHolderSats: bigint): Balances {
  return {
    ...balances,
    holderMsat: balances.holderMsat + toHolderSats * 1000n,
    counterpartyMsat: balances.counterpartyMsat - toHolderSats * 1000n,
  }
}

/** The counterparty's next commitment, or that of another number, with these balances. */
export function theirs(
  stage: Stage,
  { terms, number, balances }: LiveChannel,
  changes: {
    readonly number?: number
    readonly balances?: Balances
    readonly terms?: ChannelTerms
  } = {},
): SideCommitment {
  const at = commitmentNumber(changes.number ?? number + 1)
  return counterpartyCommitment(stage, changes.terms ?? terms, at, changes.balances ?? balances)
}

/** The holder's own commitment of a number whose point was given. */
export function ours(
  stage: Stage,
  { terms, number, balances }: LiveChannel,
  point: PublicKey,
  at: number = number,
): SideCommitment {
  const side = { broadcaster: 'holder' as const, number: commitmentNumber(at), point }
  return commitmentOf(stage.secp256k1, terms, balances, side)
}
