import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { eventId } from '@boltwarden/core/ids'
import type { Result } from '@boltwarden/core/result'
import { verdicts } from '@boltwarden/policy/decision'
import { everyKind } from '@boltwarden/policy/rules/rule'
import { type ChannelState, decodeChannelState } from '@boltwarden/policy/state/channel-state'
import { decodeIntent, type Intent, intentKey } from '@boltwarden/policy/state/intent'
import { decodeInvoiceState, type InvoiceState } from '@boltwarden/policy/state/invoice-state'
import type { LedgerEntry } from '@boltwarden/policy/state/ledger-entry'
import { decodeNodeState, type NodeState } from '@boltwarden/policy/state/node-state'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import { decodeSpentOutput, type SpentOutput } from '@boltwarden/policy/state/spent-output'
import { isTag, type Tag } from '@boltwarden/policy/tags'
import type { DecodedTexts } from './decoded-texts.ts'
import { StoreFault } from './fault.ts'

/** A row as a database gives it: nothing is believed of it. */
export type Row = Readonly<Record<string, unknown>>

/** Values of the columns of `events`, in the order of {@link ledgerColumns}. */
export type LedgerValues = readonly (string | number | null)[]

/** The columns of `events`. */
export const ledgerColumns = [
  'event',
  'body_hash',
  'kind',
  'verdict',
  'tags',
  'policy_hash',
  'sent_at',
  'received_at',
  'answered_at',
  'answer_digest',
] as const

/** An entry as the values of its row. */
export function ledgerValues(entry: LedgerEntry): LedgerValues {
  return [
    entry.event,
    toHex(entry.bodyHash),
    entry.kind,
    entry.verdict,
    JSON.stringify(entry.tags),
    toHex(entry.policyHash),
    entry.sentAtMs ?? null,
    entry.receivedAtMs,
    entry.answeredAtMs ?? null,
    entry.answerDigest === undefined ? null : toHex(entry.answerDigest),
  ]
}

/**
 * The entry of a row.
 *
 * @throws {StoreFault} `STORE_CORRUPT` if the row is not one that {@link ledgerValues} gives.
 */
export function ledgerEntryOf(row: Row): LedgerEntry {
  return reading('events', () => {
    const sentAtMs = nullable(row, 'sent_at', integer)
    const answeredAtMs = nullable(row, 'answered_at', integer)
    const answerDigest = nullable(row, 'answer_digest', hash)
    return {
      event: eventId(text(row, 'event')),
      bodyHash: hash(row, 'body_hash'),
      kind: oneOf(row, 'kind', everyKind),
      verdict: oneOf(row, 'verdict', verdicts),
      tags: tagList(text(row, 'tags')),
      policyHash: hash(row, 'policy_hash'),
      ...(sentAtMs !== undefined && { sentAtMs }),
      receivedAtMs: integer(row, 'received_at'),
      ...(answeredAtMs !== undefined && { answeredAtMs }),
      ...(answerDigest !== undefined && { answerDigest }),
    }
  })
}

/** The channel of a row whose `state` must agree with its key columns. */
export function channelOf(row: Row): ChannelState {
  return knownChannelOf(row, undefined)
}

/** As {@link channelOf}; `held` spares decoding the same text again. */
export function knownChannelOf(
  row: Row,
  held: DecodedTexts<ChannelState> | undefined,
): ChannelState {
  return reading('channels', () => {
    const encoded = text(row, 'state')
    const decode = () => decoded(decodeChannelState(encoded))
    const state = held?.read(integer(row, 'channel'), encoded, decode) ?? decode()
    if (state.channel !== integer(row, 'channel') || state.id !== text(row, 'id')) {
      throw new RangeError('"state" is that of another row')
    }
    return state
  })
}

/** The invoice of a row whose `state` must agree with its key columns. */
export function invoiceOf(row: Row): InvoiceState {
  return reading('invoices', () => {
    const state = decoded(decodeInvoiceState(text(row, 'state')))
    if (state.invoice !== text(row, 'invoice') || toHex(state.nonce) !== text(row, 'nonce')) {
      throw new RangeError('"state" is that of another row')
    }
    return state
  })
}

/** The intent of a row whose `state` must agree with its key columns. */
export function intentOf(row: Row): Intent {
  return reading('intents', () => {
    const intent = decoded(decodeIntent(text(row, 'state')))
    if (intent.id !== text(row, 'id') || intentKey(intent) !== text(row, 'key')) {
      throw new RangeError('"state" is that of another row')
    }
    return intent
  })
}

/** The state of the node; `held` spares decoding the same text again. */
export function nodeOf(row: Row, held?: DecodedTexts<NodeState>): NodeState {
  return reading('node', () => {
    const encoded = text(row, 'state')
    const decode = () => decoded(decodeNodeState(encoded))
    return held?.read(0, encoded, decode) ?? decode()
  })
}

/** The spent output of a row whose `state` must agree with its key column. */
export function spentOutputOf(row: Row): SpentOutput {
  return reading('spends', () => {
    const spent = decoded(decodeSpentOutput(text(row, 'state')))
    if (outPointKey(spent) !== text(row, 'outpoint')) {
      throw new RangeError('"state" is that of another row')
    }
    return spent
  })
}

/** A text column. */
export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw new TypeError(`"${column}" expected text`)
  return value
}

/** A number column; databases that give 64-bit numbers as bigint or text are read too. */
export function integer(row: Row, column: string): number {
  const value = row[column]
  const number = typeof value === 'number' ? value : Number(value ?? Number.NaN)
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new RangeError(`"${column}" expected a safe integer`)
  }
  return number
}

/** A column that may be null. */
export function nullable<T>(
  row: Row,
  column: string,
  read: (row: Row, column: string) => T,
): T | undefined {
  return row[column] === null ? undefined : read(row, column)
}

/** A column of bytes; drivers give them as one or the other. */
export function blob(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value instanceof Uint8Array) return new Uint8Array(value)
  throw new TypeError(`"${column}" expected bytes`)
}

/** A text column of 32 bytes in lower-case hex. */
export function hash(row: Row, column: string): Uint8Array {
  const value = text(row, column)
  if (!/^[0-9a-f]{64}$/.test(value)) throw new RangeError(`"${column}" expected 32 bytes in hex`)
  return hexToBytes(value)
}

/** A text column that is one of `values`. */
export function oneOf<T extends string>(row: Row, column: string, values: readonly T[]): T {
  const value = text(row, column)
  const found = values.find((candidate) => candidate === value)
  if (found === undefined) throw new RangeError(`"${column}" is unknown`)
  return found
}

function tagList(json: string): readonly Tag[] {
  const list: unknown = JSON.parse(json)
  if (!Array.isArray(list)) throw new TypeError('"tags" expected a list')
  return list.map((tag: unknown) => {
    if (!isTag(tag)) throw new RangeError('"tags" holds an unknown tag')
    return tag
  })
}

/** The value of a text that was decoded. */
export function decoded<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new RangeError(result.error.message)
  return result.value
}

/** What does not read as it was written is a fault of the store, not a misuse by its caller. */
export function reading<T>(where: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof TypeError || cause instanceof RangeError || cause instanceof SyntaxError) {
      const reason = cause instanceof SyntaxError ? 'expected JSON' : cause.message
      throw new StoreFault({ code: 'STORE_CORRUPT', where, reason }, { cause })
    }
    throw cause
  }
}
