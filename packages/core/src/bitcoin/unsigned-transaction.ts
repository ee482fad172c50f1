import { err, ok, type Result } from '../result.ts'
import type { ParseProblem } from './byte-reader.ts'
import { type Psbt, parsePsbt, psbtMagic } from './psbt.ts'
import { parseTransaction, type Transaction } from './transaction.ts'

/** A transaction to sign, and what was said about it where it came as a PSBT. */
export type UnsignedTransaction = { readonly transaction: Transaction; readonly psbt?: Psbt }

/**
 * Reads what a signing job calls its transaction: raw bytes, or a PSBT where its magic says so.
 *
 * @returns a transaction with at least one input and one output.
 * @example
 * ```ts
 * import { parseUnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
 * parseUnsignedTransaction(new Uint8Array()) // { ok: false, error: … }
 * ```
 */
export function parseUnsignedTransaction(
  bytes: Uint8Array,
): Result<UnsignedTransaction, ParseProblem> {
  if (!psbtMagic.every((byte, i) => bytes[i] === byte)) {
    const parsed = parseTransaction(bytes)
    return parsed.ok ? ok({ transaction: parsed.value }) : parsed
  }
  const parsed = parsePsbt(bytes)
  if (!parsed.ok) return parsed
  const { transaction } = parsed.value
  if (transaction.inputs.length === 0 || transaction.outputs.length === 0) {
    return err({ message: 'transaction has no inputs or no outputs', offset: psbtMagic.length })
  }
  return ok({ transaction, psbt: parsed.value })
}
