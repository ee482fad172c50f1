import { isStoreFault, StoreFault } from '../fault.ts'

/**
 * What an error of the database means for what was going on. The error itself is not kept: its
 * message and details quote rows.
 */
export type Trouble =
  /** Another transaction was in the way: the same thing again may well succeed. */
  | { readonly kind: 'race'; readonly reason: string }
  /** A key is there that was not when it was looked for: written since, or never looked for. */
  | { readonly kind: 'overtaken'; readonly reason: string }
  /** Something that must be unique was there already, or what was to be changed was not. */
  | { readonly kind: 'conflict'; readonly reason: string }
  /** The connection is gone, and nobody told what became of what was sent. */
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'fault'; readonly fault: StoreFault }

/** SQLSTATE of a statement that was not looked at, as one before it had failed. */
export const inFailedTransaction = '25P02'

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const races: ReadonlySet<string> = new Set(['40001', '40P01'])

/** Nobody but an operator can put these right: no such database, role, right, table. */
const denied = /^(?:28|3D|3F|42)/

/** The session is over: an administrator's command, a crash, a limit on idling. Or an end untold. */
const ended = /^(?:08|57P|25P03|40003)/

/** A key that somebody else wrote since it was looked for; see the names in the migrations. */
const primaryKey = /_pkey$/

/** Five signs with a digit among them, unlike EPIPE. */
const sqlState = /^(?=.*[0-9])[0-9A-Z]{5}$/

/** SQLSTATE of a division by zero: how `exactly` fails. */
const notExact = '22012'

/** What this error means. */
export function troubleOf(error: unknown): Trouble {
  if (isStoreFault(error)) return { kind: 'fault', fault: error }
  const code = textOf(error, 'code')
  if (!sqlState.test(code)) {
    return { kind: 'lost', reason: code === '' ? wordsOf(error) : code }
  }
  const reason = `SQLSTATE ${code}`
  if (races.has(code) || code === notExact) return { kind: 'race', reason }
  if (code === '23505') {
    const isOvertaken = primaryKey.test(textOf(error, 'constraint'))
    return { kind: isOvertaken ? 'overtaken' : 'conflict', reason }
  }
  if (code.startsWith('23')) return { kind: 'conflict', reason }
  if (ended.test(code)) return { kind: 'lost', reason }
  return { kind: 'fault', fault: faultOf(code, reason) }
}

/** The fault to throw where nothing was written. */
export function faultOfTrouble(trouble: Trouble): StoreFault {
  switch (trouble.kind) {
    case 'fault':
      return trouble.fault
    case 'overtaken':
    case 'conflict':
      return new StoreFault({ code: 'STORE_CONFLICT', reason: trouble.reason })
    case 'race':
    case 'lost':
      return new StoreFault({ code: 'STORE_UNAVAILABLE', reason: trouble.reason })
  }
}

function faultOf(code: string, reason: string): StoreFault {
  if (denied.test(code)) return new StoreFault({ code: 'STORE_DENIED', reason })
  if (code.startsWith('XX00')) {
    return new StoreFault({ code: 'STORE_CORRUPT', where: 'server', reason })
  }
  return new StoreFault({ code: 'STORE_UNAVAILABLE', reason })
}

/** `pg` gives no codes for these; its words hold no data. */
const words: readonly (readonly [RegExp, string])[] = [
  [/timeout/i, 'timed out'],
  [/does not support SSL/, 'the server has no TLS'],
  [/terminated|not queryable|closed/i, 'connection lost'],
]

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const { message, name } = error
  return words.find(([pattern]) => pattern.test(message))?.[1] ?? name
}

function textOf(error: unknown, key: 'code' | 'constraint'): string {
  if (typeof error !== 'object' || error === null || !(key in error)) return ''
  const value: unknown = Reflect.get(error, key)
  return typeof value === 'string' ? value : ''
}
