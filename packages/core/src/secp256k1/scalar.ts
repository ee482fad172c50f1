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
