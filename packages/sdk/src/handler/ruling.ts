import type { GrantProblem } from '@boltwarden/core/granting'
import type { Mutation } from '../graphql/mutation.ts'

/** Why a request gets no answer although nothing is broken. */
export type Refusal =
  /** The sub-event is `VLS_MESSAGE` or one that was added after this version. */
  | { readonly code: 'SUB_EVENT_UNSUPPORTED'; readonly subEventType: string }
  /** The validator said no, and the sub-event has no mutation to decline with. */
  | { readonly code: 'VALIDATOR_DECLINED'; readonly subEventType: string }
  /** The request names a key outside the table or one that may not sign, or a tweak or point that is
   * none. */
  | {
      readonly code: 'NOT_GRANTABLE'
      readonly subEventType: string
      readonly problems: readonly GrantProblem[]
    }

/** What to do about a signing request. The mutation's variables may be secret: do not log them. */
export type Ruling =
  | { readonly kind: 'answer'; readonly mutation: Mutation }
  | { readonly kind: 'decline'; readonly mutation: Mutation }
  /** The request only informs. */
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'refuse'; readonly refusal: Refusal }
