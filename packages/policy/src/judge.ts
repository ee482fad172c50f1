import type { Grant } from '@boltwarden/core/grant'
import type { Decision } from './decision.ts'
import type { Writes } from './view.ts'

/** A decision, what may be done with the keys because of it, and what is remembered of it. */
export type Judgement = {
  readonly decision: Decision
  /** Present if and only if the verdict is `sign`. */
  readonly grant?: Grant
  readonly writes: Writes
  /** Whether this very delivery was decided before, so that this is the same answer again. */
  readonly repeated: boolean
}
