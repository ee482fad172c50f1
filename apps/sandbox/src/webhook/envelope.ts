import type { Environment } from '../environment.ts'
import { formatTimestamp } from '../environment.ts'
import type { Ids } from '../ids.ts'

/** The version of the API that the platform names in its events and in its endpoint. */
export const apiVersion = '2023-09-13'

/** The remote-signing sub-events, in the order of the documentation. */
export const subEventTypes = [
  'DERIVE_KEY_AND_SIGN',
  'REQUEST_INVOICE_PAYMENT_HASH',
  'RELEASE_PAYMENT_PREIMAGE',
  'RELEASE_PER_COMMITMENT_SECRET',
  'GET_PER_COMMITMENT_POINT',
  'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
  'ECDH',
  'SIGN_INVOICE',
] as const

/** The name of a remote-signing sub-event. */
export type SubEventType = (typeof subEventTypes)[number]

/** Whether `value` names a remote-signing sub-event. */
export function isSubEventType(value: unknown): value is SubEventType {
  return subEventTypes.some((type) => type === value)
}

/** The `data` of a remote-signing event; its other fields depend on the sub-event. */
export type EventData = { readonly sub_event_type: string; readonly [field: string]: unknown }

/** A webhook event as it goes over the wire. */
export type OutgoingEvent = {
  readonly event_type: string
  readonly event_id: string
  readonly api_version: string
  readonly timestamp: string
  readonly entity_id: string
  readonly data?: EventData
}

/** A remote-signing event about one node or channel, new from the press. */
export function remoteSigningEvent(
  deps: { readonly environment: Environment; readonly ids: Ids },
  entityId: string,
  data: EventData,
): OutgoingEvent {
  return {
    event_type: 'REMOTE_SIGNING',
    event_id: deps.ids.event(),
    api_version: apiVersion,
    timestamp: formatTimestamp(deps.environment.nowMicros()),
    entity_id: entityId,
    data,
  }
}

/** The raw bytes of an event: what is signed is exactly what is sent. */
export function encodeEvent(event: OutgoingEvent): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(event))
}
