import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import {
  buildCommitment,
  type Commitment,
  type CommitmentHtlc,
  type CommitmentOutput,
} from '@boltwarden/core/bolt3/commitment-transaction'
import { buildHtlcTransaction } from '@boltwarden/core/bolt3/htlc-transaction'
import {
  derivePrivateTweak,
  derivePublicKey,
  deriveRevocationPublicKey,
} from '@boltwarden/core/bolt3/key-derivation'
import type { PaymentHash, PublicKey } from '@boltwarden/core/bytes'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { type CommitmentNumber, indexOf } from '@boltwarden/core/units'
import type { JobDraft } from './job.ts'
import { type ChannelTerms, channelPath, type Side } from './terms.ts'

/** A payment on its way through the channel. */
export type Htlc = {
  readonly offeredBy: Side
  readonly amountMsat: bigint
  readonly paymentHash: PaymentHash
  readonly cltvExpiry: number
}

/** Who has what, in millisatoshis; what is on its way belongs to neither. */
export type Balances = {
  readonly holderMsat: bigint
  readonly counterpartyMsat: bigint
  readonly htlcs: readonly Htlc[]
}

/** One side's commitment with the keys that its second stage needs. */
export type SideCommitment = Commitment & {
  readonly broadcaster: Side
  readonly number: CommitmentNumber
  /** The broadcaster's per-commitment point. */
  readonly point: PublicKey
  readonly revocation: PublicKey
  readonly delayed: PublicKey
}

/** An output of a commitment and where it stands. */
export type PlacedOutput<K extends CommitmentOutput['kind']> = CommitmentOutput & {
  readonly kind: K
  readonly vout: number
}

/** Builds the commitment that `broadcaster` may broadcast. */
export function commitmentOf(
  secp256k1: Secp256k1,
  terms: ChannelTerms,
  balances: Balances,
  side: Pick<SideCommitment, 'broadcaster' | 'number' | 'point'>,
): SideCommitment {
  const { broadcaster, number, point } = side
  const isHolder = broadcaster === 'holder'
  const [own, other] = isHolder
    ? [terms.holder, terms.counterparty.basepoints]
    : [terms.counterparty.basepoints, terms.holder]
  const revocation = deriveRevocationPublicKey(secp256k1, point, other.revocation)
  const delayed = derivePublicKey(secp256k1, point, own.delayedPayment)
  const commitment = buildCommitment({
    type: terms.type,
    funding: terms.funding,
    number,
    obscuringFactor: terms.obscuringFactor,
    keys: {
      broadcasterFunding: own.funding,
      countersignatoryFunding: other.funding,
      revocation,
      broadcasterDelayed: delayed,
      broadcasterHtlc: derivePublicKey(secp256k1, point, own.htlc),
      countersignatoryHtlc: derivePublicKey(secp256k1, point, other.htlc),
      countersignatoryPayment: other.payment,
    },
    toSelfDelay: terms.toSelfDelay,
    dustLimit: terms.dustLimit,
    feerate: terms.feerate,
    funder: terms.opener === broadcaster ? 'broadcaster' : 'countersignatory',
    toLocalMsat: isHolder ? balances.holderMsat : balances.counterpartyMsat,
    toRemoteMsat: isHolder ? balances.counterpartyMsat : balances.holderMsat,
    htlcs: balances.htlcs.map((htlc) => seenBy(broadcaster, htlc)),
  })
  return { ...commitment, ...side, revocation, delayed }
}

function seenBy(broadcaster: Side, { offeredBy, ...htlc }: Htlc): CommitmentHtlc {
  return { ...htlc, direction: offeredBy === broadcaster ? 'offered' : 'received' }
}

/** The outputs of one kind, with their places in the transaction. */
export function outputsOf<K extends CommitmentOutput['kind']>(
  commitment: Commitment,
  kind: K,
): readonly PlacedOutput<K>[] {
  const isKind = (output: PlacedOutput<CommitmentOutput['kind']>): output is PlacedOutput<K> =>
    output.kind === kind
  return commitment.outputs.map((output, vout) => ({ ...output, vout })).filter(isKind)
}

/** The job that signs a commitment with the holder's funding key. */
export function commitmentJob(terms: ChannelTerms, commitment: SideCommitment): JobDraft {
  return {
    path: channelPath(terms, 0),
    publicKey: terms.holder.funding,
    transaction: commitment.transaction,
    inputIndex: 0,
    script: terms.fundingScript,
    amount: terms.capacity,
    index: indexOf(commitment.number),
  }
}

/**
 * The jobs that sign the second stage of each HTLC of a commitment with the holder's HTLC key. On
 * an anchor channel the holder lets the counterparty add inputs and outputs to its own.
 */
export function htlcJobs(terms: ChannelTerms, commitment: SideCommitment): readonly JobDraft[] {
  const lends = terms.type === 'anchors' && commitment.broadcaster === 'counterparty'
  return outputsOf(commitment, 'htlc').map((output) => ({
    path: channelPath(terms, 4),
    publicKey: terms.holder.htlc,
    addTweak: derivePrivateTweak(commitment.point, terms.holder.htlc),
    transaction: htlcTransaction(terms, commitment, output),
    inputIndex: 0,
    script: output.witnessScript,
    amount: output.value,
    sighash: lends ? 'single-anyonecanpay' : 'all',
    index: indexOf(commitment.number),
  }))
}

/** The second stage of one HTLC. */
export function htlcTransaction(
  terms: ChannelTerms,
  commitment: SideCommitment,
  { htlc, vout }: PlacedOutput<'htlc'>,
) {
  return buildHtlcTransaction({
    type: terms.type,
    htlcOutput: { txid: transactionId(commitment.transaction), vout },
    htlc,
    feerate: terms.feerate,
    toSelfDelay: terms.toSelfDelay,
    revocationPublicKey: commitment.revocation,
    delayedPublicKey: commitment.delayed,
  })
}
