import { type FaultCode, faultTable } from './fault-table.ts'

/** One thing wrong with a configuration file. `key` is a dotted path, empty for the whole file. */
export type ConfigProblem = {
  readonly key: string
  readonly expected: string
  /** The known key that was probably meant. */
  readonly nearest?: string
}

/** The key of the table `webhook` that a delivery was turned away for. */
export const overloadLimits = [
  'max_queued',
  'max_queued_per_channel',
  'max_held_bytes',
  'decision_deadline_ms',
] as const

/** The key of the table `webhook` that a delivery was turned away for. */
export type OverloadLimit = (typeof overloadLimits)[number]

/** A failure of the world around the signer, by its code, with public facts only. */
export type Fault =
  | { readonly code: 'CONFIG_UNREADABLE'; readonly file: string; readonly reason: string }
  | {
      readonly code: 'CONFIG_INVALID'
      readonly file: string
      readonly problems: readonly ConfigProblem[]
    }
  | { readonly code: 'USAGE'; readonly expected: string }
  | { readonly code: 'CANCELLED' }
  | { readonly code: 'TARGET_EXISTS'; readonly file: string }
  | { readonly code: 'WRITE_FAILED'; readonly file: string; readonly reason: string }
  | { readonly code: 'SECRET_UNREADABLE'; readonly source: string; readonly reason: string }
  | { readonly code: 'SECRET_EXPOSED'; readonly source: string; readonly mode: string }
  | { readonly code: 'SECRET_INVALID'; readonly source: string; readonly expected: string }
  | { readonly code: 'BACKUP_NOT_CONFIRMED' }
  | { readonly code: 'PASSPHRASE_MISSING' }
  | { readonly code: 'KEY_STORE_MISSING'; readonly file: string }
  | { readonly code: 'KEY_STORE_LOCKED'; readonly file: string }
  | { readonly code: 'KEY_STORE_FORMAT'; readonly file: string; readonly expected: string }
  | { readonly code: 'KEY_MISMATCH'; readonly expected: string; readonly actual: string }
  | { readonly code: 'CURVE_UNAVAILABLE'; readonly wanted: string }
  | { readonly code: 'STORE_UNAVAILABLE'; readonly reason: string }
  | { readonly code: 'STORE_REFUSED'; readonly reason: string }
  | { readonly code: 'STORE_IN_USE' }
  | { readonly code: 'STORE_NOT_ACCEPTED'; readonly reason: string }
  | { readonly code: 'STORE_CONFLICTING'; readonly conflicts: readonly string[] }
  | { readonly code: 'STATE_FILE_INVALID'; readonly file: string; readonly reason: string }
  | {
      readonly code: 'AUDIT_FILE_INVALID'
      readonly file: string
      readonly line: number
      readonly reason: string
    }
  | { readonly code: 'LISTEN_FAILED'; readonly address: string; readonly reason: string }
  | { readonly code: 'PLATFORM_UNAVAILABLE'; readonly reason: string }
  | { readonly code: 'PLATFORM_REFUSED'; readonly reason: string }
  | { readonly code: 'ANSWER_REFUSED'; readonly status: string }
  | { readonly code: 'WEBHOOK_UNREACHABLE'; readonly reason: string }
  | { readonly code: 'UNAUTHENTICATED' }
  | { readonly code: 'MALFORMED'; readonly path: string; readonly expected: string }
  | { readonly code: 'BODY_TOO_LARGE'; readonly maxBytes: number }
  | { readonly code: 'REQUEST_TIMEOUT' }
  | {
      readonly code: 'OVERLOADED'
      readonly limit: OverloadLimit
      /** How long it would have waited, as far as can be told. */
      readonly waitMs?: number
    }
  | { readonly code: 'DEADLINE_PASSED'; readonly deadlineMs: number }
  | { readonly code: 'DRAINING' }
  | { readonly code: 'CAPTURE_UNREADABLE'; readonly file: string; readonly reason: string }
  | { readonly code: 'STATE_UNREADABLE'; readonly file: string; readonly reason: string }
  | { readonly code: 'PUBLIC_KEYS_UNREADABLE'; readonly file: string; readonly reason: string }
  | { readonly code: 'PUBLIC_KEY_MISSING'; readonly key: string }
  | { readonly code: 'ADMIN_UNAUTHENTICATED' }
  | { readonly code: 'ADMIN_WRONG_HOST' }
  | { readonly code: 'ADMIN_MALFORMED'; readonly path: string; readonly expected: string }
  | { readonly code: 'ADMIN_UNKNOWN'; readonly what: string }
  | { readonly code: 'ADMIN_CONFLICT'; readonly reason: string }
  | { readonly code: 'ADMIN_UNREACHABLE'; readonly url: string; readonly reason: string }
  | { readonly code: 'ADMIN_REFUSED'; readonly status: number; readonly reason: string }
  | { readonly code: 'INTERNAL' }

/**
 * The one error class of the signer: what failed is told by {@link Fault.code}. Its message and
 * its `fault` hold public facts only, so both may be logged; its `cause` may not.
 *
 * @example
 * ```ts
 * import { SignerFault } from '@boltwarden/signer'
 * const fault = new SignerFault({ code: 'KEY_STORE_MISSING', file: 'keystore.age' })
 * fault.code // 'KEY_STORE_MISSING'
 * fault.retryable // false
 * ```
 */
export class SignerFault<F extends Fault = Fault> extends Error {
  readonly fault: F

  constructor(fault: F, options: { readonly cause?: unknown } = {}) {
    super(describe(fault), options)
    this.name = 'SignerFault'
    this.fault = fault
  }

  get code(): F['code'] {
    return this.fault.code
  }

  /** Whether the same request may succeed later, with nothing changed by anybody. */
  get retryable(): boolean {
    return faultTable[this.fault.code].retryable
  }
}

/** Whether `error` is a fault, and of the given code where one is given. */
export function isFault<C extends FaultCode = FaultCode>(
  error: unknown,
  code?: C,
): error is SignerFault<Extract<Fault, { code: C }>> {
  return error instanceof SignerFault && (code === undefined || error.code === code)
}

/** One line for people: the cause, and the facts of this case. */
function describe(fault: Fault): string {
  const { cause } = faultTable[fault.code]
  const facts = Object.entries(fault)
    .filter(([name]) => name !== 'code')
    .map(([name, value]) => `${name}: ${typeof value === 'object' ? problemText(value) : value}`)
  return facts.length === 0 ? cause : `${cause} (${facts.join(', ')})`
}

function problemText(problems: readonly (ConfigProblem | string)[]): string {
  return problems
    .map((problem) => {
      if (typeof problem === 'string') return problem
      const { key, expected, nearest } = problem
      const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`
      return `"${key}" expected ${expected}${hint}`
    })
    .join('; ')
}

/** The operating system's short code of an error (`ENOENT`), or a neutral word. Never its message. */
export function systemReason(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return 'unknown'
}
