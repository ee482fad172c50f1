/** What can go wrong with the world, by its stable code. Nothing in a fault is secret. */
export type Fault =
  /** The signature of a webhook is missing or belongs to none of the secrets. */
  | { readonly code: 'WEBHOOK_SIGNATURE_INVALID' }
  /** A webhook's body is not what it should be at `path`, which is empty for the whole body. */
  | { readonly code: 'WEBHOOK_MALFORMED'; readonly path: string; readonly expected: string }
  /** A webhook's body has more than `limit` bytes. */
  | { readonly code: 'WEBHOOK_TOO_LARGE'; readonly limit: number }
  /** Environment variables that are not set, or not to one of the values they may have. */
  | { readonly code: 'CREDENTIALS_MISSING'; readonly names: readonly string[] }
  /** The API answered with GraphQL errors; `errorName` is the first one's, where it has one. */
  | {
      readonly code: 'GRAPHQL_REJECTED'
      readonly operation: string
      readonly errorName: string | undefined
    }
  /** The API answered with another HTTP status than 2xx. */
  | {
      readonly code: 'HTTP_STATUS'
      readonly operation: string
      readonly status: number
      readonly attempts: number
    }
  /** The API could not be reached; `reason` is the system's code, as in `ECONNREFUSED`. */
  | {
      readonly code: 'NETWORK'
      readonly operation: string
      readonly reason: string | undefined
      readonly attempts: number
    }
  /** The API did not answer in time. */
  | { readonly code: 'TIMED_OUT'; readonly operation: string; readonly attempts: number }
  /** The caller's signal ended the request. */
  | { readonly code: 'ABORTED'; readonly operation: string }
  /** The API's answer is not what the schema promises at `path`. */
  | {
      readonly code: 'BAD_ANSWER'
      readonly operation: string
      readonly path: string
      readonly expected: string
    }

/** The stable code of a fault. */
export type FaultCode = Fault['code']

/**
 * The one error class of this package for what the world does wrong; misuse is a `TypeError` or a
 * `RangeError`, a refusal to sign is a value.
 *
 * @example
 * ```ts
 * import { LightsparkFault, parseWebhook } from '@boltwarden/sdk'
 * try {
 *   parseWebhook(new TextEncoder().encode('[]'))
 * } catch (error) {
 *   if (error instanceof LightsparkFault) error.code // 'WEBHOOK_MALFORMED'
 * }
 * ```
 */
export class LightsparkFault<F extends Fault = Fault> extends Error {
  /** The code with its facts. */
  readonly fault: F

  /** @param fault - what went wrong. */
  constructor(fault: F) {
    super(`${fault.code}: ${sentence(fault)}`)
    this.name = 'LightsparkFault'
    this.fault = fault
  }

  /** The stable code. */
  get code(): F['code'] {
    return this.fault.code
  }

  /**
   * The HTTP status for a webhook that ends in this fault; express, koa and fastify use it when the
   * error reaches them. What is our own trouble is 503, so that the platform comes again.
   */
  get status(): number {
    return statuses[this.fault.code]
  }

  /** Whether the same request may succeed later. */
  get transient(): boolean {
    return isTransient(this.fault)
  }
}

/**
 * Whether `value` is a fault, and of the given code where one is given.
 *
 * @example
 * ```ts
 * import { isFault, LightsparkFault } from '@boltwarden/sdk'
 * const error: unknown = new LightsparkFault({ code: 'WEBHOOK_TOO_LARGE', limit: 100 })
 * if (isFault(error, 'WEBHOOK_TOO_LARGE')) error.fault.limit // 100
 * ```
 */
export function isFault<C extends FaultCode>(
  value: unknown,
  code?: C,
): value is LightsparkFault<Extract<Fault, { code: C }>> {
  return value instanceof LightsparkFault && (code === undefined || value.code === code)
}

const statuses: Readonly<Record<FaultCode, number>> = {
  WEBHOOK_SIGNATURE_INVALID: 401,
  WEBHOOK_MALFORMED: 400,
  WEBHOOK_TOO_LARGE: 413,
  CREDENTIALS_MISSING: 503,
  GRAPHQL_REJECTED: 503,
  HTTP_STATUS: 503,
  NETWORK: 503,
  TIMED_OUT: 503,
  ABORTED: 503,
  BAD_ANSWER: 503,
}

function isTransient(fault: Fault): boolean {
  switch (fault.code) {
    case 'NETWORK':
    case 'TIMED_OUT':
    case 'ABORTED':
      return true
    case 'HTTP_STATUS':
      return isTransientStatus(fault.status)
    case 'WEBHOOK_SIGNATURE_INVALID':
    case 'WEBHOOK_MALFORMED':
    case 'WEBHOOK_TOO_LARGE':
    case 'CREDENTIALS_MISSING':
    case 'GRAPHQL_REJECTED':
    case 'BAD_ANSWER':
      return false
  }
}

/** Whether an HTTP status asks to come again: 429 and 5xx. */
export function isTransientStatus(status: number): boolean {
  return status === 429 || (status >= 500 && status <= 599)
}

function sentence(fault: Fault): string {
  switch (fault.code) {
    case 'WEBHOOK_SIGNATURE_INVALID':
      return 'the webhook is signed with none of the secrets'
    case 'WEBHOOK_MALFORMED':
      return `${fault.path === '' ? 'the body' : fault.path} expected ${fault.expected}`
    case 'WEBHOOK_TOO_LARGE':
      return `the body has more than ${fault.limit} bytes`
    case 'CREDENTIALS_MISSING':
      return `set ${fault.names.join(', ')}`
    case 'GRAPHQL_REJECTED':
      return `${fault.operation} was rejected${fault.errorName === undefined ? '' : ` with ${fault.errorName}`}`
    case 'HTTP_STATUS':
      return `${fault.operation} was answered with status ${fault.status}, attempt ${fault.attempts}`
    case 'NETWORK':
      return `${fault.operation} did not reach the API${fault.reason === undefined ? '' : ` (${fault.reason})`}, attempt ${fault.attempts}`
    case 'TIMED_OUT':
      return `${fault.operation} was not answered in time, attempt ${fault.attempts}`
    case 'ABORTED':
      return `${fault.operation} was called off`
    case 'BAD_ANSWER':
      return `the answer to ${fault.operation} at ${fault.path === '' ? 'its root' : fault.path} expected ${fault.expected}`
  }
}
