/** Whether the platform plays fair in a step, or asks for what must be refused. */
export type StepKind = 'honest' | 'hostile'

/**
 * What came of a step: an honest one is `verified` or `failed`; a hostile one is `refused`, or
 * `extracted` where the signer gave away what it must keep.
 */
export type Outcome = 'verified' | 'refused' | 'failed' | 'extracted'

/** One line of a walk's report. */
export type StepResult = {
  readonly chapter: string
  readonly name: string
  readonly kind: StepKind
  readonly subject: string
  readonly eventId: string
  /** Status of the last call of the webhook; undefined where none was answered. */
  readonly status: number | undefined
  /** From the first call to the last one's answer, in milliseconds. */
  readonly latencyMs: number
  readonly calls: number
  /** The mutation that answered, if one came. */
  readonly mutation: string | undefined
  readonly outcome: Outcome
  /** Whether it is the outcome that a validating signer owes. */
  readonly ok: boolean
  /** The rules and codes that the signer named. */
  readonly tags: readonly string[]
  /** What was checked, or what is wrong. */
  readonly note: string
}

/** What a step's answer was found to be. */
export type Finding = Pick<StepResult, 'outcome' | 'ok' | 'note'>

/** Everything a walk found. */
export type WalkReport = {
  readonly ok: boolean
  readonly steps: readonly StepResult[]
  readonly verified: number
  readonly refused: number
  readonly wrong: number
  readonly durationMs: number
}

/** A finding for an honest step: verified, or what is wrong with the answer. */
export function verified(note: string): Finding {
  return { outcome: 'verified', ok: true, note }
}

/** A finding for an honest step whose answer is missing or wrong. */
export function failed(note: string): Finding {
  return { outcome: 'failed', ok: false, note }
}
