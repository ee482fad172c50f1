import {
  type CounterpartySecrets,
  decodeCounterpartySecrets,
  encodeCounterpartySecrets,
} from '@boltwarden/core/bolt3/counterparty-secrets'
import { type ChannelId, channelId, type NodeId, nodeId } from '@boltwarden/core/ids'
import type { Result } from '@boltwarden/core/result'
import { type CommitmentIndex, commitmentIndex } from '@boltwarden/core/units'
import { decodeRecord, type StateProblem, type StateRecord } from './record.ts'

/** What is remembered of a channel. Each field says which request sets it. */
export type ChannelState = {
  /** n of its path `m/3/n`. One channel has one path and one id, for ever. */
  readonly channel: number
  readonly id: ChannelId
  /** The node that the first request named. */
  readonly node: NodeId
  /**
   * `opening`: seen from its first index on. `adopted`: let in later by a demoted
   * `policy-lightspark-unknown-channel`, so that what came before is not known.
   */
  readonly origin: ChannelOrigin
  /** The lowest index whose point was given; set by GET_PER_COMMITMENT_POINT. */
  readonly lowestPoint: CommitmentIndex
  /** The index of the last secret released; set by RELEASE_PER_COMMITMENT_SECRET. */
  readonly lastReleased?: CommitmentIndex
  /** What the counterparty revealed; set by REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET. */
  readonly counterpartySecrets: CounterpartySecrets
}

/** From when on a channel is known. */
export type ChannelOrigin = 'opening' | 'adopted'

const version = 1

/** The text that a store keeps. */
export function encodeChannelState(state: ChannelState): string {
  return JSON.stringify({
    v: version,
    channel: state.channel,
    id: state.id,
    node: state.node,
    origin: state.origin,
    lowestPoint: state.lowestPoint,
    lastReleased: state.lastReleased,
    revealed: encodeCounterpartySecrets(state.counterpartySecrets),
  })
}

/** The inverse of {@link encodeChannelState}; refuses everything that it does not write. */
export function decodeChannelState(text: string): Result<ChannelState, StateProblem> {
  return decodeRecord(text, version, (record) => {
    const lastReleased = record.optional('lastReleased', (name) => indexField(record, name))
    return {
      channel: record.integer('channel', 2 ** 31 - 1),
      id: channelId(record.text('id')),
      node: nodeId(record.text('node')),
      origin: originField(record),
      lowestPoint: indexField(record, 'lowestPoint'),
      ...(lastReleased !== undefined && { lastReleased }),
      counterpartySecrets: secretsField(record),
    }
  })
}

function indexField(record: StateRecord, name: string): CommitmentIndex {
  return commitmentIndex(record.integer(name))
}

function originField(record: StateRecord): ChannelOrigin {
  const text = record.text('origin')
  if (text !== 'opening' && text !== 'adopted') throw new RangeError('"origin" is unknown')
  return text
}

function secretsField(record: StateRecord): CounterpartySecrets {
  const store = decodeCounterpartySecrets(record.text('revealed'))
  if (!store.ok) throw new RangeError('"revealed" is no store of secrets')
  return store.value
}
