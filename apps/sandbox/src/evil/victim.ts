import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import { perCommitmentPoint, perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
import { parseFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { equalBytes, type PublicKey, txid } from '@boltwarden/core/bytes'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import {
  type CommitmentNumber,
  commitmentIndex,
  commitmentNumber,
  indexOf,
  numberOf,
  sats,
} from '@boltwarden/core/units'
import {
  type Balances,
  commitmentOf,
  outputsOf,
  type SideCommitment,
} from '../channel/commitment.ts'
import type { Counterparty } from '../channel/counterparty.ts'
import { type ChannelTerms, createTerms, holderBasepoints, point } from '../channel/terms.ts'
import type { ChannelView } from '../lightning/node/channel-view.ts'
import type { PeerChannelKeys } from '../lightning/node/peer-keys.ts'
import type { Stage } from '../lightning/stage.ts'
import { pointOf } from '../platform/channel-secrets.ts'
import type { RunningSigner } from '../signers/signer.ts'
import { EvilError } from './evil-error.ts'
import { lastCommitment } from './recorded.ts'

/** Who is robbed: a channel of ours in use, of whose peer the thief has all keys. */
export type Victim = {
  readonly secp256k1: Secp256k1
  readonly signer: RunningSigner
  readonly stage: Stage
  readonly channel: ChannelView
  readonly terms: ChannelTerms
  /** The peer's. */
  readonly keys: PeerChannelKeys
  /** Of the counterparty's newest commitment. */
  readonly number: CommitmentNumber
  /** Of our newest commitment. */
  readonly holderNumber: CommitmentNumber
  readonly balances: Balances
}

/** Where it is. */
type Place = Pick<Victim, 'secp256k1' | 'signer' | 'stage' | 'channel'>

/**
 * Reads a channel that our node opened, at rest. What is read must give the very transaction that
 * the signer signed last for the peer.
 *
 * @throws {EvilError} if it does not.
 */
export function victimOf(place: Place): Victim {
  const { signer, stage, channel, secp256k1 } = place
  const { platform, dispatcher } = signer.sandbox
  const channelId = stage.alice().entityOf(channel)
  if (channelId === undefined || channel.funding === undefined) {
    throw new EvilError('the channel has no entity or no funding')
  }
  const recorded = lastCommitment(dispatcher, channelId)
  const keys = stage.bob.channelKeys(theirView(stage, channel), theirFundingKey(place, recorded))
  const terms = createTerms({
    channel: channelNumber(recorded.path),
    channelId,
    type: channel.kind,
    opener: 'holder',
    capacity: sats(channel.capacitySats),
    holder: holderKeys(signer, recorded.path),
    counterparty: counterpartyOf(secp256k1, keys),
    funding: { txid: txid(channel.funding.txid), vout: channel.funding.vout },
  })
  const number = numberOf(commitmentIndex(recorded.index))
  const balances = balancesIn(secp256k1, terms, number, recorded.transaction.outputs)
  const newest = counterpartyCommitment({ secp256k1, terms, balances }, number)
  if (!equalBytes(transactionId(newest.transaction), transactionId(recorded.transaction))) {
    throw new EvilError('the last commitment is not the one that the channel’s terms give')
  }
  const released = [...platform.get('Channel', channelId).secrets.keys()].map(
    (index) => numberOf(commitmentIndex(index)) + 1,
  )
  return {
    ...place,
    terms,
    keys,
    number,
    balances,
    holderNumber: commitmentNumber(Math.max(0, ...released)),
  }
}

/** What is ours in the channel, in satoshis. */
export function oursIn({ balances }: Pick<Victim, 'balances'>): bigint {
  return balances.holderMsat / 1000n
}

/** A commitment of the counterparty's with the channel's present balances. */
export function counterpartyCommitment(
  { secp256k1, terms, balances }: Pick<Victim, 'secp256k1' | 'terms' | 'balances'>,
  number: CommitmentNumber,
): SideCommitment {
  const { counterparty } = terms
  const side = { broadcaster: 'counterparty', number, point: counterparty.point(number) } as const
  return commitmentOf(secp256k1, terms, balances, side)
}

/**
 * A commitment of our own, with the channel's present balances.
 *
 * @throws {EvilError} if the signer has not shown the point of that number.
 */
export function holderCommitment(victim: Victim, number: CommitmentNumber): SideCommitment {
  const { secp256k1, terms, balances } = victim
  const side = { broadcaster: 'holder', number, point: holderPoint(victim, number) } as const
  return commitmentOf(secp256k1, terms, balances, side)
}

/** The point that the signer showed for one of our commitments. */
export function holderPoint({ signer, terms }: Victim, number: CommitmentNumber): PublicKey {
  const channel = signer.sandbox.platform.get('Channel', terms.channelId)
  const shown = pointOf(channel, indexOf(number))
  if (shown === undefined) throw new EvilError(`the signer has not shown point ${number}`)
  return point(shown)
}

function theirView({ bob }: Stage, { id }: ChannelView): ChannelView {
  const found = bob.channels().find((each) => each.id === id)
  if (found === undefined) throw new EvilError('the peer does not know the channel')
  return found
}

function holderKeys({ pairing }: RunningSigner, path: string) {
  const found = pairing.channels.find(({ channel }) => channel === channelNumber(path))
  if (found === undefined) throw new EvilError(`the pairing shows no keys of ${path}`)
  return holderBasepoints(found)
}

function theirFundingKey(
  { signer }: Place,
  recorded: { readonly path: string; readonly script: Uint8Array },
): Uint8Array {
  const { funding } = holderKeys(signer, recorded.path)
  const both = parseFunding(recorded.script)?.publicKeys
  const theirs = both?.find((key) => !equalBytes(key, funding))
  if (theirs === undefined) throw new EvilError('the recorded script is no funding script')
  return theirs
}

function channelNumber(path: string): number {
  const [, number] = /^m\/3\/(\d+)\//.exec(path) ?? []
  if (number === undefined) throw new EvilError(`${path} is no path of a channel’s key`)
  return Number(number)
}

function counterpartyOf(secp256k1: Secp256k1, keys: PeerChannelKeys): Counterparty {
  return {
    basepoints: {
      funding: secp256k1.publicKey(keys.funding),
      revocation: secp256k1.publicKey(keys.revocation),
      payment: secp256k1.publicKey(keys.payment),
      delayedPayment: secp256k1.publicKey(keys.delayedPayment),
      htlc: secp256k1.publicKey(keys.htlc),
    },
    closing: secp256k1.publicKey(keys.payment),
    point: (number) => perCommitmentPoint(secp256k1, keys.commitmentSeed, indexOf(number)),
    secret: (number) => perCommitmentSecret(keys.commitmentSeed, indexOf(number)),
  }
}

/** The peer pays no fee: its output is its balance, and the rest of the channel is ours. */
function balancesIn(
  secp256k1: Secp256k1,
  terms: ChannelTerms,
  number: CommitmentNumber,
  outputs: readonly { readonly value: bigint; readonly scriptPubKey: Uint8Array }[],
): Balances {
  const half = { holderMsat: 500_000_000n, counterpartyMsat: 500_000_000n, htlcs: [] }
  const shape = counterpartyCommitment({ secp256k1, terms, balances: half }, number)
  const [toLocal] = outputsOf(shape, 'to-local')
  const script = toLocal && p2wsh(toLocal.witnessScript)
  const theirs = outputs.find(({ scriptPubKey }) => script && equalBytes(scriptPubKey, script))
  const counterpartyMsat = (theirs?.value ?? 0n) * 1000n
  return { holderMsat: terms.capacity * 1000n - counterpartyMsat, counterpartyMsat, htlcs: [] }
}
