/** What becomes of an attempt. */
export const attemptResults = ['accepted', 'postponed', 'set-aside'] as const

/** What became of an attempt. */
export type AttemptResult = (typeof attemptResults)[number]

/** Why nobody tries an answer any more, until an operator says so. */
export const setAsideReasons = [
  /** The policy or what is remembered forbids it by now. */
  'FORBIDDEN_SINCE',
  /** The platform holds another answer, or has given up on the job. */
  'ANSWER_REFUSED',
  /** It failed too often for reasons of its own. */
  'TOO_MANY_ATTEMPTS',
  /** What was kept of the question cannot be read. */
  'UNREADABLE',
] as const

/** Why nobody tries an answer any more. */
export type SetAsideReason = (typeof setAsideReasons)[number]
