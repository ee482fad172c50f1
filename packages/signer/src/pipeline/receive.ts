import { createHash } from 'node:crypto'
import { eventId } from '@boltwarden/core/ids'
import { err, ok, type Result } from '@boltwarden/core/result'
import type { Delivery } from '@boltwarden/policy/event'
import {
  isFault,
  type OtherEvent,
  parseWebhook,
  type RemoteSigningEvent,
  toRequest,
  type UnsupportedSigningEvent,
  type WebhookEvent,
} from '@boltwarden/sdk'
import type { WebhookCall } from '../http/webhook-server.ts'

/** Where a body is not what it should be, and what should stand there. */
export type Malformed = { readonly path: string; readonly expected: string }

/** What a body that was verified turns out to be. */
export type Incoming =
  | ({ readonly kind: 'malformed' } & Malformed)
  | { readonly kind: 'other'; readonly event: OtherEvent }
  | { readonly kind: 'unsupported'; readonly event: UnsupportedSigningEvent }
  | { readonly kind: 'request'; readonly delivery: Delivery }

/** What of a call is read. */
export type ReadableCall = Pick<WebhookCall, 'body' | 'receivedAtMs'>

/** Parses a call whose signature was verified before. */
export function readCall(call: ReadableCall): Incoming {
  const parsed = parse(call.body)
  if (!parsed.ok) return { kind: 'malformed', ...parsed.error }
  const event = parsed.value
  switch (event.kind) {
    case 'other':
      return { kind: 'other', event }
    case 'unsupported':
      return { kind: 'unsupported', event }
    case 'remote-signing':
      return { kind: 'request', delivery: toDelivery(event, call) }
  }
}

function parse(body: Uint8Array): Result<WebhookEvent, Malformed> {
  try {
    return ok(parseWebhook(body))
  } catch (error) {
    if (isFault(error, 'WEBHOOK_MALFORMED')) {
      const { path, expected } = error.fault
      return err({ path, expected })
    }
    throw error
  }
}

function toDelivery(event: RemoteSigningEvent, call: ReadableCall): Delivery {
  return {
    event: eventId(event.eventId),
    bodyHash: new Uint8Array(createHash('sha256').update(call.body).digest()),
    timestampMs: event.timestamp.getTime(),
    receivedAtMs: call.receivedAtMs,
    entity: event.entityId,
    request: toRequest(event),
  }
}
