import { randomBytes } from 'node:crypto'

/**
 * Where randomness comes from, passed in so that a test can set it. Nothing else in this package
 * draws any.
 *
 * @example
 * ```ts
 * import { systemEntropy } from '@boltwarden/signer'
 * systemEntropy.bytes(32).length // 32
 * ```
 */
export type Entropy = {
  /** Fresh bytes, of the given length. */
  readonly bytes: (length: number) => Uint8Array
}

/** The operating system's generator. */
export const systemEntropy: Entropy = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
}

/**
 * A number from 0 to `limit - 1`, each equally likely.
 *
 * @throws {RangeError} if `limit` is not 1 to 2^16.
 */
export function below(limit: number, entropy: Entropy): number {
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > 65_536) {
    throw new RangeError(`"limit" expected integer 1..65536, got ${limit}`)
  }
  // A draw at or above the largest multiple would favour small numbers: draw again.
  const bound = 65_536 - (65_536 % limit)
  for (;;) {
    const [high = 0, low = 0] = entropy.bytes(2)
    const draw = high * 256 + low
    if (draw < bound) return draw % limit
  }
}
