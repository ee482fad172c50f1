import type { Deliver } from '../../src/lightning/remote-signer/desk.ts'
import type { Delivery } from '../../src/webhook/delivery.ts'
import { encodeEvent, type OutgoingEvent } from '../../src/webhook/envelope.ts'

/** Every event arrives twice at the same time, as a platform's retry may make it. */
export function doubling(deliver: Deliver): Deliver {
  return async (event, options) => {
    const [first] = await Promise.all([deliver(event, options), deliver(event, options)])
    return first
  }
}

/** Events for which `isLost` holds never arrive. */
export function losing(deliver: Deliver, isLost: (event: OutgoingEvent) => boolean): Deliver {
  return (event, options) =>
    isLost(event) ? Promise.resolve(lost(event)) : deliver(event, options)
}

function lost(event: OutgoingEvent): Delivery {
  return {
    sequence: -1,
    eventId: event.event_id,
    entityId: event.entity_id,
    subject: event.data?.sub_event_type ?? event.event_type,
    body: new TextDecoder().decode(encodeEvent(event)),
    attempts: [],
    outcome: 'unanswered',
  }
}
