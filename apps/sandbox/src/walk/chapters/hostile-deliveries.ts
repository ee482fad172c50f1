import { formatTimestamp } from '../../environment.ts'
import type { EventData, OutgoingEvent } from '../../webhook/envelope.ts'
import { encodeEvent, remoteSigningEvent } from '../../webhook/envelope.ts'
import type { Seen, Step } from '../asking.ts'
import { aboutIndex, askPoint } from '../asks/commitment-asks.ts'
import type { LiveChannel } from '../asks/exchange.ts'
import { askHonestly } from '../honest.ts'
import { askHostilely } from '../hostile.ts'
import type { Scene } from '../player.ts'

/** Events that are forged, replayed, stale, misaddressed or malformed as a whole. */
export async function forgeDeliveries(scene: Scene, channel: LiveChannel): Promise<void> {
  const { terms, number } = channel
  const data = aboutIndex(scene, 'GET_PER_COMMITMENT_POINT', terms, number)
  const { event } = await askPoint(scene, terms, number)
  const otherBody = { ...event, data: { ...data, per_commitment_point_idx: 1 } }
  const { platform } = scene.context
  const twoDaysMicros = 2 * 86_400 * 1_000_000
  const stale: OutgoingEvent = {
    ...remoteSigningEvent(platform, terms.channelId, data),
    timestamp: formatTimestamp(platform.environment.nowMicros() - twoDaysMicros),
  }
  const asks = [
    refused(scene, channel, 'a known event id with another body', ['policy-lightspark-replay'], {
      event: otherBody,
      data,
    }),
    refused(scene, channel, 'an event of two days ago', ['policy-lightspark-freshness'], {
      event: stale,
      data,
    }),
    refused(scene, channel, 'a request for another network', ['policy-lightspark-network'], {
      data: { ...data, bitcoin_network: 'MAINNET' },
    }),
    refused(scene, channel, 'a sub-event of another protocol', unsupported, {
      data: { ...data, sub_event_type: 'VLS_MESSAGE' },
    }),
    ...forgedSignatures(scene, channel, data),
    ...malformed(scene, channel, data),
  ]
  for (const step of asks) await askHostilely(scene.context, step)
  await acknowledgeOther(scene)
}

const unsupported = ['UNSUPPORTED_SUB_EVENT', 'SUB_EVENT_UNSUPPORTED']

type Forged = Parameters<typeof askHostilely>[1]

function refused(
  scene: Scene,
  { terms }: LiveChannel,
  name: string,
  refusedBy: readonly string[],
  rest: Pick<Step, 'data' | 'event' | 'forgery'> & { readonly status?: number },
): Forged {
  return {
    chapter: scene.chapter,
    name,
    entityId: terms.channelId,
    answeredFor: terms.channelId,
    refusedBy,
    extracted: ({ mutation }: Seen) => mutation && `an answer: ${mutation.operation}`,
    ...rest,
  }
}

function forgedSignatures(scene: Scene, channel: LiveChannel, data: EventData): readonly Forged[] {
  const forge = (name: string, signature: string | null) =>
    refused(scene, channel, name, ['UNAUTHENTICATED', 'WEBHOOK_SIGNATURE_INVALID'], {
      data,
      status: 401,
      forgery: () => ({ signature }),
    })
  return [forge('a wrong HMAC', '0'.repeat(64)), forge('no HMAC at all', null)]
}

function malformed(scene: Scene, channel: LiveChannel, data: EventData): readonly Forged[] {
  const forge = (name: string, body: (event: OutgoingEvent) => Uint8Array) =>
    refused(scene, channel, name, ['MALFORMED', 'WEBHOOK_MALFORMED'], {
      data,
      status: 400,
      forgery: (event) => ({ body: body(event) }),
    })
  const text = (value: string) => new TextEncoder().encode(value)
  return [
    forge('a body that is no JSON', () => text('{"event_type":')),
    forge('a body that is a list', () => text('[]')),
    forge('an index as text', (event) =>
      encodeEvent({ ...event, data: { ...data, per_commitment_point_idx: '7' } }),
    ),
    forge('a doubled key', (event) =>
      text(JSON.stringify(event).replace('{', `{"event_id":"${event.event_id}",`)),
    ),
  ]
}

/** Events that are no business of a signer's are acknowledged all the same. */
async function acknowledgeOther(scene: Scene): Promise<void> {
  const { platform, node } = scene.context
  const event = remoteSigningEvent(platform, node.id, { sub_event_type: '' })
  const { data: _none, ...envelope } = { ...event, event_type: 'PAYMENT_FINISHED' }
  await askHonestly(scene.context, {
    chapter: scene.chapter,
    name: 'an event of another type is acknowledged',
    entityId: node.id,
    data: { sub_event_type: '' },
    event: envelope,
    check: () => undefined,
    proves: 'acknowledged',
  })
}
