import type { EventId } from '@boltwarden/core/ids'
import type { RequestKind } from '@boltwarden/core/request'
import type { Verdict } from '../decision.ts'
import type { Tag } from '../tags.ts'

/** What is remembered of a delivery: enough to answer a retry in the same way. */
export type LedgerEntry = {
  readonly event: EventId
  /** SHA-256 of the raw body, 32 bytes. */
  readonly bodyHash: Uint8Array
  readonly kind: RequestKind
  readonly verdict: Verdict
  /** The rules that were broken, warnings included; each once, in alphabetical order. */
  readonly tags: readonly Tag[]
  /** Hash of the policy that decided, 32 bytes. */
  readonly policyHash: Uint8Array
  /**
   * When the platform says it happened, in milliseconds since 1970, no earlier. Absent of what
   * versions recorded that did not keep it: such an entry is never forgotten.
   */
  readonly sentAtMs?: number
  /** When the event of this decision arrived, in milliseconds since 1970. */
  readonly receivedAtMs: number
  /** When the platform first accepted the answer, in milliseconds since 1970. */
  readonly answeredAtMs?: number
  /** SHA-256 of the answer that was sent, 32 bytes. */
  readonly answerDigest?: Uint8Array
}
