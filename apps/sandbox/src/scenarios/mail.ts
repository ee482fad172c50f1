import { type Environment, formatTimestamp } from '../environment.ts'
import type { Deliver } from '../lightning/remote-signer/desk.ts'
import type { Delivery } from '../webhook/delivery.ts'
import { encodeEvent, type OutgoingEvent } from '../webhook/envelope.ts'

/** What becomes of webhooks on their way. */
export type MailMode =
  | { readonly kind: 'straight' }
  /** Each arrives twice at the same time. */
  | { readonly kind: 'doubled' }
  /** Of `every` webhooks the last one never arrives. */
  | { readonly kind: 'lost'; readonly every: number }
  /** Each comes this much later, in milliseconds. */
  | { readonly kind: 'slow'; readonly byMs: number }

/** The way between the platform and the signer, which a scenario makes worse and better. */
export type Mail = {
  readonly deliver: Deliver
  readonly set: (mode: MailMode) => void
}

/** Puts a way that can be made worse before the platform's dispatcher. */
export function createMail(deliver: Deliver, environment: Environment): Mail {
  const state: { mode: MailMode; count: number } = { mode: { kind: 'straight' }, count: 0 }
  return {
    set: (mode) => {
      state.mode = mode
      state.count = 0
    },
    deliver: async (event, options) => {
      const { mode } = state
      state.count += 1
      switch (mode.kind) {
        case 'straight':
          return deliver(event, options)
        case 'doubled': {
          const [first] = await Promise.all([deliver(event, options), deliver(event, options)])
          return first
        }
        case 'lost':
          return state.count % mode.every === 0 ? lost(event, environment) : deliver(event, options)
        case 'slow':
          await environment.wait(mode.byMs, never)
          return deliver(event, options)
      }
    },
  }
}

const never = new AbortController().signal

function lost(event: OutgoingEvent, { nowMicros }: Environment): Delivery {
  return {
    sequence: -1,
    eventId: event.event_id,
    entityId: event.entity_id,
    subject: event.data?.sub_event_type ?? event.event_type,
    sentAt: formatTimestamp(nowMicros()),
    body: new TextDecoder().decode(encodeEvent(event)),
    attempts: [],
    outcome: 'unanswered',
  }
}
