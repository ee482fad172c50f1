import { LightsparkFault } from '../fault.ts'
import type { JsonObject } from '../json/json-value.ts'
import { Malformed } from '../json/malformed.ts'
import { parseJson } from '../json/parse.ts'
import { field, object, optional, text } from '../json/shape.ts'
import { isOtherEventType, type OtherEventType } from './event-type.ts'
import { withExtraFields } from './extra-fields.ts'
import type { BothNames } from './names.ts'
import { type RemoteSigningData, subEvent, type UnsupportedData } from './remote-signing-data.ts'
import { type HeaderValue, verifyWebhook, type WebhookSecrets } from './signature.ts'
import { timestampField } from './timestamp.ts'
import { idField } from './wire-field.ts'

type Envelope = BothNames<{
  /** The same for every retry of one event. */
  readonly eventId: string
  /** The node's or the channel's id. */
  readonly entityId: string
  readonly apiVersion: string | undefined
  readonly walletId: string | undefined
}> & { readonly timestamp: Date }

/** A request to sign or reveal something; `data.subEventType` tells which. */
export type RemoteSigningEvent = Envelope &
  BothNames<{ readonly eventType: 'REMOTE_SIGNING' }> & {
    readonly kind: 'remote-signing'
    readonly data: RemoteSigningData
  }

/** A request of a sub-event that is not answered; refuse it by its name. */
export type UnsupportedSigningEvent = Envelope &
  BothNames<{ readonly eventType: 'REMOTE_SIGNING' }> & {
    readonly kind: 'unsupported'
    readonly data: UnsupportedData
  }

/** An event that is not about signing, of a type known or not; acknowledge it. */
export type OtherEvent = Envelope &
  BothNames<{ readonly eventType: OtherEventType }> & {
    readonly kind: 'other'
    readonly data: JsonObject | undefined
  }

/**
 * A webhook event, told apart by `kind`. Fields read by both names, as `eventType` and as
 * `event_type`; what this version does not know stays where it stood.
 */
export type WebhookEvent = RemoteSigningEvent | UnsupportedSigningEvent | OtherEvent

const optionalText = optional(text(0, 256))
const optionalId = optional(idField)
const optionalObject = optional(object)

/**
 * Parses a webhook's body. It must have been verified before: see {@link verifyAndParseWebhook}.
 *
 * @param data - the body as it was received, UTF-8 JSON.
 * @throws {LightsparkFault} `WEBHOOK_MALFORMED` with the path and what was expected there.
 * @example
 * ```ts
 * import { parseWebhook } from '@boltwarden/sdk'
 * const body = JSON.stringify({
 *   event_type: 'NODE_STATUS',
 *   event_id: '1615c8be5aa44e429eba700db2ed8ca5',
 *   timestamp: '2023-05-17T23:56:47.874449+00:00',
 *   entity_id: 'lightning_node:01882c25-157a-f96b-0000-362d42b64397',
 * })
 * parseWebhook(new TextEncoder().encode(body)).kind // 'other'
 * ```
 */
export function parseWebhook(data: Uint8Array): WebhookEvent {
  try {
    const raw = object(parseJson(data), '')
    return withExtraFields(readEvent(raw), raw)
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    const { path, expected } = error
    throw new LightsparkFault({ code: 'WEBHOOK_MALFORMED', path, expected })
  }
}

/**
 * Verifies a webhook's signature over its raw body, then parses it.
 *
 * @param data - the body as it was received; in express, `express.raw({ type: '*\/*' })` keeps it.
 * @param signature - the header {@link WEBHOOKS_SIGNATURE_HEADER}.
 * @param secrets - the webhook secret, or all that are active.
 * @throws {LightsparkFault} `WEBHOOK_SIGNATURE_INVALID` or `WEBHOOK_MALFORMED`.
 * @example
 * ```ts
 * import { signWebhook, verifyAndParseWebhook } from '@boltwarden/sdk'
 * const body = new TextEncoder().encode(
 *   '{"event_type":"NODE_STATUS","event_id":"1","entity_id":"n","timestamp":"2023-05-17T23:56:47Z"}',
 * )
 * const event = await verifyAndParseWebhook(body, signWebhook(body, 'secret'), 'secret')
 * event.eventType // 'NODE_STATUS'
 * ```
 */
export async function verifyAndParseWebhook(
  data: Uint8Array,
  signature: HeaderValue,
  secrets: WebhookSecrets,
): Promise<WebhookEvent> {
  verifyWebhook(data, signature, secrets)
  return parseWebhook(data)
}

function readEvent(raw: JsonObject): WebhookEvent {
  // As narrow as an id: receivers write it into their logs, where a terminal may read it.
  const type = field(raw, '', 'event_type', idField)
  const envelope = envelopeOf(raw)
  if (isOtherEventType(type)) {
    const data = field(raw, '', 'data', optionalObject)
    return { ...envelope, kind: 'other', eventType: type, event_type: type, data }
  }
  const names = { eventType: 'REMOTE_SIGNING', event_type: 'REMOTE_SIGNING' } as const
  const { supported, data } = subEvent(field(raw, '', 'data', object), 'data')
  return supported
    ? { ...envelope, ...names, kind: 'remote-signing', data }
    : { ...envelope, ...names, kind: 'unsupported', data }
}

function envelopeOf(raw: JsonObject): Envelope {
  const eventId = field(raw, '', 'event_id', idField)
  const entityId = field(raw, '', 'entity_id', idField)
  const apiVersion = field(raw, '', 'api_version', optionalText)
  const walletId = field(raw, '', 'wallet_id', optionalId)
  return {
    eventId,
    event_id: eventId,
    entityId,
    entity_id: entityId,
    apiVersion,
    api_version: apiVersion,
    walletId,
    wallet_id: walletId,
    timestamp: field(raw, '', 'timestamp', timestampField),
  }
}
