import { bytes } from '../assert.ts'
import { hexToBytes } from '../hex.ts'

const order = hexToBytes('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141')

/**
 * Whether 32 bytes, big-endian, are below n, the order of secp256k1's group. Stops at the first
 * difference: for public values only.
 */
export function isBelowOrder(value: Uint8Array): boolean {
  if (value.length !== 32) return false
  const at = order.findIndex((byte, i) => value[i] !== byte)
  return at !== -1 && Number(value[at]) < Number(order[at])
}

/**
 * Whether `value` is 32 bytes, big-endian, from 1 to n-1. For public values only; a private key is
 * checked by `Secp256k1.isPrivateKey`.
 *
 * @example
 * ```ts
 * import { isScalar } from '@boltwarden/core/secp256k1/scalar'
 * isScalar(new Uint8Array(32).fill(1)) // true
 * isScalar(new Uint8Array(32)) // false
 * isScalar(new Uint8Array(32).fill(0xff)) // false
 * ```
 */
export function isScalar(value: Uint8Array): boolean {
  return isBelowOrder(value) && value.some((byte) => byte !== 0)
}

/**
 * 32 bytes, big-endian, mod n: themselves where they are below n. For public values only.
 *
 * @throws {RangeError} if `value` is not 32 bytes.
 */
export function reduce(value: Uint8Array): Uint8Array {
  bytes('value', value, 32)
  if (isBelowOrder(value)) return value
  // 2^256 is less than 2n, so one subtraction is enough.
  const out = new Uint8Array(32)
  let borrow = 0
  for (let i = 31; i >= 0; i--) {
    const difference = Number(value[i]) - Number(order[i]) - borrow
    borrow = difference < 0 ? 1 : 0
    out[i] = difference + 256 * borrow
  }
  return out
}
