import { createHash } from 'node:crypto'
import { hexToBytes, toHex } from '@boltwarden/core/hex'

const maxIndex = 2n ** 48n - 1n

/**
 * The secret of `index` that BOLT 3 derives from the secret of `from`, hex; undefined where `from`
 * does not cover `index`.
 *
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#efficient-per-commitment-secret-storage
 */
export function deriveSecret(secret: string, from: number, index: number): string | undefined {
  const zeros = trailingZeros(BigInt(from))
  const wanted = BigInt(index)
  if (wanted >> BigInt(zeros) !== BigInt(from) >> BigInt(zeros)) return undefined
  let value = hexToBytes(secret)
  for (let bit = zeros - 1; bit >= 0; bit--) {
    if ((wanted >> BigInt(bit)) & 1n) {
      const byte = bit >> 3
      value = value.map((b, i) => (i === byte ? b ^ (1 << (bit & 7)) : b))
      value = new Uint8Array(createHash('sha256').update(value).digest())
    }
  }
  return toHex(value)
}

function trailingZeros(index: bigint): number {
  let count = 0
  while (count < 48 && ((index >> BigInt(count)) & 1n) === 0n) count++
  return count
}

/**
 * The index of an earlier secret that contradicts a new one; undefined where all agree.
 *
 * @param earlier - released secrets by index, hex.
 */
export function contradiction(
  earlier: ReadonlyMap<number, string>,
  index: number,
  secret: string,
): number | undefined {
  if (BigInt(index) > maxIndex) return index
  for (const [known, expected] of earlier) {
    const derived = deriveSecret(secret, index, known)
    if (derived !== undefined && derived !== expected) return known
  }
  return undefined
}
