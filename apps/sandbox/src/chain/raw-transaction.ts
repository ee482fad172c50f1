import { parseTransaction, type Transaction } from '@boltwarden/core/bitcoin/transaction'
import { err, type Result } from '@boltwarden/core/result'
import type { Rejection } from './rejection.ts'

/** Reads a raw transaction; what is none is a rejection like any other. */
export function readRawTransaction(raw: Uint8Array): Result<Transaction, Rejection> {
  const parsed = parseTransaction(raw)
  if (parsed.ok) return parsed
  const { message, offset } = parsed.error
  return err({ rule: 'malformed', message: `${message}, at byte ${offset}` })
}
