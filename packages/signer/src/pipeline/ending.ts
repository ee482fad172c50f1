import type { Decision, Violation } from '@boltwarden/policy/decision'
import { violationsOf } from '@boltwarden/policy/decision'
import { isStoreFault } from '@boltwarden/store'
import { isFault, SignerFault } from '../fault.ts'
import { faultTable } from '../fault-table.ts'
import type { Reply } from '../http/reply.ts'
import type { Outcome } from '../metrics.ts'

/** How a call ended: what is counted, what is replied, what is logged. */
export type Ending = {
  readonly outcome: Outcome
  readonly reply: Reply
  /** Public facts for the log line. */
  readonly facts: Readonly<Record<string, unknown>>
  /** What went wrong, where something did. */
  readonly error?: unknown
}

/** What a refusal tells the platform: the rules by tag, and why each applies. */
export function refusalBody(code: string, violations: readonly Violation[]) {
  const tags = [...new Set(violations.map(({ tag }) => tag))]
  const reasons = violations
    .slice(0, maxReasons)
    .map(({ tag, message, job }) => ({ tag, message, ...(job !== undefined && { job }) }))
  return { code, tags, reasons }
}

/** 1,000 jobs may break several rules each. */
const maxReasons = 50

/** The facts of a decision for the log: tags, never what a message might quote. */
export function decisionFacts(decision: Decision, repeated: boolean) {
  const tags = [...new Set(violationsOf(decision).map(({ tag }) => tag))]
  return {
    verdict: decision.verdict,
    ...(tags.length > 0 && { tags }),
    ...(repeated && { repeated }),
  }
}

/** The ending of a call that failed; `fault` is the error in this package's words. */
export function failed(
  error: unknown,
  requestId: string,
  retryAfterSeconds: number,
  facts: Ending['facts'],
): Ending {
  const fault = ownFault(error)
  const { status } = isFault(fault) ? faultTable[fault.fault.code] : { status: 500 }
  if (!isFault(fault) || status !== 503) {
    const body = { code: 'INTERNAL', request_id: requestId }
    return { outcome: 'failed', reply: { status: 500, body }, facts, error: fault }
  }
  const waitSeconds = Math.ceil(('waitMs' in fault.fault ? (fault.fault.waitMs ?? 0) : 0) / 1000)
  const reply = {
    status,
    body: { code: fault.fault.code },
    retryAfterSeconds: Math.max(retryAfterSeconds, waitSeconds),
  }
  return { outcome: 'unavailable', reply, facts, error: fault }
}

/** Faults of a store that was put into another one's place. */
const needsAcceptance: ReadonlySet<string> = new Set([
  'STORE_HALTED',
  'STORE_ROLLED_BACK',
  'STORE_FORKED',
  'STORE_SEAL_INVALID',
])

/** A store's fault in this package's words; anything else as it is. */
export function ownFault(error: unknown): unknown {
  if (!isStoreFault(error)) return error
  if (error.code === 'STORE_IN_USE') return new SignerFault({ code: error.code }, { cause: error })
  if (needsAcceptance.has(error.code)) {
    const reason = error.message
    return new SignerFault({ code: 'STORE_NOT_ACCEPTED', reason }, { cause: error })
  }
  const code = error.retryable ? 'STORE_UNAVAILABLE' : 'STORE_REFUSED'
  // Its message is its code and public facts: which setting, which file, what SQLite said.
  return new SignerFault({ code, reason: error.message }, { cause: error })
}
