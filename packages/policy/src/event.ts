import type { EventId } from '@boltwarden/core/ids'
import type { Request } from '@boltwarden/core/request'

/** One webhook call whose signature was verified and whose body was parsed. */
export type Delivery = {
  readonly event: EventId
  /** SHA-256 of the raw body, 32 bytes: tells a retry from another question under the same id. */
  readonly bodyHash: Uint8Array
  /** When the platform says it happened, in milliseconds since 1970. */
  readonly timestampMs: number
  /** When it arrived by our clock, in milliseconds since 1970. */
  readonly receivedAtMs: number
  /** The envelope's `entity_id`, a node's or a channel's; nothing is bound to it. */
  readonly entity: string
  readonly request: Request
}
