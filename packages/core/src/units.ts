import { bigint, integer } from './assert.ts'
import type { Brand } from './brand.ts'

/** Satoshis, 0 to 21 million bitcoin. */
export type Sats = Brand<bigint, 'Sats'>
/** Fee per 1,000 weight units, in satoshis. */
export type FeeratePerKw = Brand<number, 'FeeratePerKw'>
/** Commitment counter of BOLT 3: counts **up** from 0 to 2^48-1. */
export type CommitmentNumber = Brand<number, 'CommitmentNumber'>
/** Per-commitment secret index of BOLT 3: counts **down** from 2^48-1 to 0. */
export type CommitmentIndex = Brand<number, 'CommitmentIndex'>

/** The most satoshis there can ever be. */
export const maxSats = 2_100_000_000_000_000n
/** The first per-commitment index of every channel, 2^48-1. */
export const maxCommitmentIndex: number = 2 ** 48 - 1

/**
 * An amount in satoshis.
 *
 * @throws {TypeError} if `value` is not a bigint.
 * @throws {RangeError} if it is negative or above 21 million bitcoin.
 */
export function sats(value: bigint): Sats {
  return bigint('sats', value, 0n, maxSats) as Sats
}

/**
 * A feerate in satoshis per 1,000 weight units.
 *
 * @throws {RangeError} if `value` is not an integer from 0 to 2^32-1.
 */
export function feeratePerKw(value: number): FeeratePerKw {
  return integer('feeratePerKw', value, 0, 0xffff_ffff) as FeeratePerKw
}

/**
 * A commitment number, counting up.
 *
 * @throws {RangeError} if `value` is not an integer from 0 to 2^48-1.
 */
export function commitmentNumber(value: number): CommitmentNumber {
  return integer('commitmentNumber', value, 0, maxCommitmentIndex) as CommitmentNumber
}

/**
 * A per-commitment index, counting down.
 *
 * @throws {RangeError} if `value` is not an integer from 0 to 2^48-1.
 */
export function commitmentIndex(value: number): CommitmentIndex {
  return integer('commitmentIndex', value, 0, maxCommitmentIndex) as CommitmentIndex
}

/**
 * The per-commitment index of a commitment number: 2^48-1 less the number.
 *
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#per-commitment-secret-requirements
 * @example
 * ```ts
 * import { commitmentNumber, indexOf } from '@boltwarden/core/units'
 * indexOf(commitmentNumber(0)) // 281474976710655
 * ```
 */
export function indexOf(number: CommitmentNumber): CommitmentIndex {
  return commitmentIndex(maxCommitmentIndex - number)
}

/** The commitment number of a per-commitment index: the inverse of {@link indexOf}. */
export function numberOf(index: CommitmentIndex): CommitmentNumber {
  return commitmentNumber(maxCommitmentIndex - index)
}
