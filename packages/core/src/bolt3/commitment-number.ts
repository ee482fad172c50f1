import { sha256 } from '@noble/hashes/sha2.js'
import { integer } from '../assert.ts'
import type { Transaction } from '../bitcoin/transaction.ts'
import type { Brand } from '../brand.ts'
import { concat, type PublicKey } from '../bytes.ts'
import { type CommitmentNumber, maxCommitmentIndex } from '../units.ts'

/** The 48 bits that hide a channel's commitment numbers on the chain. */
export type ObscuringFactor = Brand<number, 'ObscuringFactor'>

/** Where a commitment's number stands: half in the locktime, half in the sequence. */
export type ObscuredFields = { readonly locktime: number; readonly sequence: number }

const halfRange = 2 ** 24
const locktimeMark = 0x20
const sequenceMark = 0x80

/**
 * An obscuring factor that is already known: the first commitment has number 0, so its obscured
 * number is the factor.
 *
 * @throws {RangeError} if `value` is not an integer from 0 to 2^48-1.
 */
export function obscuringFactor(value: number): ObscuringFactor {
  assertObscuringFactor(value)
  return value
}

function assertObscuringFactor(value: number): asserts value is ObscuringFactor {
  integer('obscuringFactor', value, 0, maxCommitmentIndex)
}

/**
 * The obscuring factor of a channel, the low 48 bits of the SHA-256 of both payment basepoints.
 *
 * @param opener - payment basepoint of who opened the channel.
 * @param accepter - payment basepoint of the other side.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#commitment-transaction
 */
export function obscuringFactorOf(opener: PublicKey, accepter: PublicKey): ObscuringFactor {
  const hash = sha256(concat(opener, accepter))
  return obscuringFactor(hash.subarray(26).reduce((sum, byte) => sum * 256 + byte, 0))
}

/**
 * Hides a commitment number, or uncovers it: both are the same XOR.
 *
 * @example
 * ```ts
 * import { obscure, obscuringFactor } from '@boltwarden/core/bolt3/commitment-number'
 * import { commitmentNumber } from '@boltwarden/core/units'
 * obscure(commitmentNumber(42), obscuringFactor(0x2bb038521914)) // 48035859142974
 * ```
 */
export function obscure(number: CommitmentNumber, factor: ObscuringFactor): number {
  return xor48(number, factor)
}

/** The locktime and sequence that carry an obscured number. */
export function obscuredFields(number: CommitmentNumber, factor: ObscuringFactor): ObscuredFields {
  const obscured = obscure(number, factor)
  return {
    locktime: locktimeMark * halfRange + (obscured % halfRange),
    sequence: sequenceMark * halfRange + Math.floor(obscured / halfRange),
  }
}

/**
 * The obscured number of a transaction that has a commitment's shape: one input, whose sequence
 * starts with 0x80, and a locktime that starts with 0x20.
 *
 * @returns 0 to 2^48-1, or undefined where the shape is another.
 */
export function obscuredNumberOf(transaction: Transaction): number | undefined {
  const [input] = transaction.inputs
  if (input === undefined || transaction.inputs.length !== 1) return undefined
  if (Math.floor(transaction.locktime / halfRange) !== locktimeMark) return undefined
  if (Math.floor(input.sequence / halfRange) !== sequenceMark) return undefined
  return (input.sequence % halfRange) * halfRange + (transaction.locktime % halfRange)
}

// The operators of JavaScript work on 32 bits, so each half is taken on its own.
function xor48(a: number, b: number): number {
  const high = Math.floor(a / halfRange) ^ Math.floor(b / halfRange)
  return high * halfRange + ((a % halfRange) ^ (b % halfRange))
}
