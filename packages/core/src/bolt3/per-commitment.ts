import { sha256 } from '@noble/hashes/sha2.js'
import { bytes, integer } from '../assert.ts'
import { type CommitmentSecret, commitmentSecret, type PublicKey } from '../bytes.ts'
import type { Secp256k1 } from '../secp256k1/secp256k1.ts'
import { type CommitmentIndex, maxCommitmentIndex } from '../units.ts'

/**
 * The secret of one commitment, from the channel's per-commitment seed.
 *
 * @param seed - 32 bytes, secret. Not changed.
 * @param index - counts down from 2^48-1.
 * @returns 32 bytes. Revealing it revokes the commitment for ever.
 * @throws {RangeError} if `seed` is not 32 bytes or `index` not from 0 to 2^48-1.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#per-commitment-secret-requirements
 * @example
 * ```ts
 * import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
 * import { commitmentNumber, indexOf } from '@boltwarden/core/units'
 * perCommitmentSecret(new Uint8Array(32), indexOf(commitmentNumber(0))).length // 32
 * ```
 */
export function perCommitmentSecret(seed: Uint8Array, index: CommitmentIndex): CommitmentSecret {
  integer('index', index, 0, maxCommitmentIndex)
  return deriveSecret(bytes('seed', seed, 32), 48, index)
}

/**
 * The point of {@link perCommitmentSecret}: secret · G, 33 bytes. Public.
 *
 * @throws {RangeError} as {@link perCommitmentSecret}, or (one in 2^127) if the secret is no scalar.
 */
export function perCommitmentPoint(
  secp256k1: Secp256k1,
  seed: Uint8Array,
  index: CommitmentIndex,
): PublicKey {
  const secret = perCommitmentSecret(seed, index)
  try {
    return secp256k1.publicKey(secret)
  } finally {
    secret.fill(0)
  }
}

/**
 * BOLT 3's derivation by the low `bits` bits of an index: from the highest to the lowest, a set bit
 * flips that bit of the value, which is then hashed. A secret whose index ends in `bits` zeros gives
 * every secret whose index differs in those bits only.
 *
 * @param base - 32 bytes. Not changed.
 * @param bits - 0 to 48.
 */
export function deriveSecret(base: Uint8Array, bits: number, index: number): CommitmentSecret {
  let value = Uint8Array.from(bytes('base', base, 32))
  for (let bit = bits - 1; bit >= 0; bit--) {
    if (!hasBit(index, bit)) continue
    const at = Math.floor(bit / 8)
    value[at] = Number(value[at]) ^ (1 << (bit % 8))
    const next = sha256(value)
    value.fill(0)
    value = next
  }
  return commitmentSecret(value)
}

// Shifts and masks work on 32 bits and would lose the upper 16; dividing by a power of two is exact.
function hasBit(index: number, bit: number): boolean {
  return Math.floor(index / 2 ** bit) % 2 === 1
}
