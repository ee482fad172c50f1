import type { Halt } from './halt.ts'

/** What went wrong with the store; public facts only. */
export type StoreFaultDetail =
  /** The database cannot be reached, is locked for too long, or its disk is full. */
  | { readonly code: 'STORE_UNAVAILABLE'; readonly reason: string }
  /** The commit neither succeeded nor failed as far as can be told. */
  | { readonly code: 'STORE_OUTCOME_UNKNOWN'; readonly reason: string }
  /** A setting that durability rests on does not read back. */
  | {
      readonly code: 'STORE_NOT_DURABLE'
      readonly setting: string
      readonly expected: string
      readonly found: string
    }
  /** The database does not let this role in, or not do this. */
  | { readonly code: 'STORE_DENIED'; readonly reason: string }
  /** The schema lacks migrations; whoever serves may not apply them. */
  | { readonly code: 'STORE_SCHEMA_OLDER'; readonly found: number; readonly known: number }
  /** The file was written by a later version. */
  | { readonly code: 'STORE_SCHEMA_NEWER'; readonly found: number; readonly known: number }
  /** A migration that was applied is not the one that is shipped. */
  | { readonly code: 'STORE_MIGRATION_CHANGED'; readonly migration: string }
  /** The file is a database, but not one of ours. */
  | { readonly code: 'STORE_FOREIGN_FILE'; readonly path: string }
  /** The file belongs to another seed or network. */
  | {
      readonly code: 'STORE_WRONG_REALM'
      readonly expected: string
      readonly found: string
    }
  /** A row does not read as it was written. */
  | { readonly code: 'STORE_CORRUPT'; readonly where: string; readonly reason: string }
  /** The store is older than what was kept beside it: a copy was restored. */
  | { readonly code: 'STORE_ROLLED_BACK'; readonly found: number; readonly expected: number }
  /** The store went another way than what was kept beside it, or is another one. */
  | { readonly code: 'STORE_FORKED'; readonly reason: string }
  /** What was kept beside the store cannot be read, or nobody with our keys wrote it. */
  | { readonly code: 'STORE_SEAL_INVALID'; readonly path: string; readonly reason: string }
  /** Somebody else has the store open, and it was wanted alone, or has it alone. */
  | { readonly code: 'STORE_IN_USE' }
  /** Nothing is decided with the store until somebody accepts it. */
  | { readonly code: 'STORE_HALTED'; readonly cause: Halt['cause']; readonly detail: string }
  /** A decision would break what must be unique, as one path for one channel. */
  | { readonly code: 'STORE_CONFLICT'; readonly reason: string }

/** The stable code of a fault. */
export type StoreFaultCode = StoreFaultDetail['code']

// A new code does not compile without an answer.
const retryable: Readonly<Record<StoreFaultCode, boolean>> = {
  STORE_UNAVAILABLE: true,
  STORE_OUTCOME_UNKNOWN: true,
  STORE_NOT_DURABLE: false,
  STORE_DENIED: false,
  STORE_SCHEMA_OLDER: false,
  STORE_SCHEMA_NEWER: false,
  STORE_MIGRATION_CHANGED: false,
  STORE_FOREIGN_FILE: false,
  STORE_WRONG_REALM: false,
  STORE_CORRUPT: false,
  STORE_ROLLED_BACK: false,
  STORE_FORKED: false,
  STORE_SEAL_INVALID: false,
  STORE_IN_USE: true,
  STORE_HALTED: false,
  STORE_CONFLICT: false,
}

/**
 * The store failed. Nothing was signed; `retryable` says whether to ask again.
 *
 * @example
 * ```ts
 * import { StoreFault } from '@boltwarden/store'
 * new StoreFault({ code: 'STORE_UNAVAILABLE', reason: 'locked' }).retryable // true
 * ```
 */
export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  readonly detail: StoreFaultDetail

  constructor(detail: StoreFaultDetail, options?: ErrorOptions) {
    const { code, ...facts } = detail
    super(`${code} ${JSON.stringify(facts)}`, options)
    this.detail = detail
  }

  get code(): StoreFaultCode {
    return this.detail.code
  }

  get retryable(): boolean {
    return retryable[this.detail.code]
  }
}

/** Whether `error` is a store's fault of this code. */
export function isStoreFault(error: unknown, code?: StoreFaultCode): error is StoreFault {
  return error instanceof StoreFault && (code === undefined || error.code === code)
}
