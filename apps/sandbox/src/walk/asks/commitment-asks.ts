import type { PublicKey } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { type CommitmentNumber, commitmentNumber, indexOf } from '@boltwarden/core/units'
import { type ChannelTerms, point } from '../../channel/terms.ts'
import { pointOf } from '../../platform/channel-secrets.ts'
import { contradiction } from '../../verify/commitment-secrets.ts'
import { isPoint, publicKeyOf } from '../../verify/point.ts'
import type { EventData, OutgoingEvent } from '../../webhook/envelope.ts'
import { askHonestly, ChapterStopped } from '../honest.ts'
import type { Scene } from '../player.ts'

/** The part of a channel's terms that questions about its points and secrets need. */
export type AskedChannel = Pick<ChannelTerms, 'channel' | 'channelId'>

/** The data of a question about one index of a channel. */
export function aboutIndex(
  scene: Scene,
  type: 'GET_PER_COMMITMENT_POINT' | 'RELEASE_PER_COMMITMENT_SECRET',
  channel: AskedChannel,
  number: number,
): EventData {
  return {
    sub_event_type: type,
    bitcoin_network: scene.pairing.network,
    derivation_path: `m/3/${channel.channel}`,
    per_commitment_point_idx: indexOf(commitmentNumber(number)),
    node_id: scene.context.node.id,
  }
}

/**
 * Asks for the point of a commitment number.
 *
 * @param again - an event to send once more, as the platform's retry does.
 */
export async function askPoint(
  scene: Scene,
  channel: AskedChannel,
  number: number,
  again?: OutgoingEvent,
): Promise<{ readonly point: PublicKey; readonly event: OutgoingEvent }> {
  const { platform } = scene.context
  const index = indexOf(commitmentNumber(number))
  const known = () => pointOf(platform.get('Channel', channel.channelId), index)
  const before = known()
  const seen = await askHonestly(scene.context, {
    chapter: scene.chapter,
    name: again ? `point ${number} again, the same event` : `point ${number}`,
    entityId: channel.channelId,
    data: aboutIndex(scene, 'GET_PER_COMMITMENT_POINT', channel, number),
    ...(again && { event: again }),
    answeredFor: channel.channelId,
    operation: 'update_channel_per_commitment_point',
    check: () => {
      const answer = known()
      if (answer === undefined || !isPoint(answer)) return 'no point of the curve came'
      return before === undefined || before === answer ? undefined : 'another point than before'
    },
    proves: before === undefined ? 'a point of the curve' : 'the same point as before',
  })
  const answer = known()
  if (answer === undefined) throw new ChapterStopped('no point')
  return { point: point(answer), event: seen.event }
}

/** Asks for the secret of a commitment number: the holder's old commitment is revoked by it. */
export async function askRelease(
  scene: Scene,
  channel: AskedChannel,
  number: number,
): Promise<void> {
  const { platform } = scene.context
  const index = indexOf(commitmentNumber(number))
  const earlier = new Map(platform.get('Channel', channel.channelId).secrets)
  await askHonestly(scene.context, {
    chapter: scene.chapter,
    name: `secret ${number}`,
    entityId: channel.channelId,
    data: aboutIndex(scene, 'RELEASE_PER_COMMITMENT_SECRET', channel, number),
    answeredFor: channel.channelId,
    operation: 'release_channel_per_commitment_secret',
    check: () => {
      const { points, secrets } = platform.get('Channel', channel.channelId)
      const secret = secrets.get(index)
      if (secret === undefined) return 'no secret came'
      if (publicKeyOf(secret) !== points.get(index)) return `not the secret of point ${number}`
      const contradicted = contradiction(earlier, index, secret)
      return contradicted === undefined ? undefined : `contradicts the secret of ${contradicted}`
    },
    proves: `the secret of point ${number}, in BOLT 3's chain with those before`,
  })
}

/** Tells the signer the secret that the counterparty revealed for its old commitment. */
export async function tellSecret(
  scene: Scene,
  terms: ChannelTerms,
  number: CommitmentNumber,
): Promise<void> {
  await askHonestly(scene.context, {
    chapter: scene.chapter,
    name: `counterparty reveals secret ${number}`,
    entityId: terms.channelId,
    data: {
      sub_event_type: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
      bitcoin_network: scene.pairing.network,
      per_commitment_secret_idx: indexOf(number),
      per_commitment_secret: toHex(terms.counterparty.secret(number)),
      node_id: scene.context.node.id,
    },
    check: () => undefined,
    proves: 'acknowledged',
  })
}
