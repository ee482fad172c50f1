import type { ChannelKeys, Pairing } from '../../pairing/pairing.ts'
import type { Platform } from '../../platform/platform.ts'
import { LdkError } from '../ldk/ldk-error.ts'

/** One channel of a node whose keys are elsewhere. */
export type RemoteChannel = {
  /** n of `m/3/n`. */
  readonly number: number
  /** Of the platform. */
  readonly entityId: string
  /** Public keys only. */
  readonly keys: ChannelKeys
}

/** Which channel has which number, for good: a number is never given to a second channel. */
export type RemoteChannels = {
  /** The next number that the signer showed the keys of, with a new entity on the platform. */
  readonly create: (capacitySats: bigint, userChannelId: bigint) => RemoteChannel
  /** The platform's id of a channel, by the node's own number of it. */
  readonly entityOf: (userChannelId: bigint) => string | undefined
  /** @throws {LdkError} if no channel has this number. */
  readonly get: (number: number) => RemoteChannel
  readonly ids: () => ChannelIds
}

/** What is kept of the channels over a restart. */
export type ChannelIds = readonly {
  readonly number: number
  readonly entityId: string
  readonly userChannelId: bigint
}[]

/**
 * The channels of one node.
 *
 * @param known - from before a restart.
 */
export function createRemoteChannels(
  platform: Platform,
  nodeId: string,
  pairing: Pairing,
  known: ChannelIds = [],
): RemoteChannels {
  const keysOf = new Map(pairing.channels.map((keys) => [keys.channel, keys]))
  const channels = new Map<number, RemoteChannel>()
  const ids = [...known]
  const add = (number: number, entityId: string): RemoteChannel => {
    const keys = keysOf.get(number)
    if (keys === undefined) throw new LdkError(`the pairing shows no keys of m/3/${number}`)
    const channel = { number, entityId, keys }
    channels.set(number, channel)
    return channel
  }
  for (const { number, entityId } of known) add(number, entityId)
  return {
    entityOf: (userChannelId) => ids.find((each) => each.userChannelId === userChannelId)?.entityId,
    create: (capacitySats, userChannelId) => {
      const next = pairing.channels.find(({ channel }) => !channels.has(channel))
      if (next === undefined) throw new LdkError('the pairing shows no keys for another channel')
      const { id } = platform.createChannel({ node: nodeId, capacitySats })
      ids.push({ number: next.channel, entityId: id, userChannelId })
      return add(next.channel, id)
    },
    get: (number) => {
      const channel = channels.get(number)
      if (channel === undefined) throw new LdkError(`no channel has the number ${number}`)
      return channel
    },
    ids: () => [...ids],
  }
}

/** The 32 bytes by which LDK names a channel's keys: its number, big-endian, at the end. */
export function keysIdOf(number: number): Uint8Array {
  const id = new Uint8Array(32)
  new DataView(id.buffer).setUint32(28, number)
  return id
}

/** The number in such an id. */
export function numberInKeysId(id: Uint8Array): number {
  return new DataView(id.buffer, id.byteOffset, id.byteLength).getUint32(28)
}
