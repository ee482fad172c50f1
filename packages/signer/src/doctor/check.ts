import { isFault } from '../fault.ts'
import { faultTable } from '../fault-table.ts'
import { errorFacts } from '../logging.ts'
import { ownFault } from '../pipeline/ending.ts'

/** What one check found. */
export type Finding = {
  readonly check: string
  readonly status: 'ok' | 'warn' | 'fail' | 'skip'
  readonly detail: string
  /** What to do, where something is to be done. */
  readonly fix?: string
}

/** Nothing is wrong. */
export function fine(check: string, detail: string): Finding {
  return { check, status: 'ok', detail }
}

/** It works, but not as it should. */
export function warning(check: string, detail: string, fix: string): Finding {
  return { check, status: 'warn', detail, fix }
}

/** It does not work. */
export function failure(check: string, detail: string, fix: string): Finding {
  return { check, status: 'fail', detail, fix }
}

/** It could not be looked at because something before it failed. */
export function skipped(check: string, detail: string): Finding {
  return { check, status: 'skip', detail }
}

/** What an error means for a check. */
export function failureOf(check: string, error: unknown): Finding {
  const fault = ownFault(error)
  if (!isFault(fault)) return failure(check, errorFacts(fault).name, 'Report this as a bug.')
  return failure(check, `${fault.code}: ${fault.message}`, faultTable[fault.fault.code].fix)
}
