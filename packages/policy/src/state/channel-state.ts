import {
  type CounterpartySecrets,
  decodeCounterpartySecrets,
  encodeCounterpartySecrets,
} from '@boltwarden/core/bolt3/counterparty-secrets'
import { toHex } from '@boltwarden/core/hex'
import { type ChannelId, channelId, type NodeId, nodeId } from '@boltwarden/core/ids'
import type { Result } from '@boltwarden/core/result'
import { type CommitmentIndex, commitmentIndex } from '@boltwarden/core/units'
import { type AdoptedSecret, adoptedSecretJson, readAdoptedSecret } from './adopted-secrets.ts'
import {
  type BroadcastCommitment,
  broadcastJson,
  type CounterpartyCommitment,
  closingJson,
  commitmentJson,
  readBroadcast,
  readClosing,
  readCommitment,
  type SignedClosing,
} from './commitment-record.ts'
import { type Funding, fundingJson, readFunding } from './funding.ts'
import { decodeRecord, type StateProblem, type StateRecord } from './record.ts'

/** What is remembered of a channel. Each field says which request sets it. */
export type ChannelState = {
  /** n of its path `m/3/n`. One channel has one path and one id, for ever. */
  readonly channel: number
  readonly id: ChannelId
  /** The node that the first request named. */
  readonly node: NodeId
  /**
   * `opening`: seen from its first index on. `adopted`: let in later, so that what came before is
   * not known.
   */
  readonly origin: ChannelOrigin
  /** The lowest index whose point was given; set by GET_PER_COMMITMENT_POINT. */
  readonly lowestPoint: CommitmentIndex
  /** The index of the last secret released; set by RELEASE_PER_COMMITMENT_SECRET. */
  readonly lastReleased?: CommitmentIndex
  /** What the counterparty revealed; set by REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET. */
  readonly counterpartySecrets: CounterpartySecrets
  /** Of a channel that was adopted, which lacks the first ones: what was revealed since. */
  readonly adoptedSecrets?: readonly AdoptedSecret[]
  /** The highest expiry of an HTLC in the counterparty's commitments that were signed. */
  readonly highestExpiry?: number
  /** Set by the first commitment that is signed, and never again. */
  readonly funding?: Funding
  /** The counterparty's last two commitments that were signed, ascending. */
  readonly commitments: readonly CounterpartyCommitment[]
  /** Our own commitments that were signed, kept for ever. */
  readonly broadcast: readonly BroadcastCommitment[]
  /** The last closing transactions that were signed, ascending in time. */
  readonly closings: readonly SignedClosing[]
}

/** From when on a channel is known. */
export type ChannelOrigin = 'opening' | 'adopted'

/** What is true of a channel whose funding key has signed nothing. */
export const unsignedChannel: Pick<ChannelState, 'commitments' | 'broadcast' | 'closings'> =
  Object.freeze({
    commitments: Object.freeze([]),
    broadcast: Object.freeze([]),
    closings: Object.freeze([]),
  })

/** The payment hashes of HTLCs that we offered, as the RIPEMD-160 of each, in hex. */
export function offeredHashes({ commitments }: ChannelState): readonly string[] {
  return commitments
    .flatMap(({ htlcs }) => htlcs)
    .filter(({ way }) => way === 'outgoing')
    .map(({ paymentHash160 }) => toHex(paymentHash160))
}

/** The text that a store keeps. */
export function encodeChannelState(state: ChannelState): string {
  return JSON.stringify({
    v: 3,
    channel: state.channel,
    id: state.id,
    node: state.node,
    origin: state.origin,
    lowestPoint: state.lowestPoint,
    lastReleased: state.lastReleased,
    revealed: encodeCounterpartySecrets(state.counterpartySecrets),
    adoptedSecrets: state.adoptedSecrets?.map(adoptedSecretJson),
    highestExpiry: state.highestExpiry,
    funding: state.funding && fundingJson(state.funding),
    commitments: state.commitments.map(commitmentJson),
    broadcast: state.broadcast.map(broadcastJson),
    closings: state.closings.map(closingJson),
  })
}

/**
 * The inverse of {@link encodeChannelState}; refuses everything that it does not write. The text of
 * version 1 knew nothing of what the funding key signed, that of version 2 neither the outputs of our
 * own commitments nor what was revealed of an adopted channel.
 */
export function decodeChannelState(text: string): Result<ChannelState, StateProblem> {
  return decodeRecord(text, [1, 2, 3], (record, version) => {
    const lastReleased = record.optional('lastReleased', (name) => indexField(record, name))
    const origin = record.oneOf('origin', ['opening', 'adopted'] as const)
    const counterpartySecrets = secretsField(record)
    const adoptedSecrets = record.optional('adoptedSecrets', (name) =>
      record.list(name, readAdoptedSecret),
    )
    const highestExpiry = record.optional('highestExpiry', (name) =>
      record.integer(name, 0xffff_ffff),
    )
    const isMidlife = lastReleased !== undefined || counterpartySecrets.lowest !== undefined
    return {
      channel: record.integer('channel', 2 ** 31 - 1),
      id: channelId(record.text('id')),
      node: nodeId(record.text('node')),
      // Of version 1 the commitments before were not seen.
      origin: version === 1 && isMidlife ? 'adopted' : origin,
      lowestPoint: indexField(record, 'lowestPoint'),
      ...(lastReleased !== undefined && { lastReleased }),
      counterpartySecrets,
      ...(adoptedSecrets !== undefined && { adoptedSecrets }),
      ...(highestExpiry !== undefined && { highestExpiry }),
      ...(version === 1 ? unsignedChannel : signedFields(record)),
    }
  })
}

function signedFields(
  record: StateRecord,
): Pick<ChannelState, 'funding' | 'commitments' | 'broadcast' | 'closings'> {
  const funding = record.optional('funding', (name) => record.object(name, readFunding))
  return {
    ...(funding !== undefined && { funding }),
    commitments: record.list('commitments', readCommitment),
    broadcast: record.list('broadcast', readBroadcast),
    closings: record.list('closings', readClosing),
  }
}

function indexField(record: StateRecord, name: string): CommitmentIndex {
  return commitmentIndex(record.integer(name))
}

function secretsField(record: StateRecord): CounterpartySecrets {
  const store = decodeCounterpartySecrets(record.text('revealed'))
  if (!store.ok) throw new RangeError('"revealed" is no store of secrets')
  return store.value
}
