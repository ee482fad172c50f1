import {
  type OtherEvent,
  type RemoteSigningEvent,
  type UnsupportedSigningEvent,
  type WebhookEvent,
  WebhookEventType,
} from '@boltwarden/sdk'
import { describe, expectTypeOf, test } from 'vitest'

describe('narrowing, checked by the compiler', () => {
  test('by event type, under either name', () => {
    const narrow = (event: WebhookEvent) => {
      if (event.eventType === WebhookEventType.REMOTE_SIGNING) {
        expectTypeOf(event).toEqualTypeOf<RemoteSigningEvent | UnsupportedSigningEvent>()
      } else {
        expectTypeOf(event).toEqualTypeOf<OtherEvent>()
      }
      if (event.event_type !== 'REMOTE_SIGNING') expectTypeOf(event).toEqualTypeOf<OtherEvent>()
    }
    expectTypeOf(narrow).toBeFunction()
  })

  test('by sub-event', () => {
    const narrow = ({ data }: RemoteSigningEvent | UnsupportedSigningEvent) => {
      switch (data.subEventType) {
        case 'DERIVE_KEY_AND_SIGN':
          expectTypeOf(data.signingJobs[0]?.amount).toEqualTypeOf<number | undefined>()
          expectTypeOf(data.signing_jobs[0]?.derivation_path).toEqualTypeOf<string | undefined>()
          break
        case 'ECDH':
          expectTypeOf(data.peer_public_key).toEqualTypeOf<string>()
          break
        case 'VLS_MESSAGE':
          // @ts-expect-error a sub-event that is not supported has no network
          data.bitcoinNetwork
          break
        default:
      }
      // @ts-expect-error misspelt names do not read
      data.bitcoinnetwork
    }
    expectTypeOf(narrow).toBeFunction()
  })
})
