import { sha256 } from '@noble/hashes/sha2.js'
import { type CommitmentSecret, concat, type PublicKey, type Tweak, tweak } from '../bytes.ts'
import type { Secp256k1 } from '../secp256k1/secp256k1.ts'

/**
 * What is added to a basepoint, or to its private key, to get the key of one commitment:
 * SHA-256(per-commitment point ‖ basepoint), 32 bytes. Public.
 *
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#localpubkey-local_htlcpubkey-remote_htlcpubkey-local_delayedpubkey-and-remote_delayedpubkey-derivation
 * @example
 * ```ts
 * import { publicKey } from '@boltwarden/core/bytes'
 * import { derivePrivateTweak } from '@boltwarden/core/bolt3/key-derivation'
 * import { portable } from '@boltwarden/core/secp256k1/portable'
 * const point = portable.publicKey(new Uint8Array(32).fill(1))
 * derivePrivateTweak(publicKey(point), publicKey(point)).length // 32
 * ```
 */
export function derivePrivateTweak(perCommitmentPoint: PublicKey, basepoint: PublicKey): Tweak {
  return tweak(sha256(concat(perCommitmentPoint, basepoint)))
}

/**
 * The public key of one commitment: basepoint + SHA-256(per-commitment point ‖ basepoint) · G.
 *
 * @throws {RangeError} if a key is no point.
 */
export function derivePublicKey(
  secp256k1: Secp256k1,
  perCommitmentPoint: PublicKey,
  basepoint: PublicKey,
): PublicKey {
  return secp256k1.publicKeyTweakAdd(basepoint, derivePrivateTweak(perCommitmentPoint, basepoint))
}

/**
 * The public key that may punish one commitment: revocation basepoint · SHA-256(revocation
 * basepoint ‖ per-commitment point) + per-commitment point · SHA-256(per-commitment point ‖
 * revocation basepoint).
 *
 * @throws {RangeError} if a key is no point.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#revocationpubkey-derivation
 */
export function deriveRevocationPublicKey(
  secp256k1: Secp256k1,
  perCommitmentPoint: PublicKey,
  revocationBasepoint: PublicKey,
): PublicKey {
  const ours = revocationTweak(perCommitmentPoint, revocationBasepoint)
  const theirs = derivePrivateTweak(perCommitmentPoint, revocationBasepoint)
  return secp256k1.publicKeyAdd(
    secp256k1.publicKeyTweakMul(revocationBasepoint, ours),
    secp256k1.publicKeyTweakMul(perCommitmentPoint, theirs),
  )
}

/** The two tweaks that make a revocation key of its basepoint's private key. */
export type JusticeTweaks = { readonly mulTweak: Tweak; readonly addTweak: Tweak }

/**
 * The private side of {@link deriveRevocationPublicKey}: mulTweak · key + addTweak signs for it,
 * once the counterparty has revealed its secret.
 *
 * @param secret - the revealed per-commitment secret, 32 bytes.
 * @throws {RangeError} if `secret` is 0 or not below n, or the basepoint no point.
 */
export function justiceTweaks(
  secp256k1: Secp256k1,
  secret: CommitmentSecret,
  revocationBasepoint: PublicKey,
): JusticeTweaks {
  const point = secp256k1.publicKey(secret)
  const factor = derivePrivateTweak(point, revocationBasepoint)
  return {
    mulTweak: revocationTweak(point, revocationBasepoint),
    addTweak: tweak(secp256k1.privateKeyTweakMul(secret, factor)),
  }
}

function revocationTweak(perCommitmentPoint: PublicKey, revocationBasepoint: PublicKey): Tweak {
  return tweak(sha256(concat(revocationBasepoint, perCommitmentPoint)))
}
