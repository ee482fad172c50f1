import { derivePublicKey, deriveRevocationPublicKey } from '@boltwarden/core/bolt3/key-derivation'
import type { CommitmentSecret, PublicKey } from '@boltwarden/core/bytes'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'

/** What follows from a secret that the counterparty reveals. Whose channel it is of is not known yet. */
export type RevealedPoint = {
  /** Our HTLC key in the commitment that it revokes. */
  readonly htlcKeyOf: (htlcBasepoint: PublicKey) => PublicKey
  /** The key that punishes its broadcast. */
  readonly revocationKeyOf: (revocationBasepoint: PublicKey) => PublicKey
}

/** The point of a revealed secret; undefined where it is no scalar of the curve. */
export function revealedPointOf(
  secret: CommitmentSecret,
  secp256k1: Secp256k1,
): RevealedPoint | undefined {
  if (!secp256k1.isPrivateKey(secret)) return undefined
  const point = secp256k1.publicKey(secret)
  return {
    htlcKeyOf: (basepoint) => derivePublicKey(secp256k1, point, basepoint),
    revocationKeyOf: (basepoint) => deriveRevocationPublicKey(secp256k1, point, basepoint),
  }
}
