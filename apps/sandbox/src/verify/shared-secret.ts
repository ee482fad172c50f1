import { createHash } from 'node:crypto'
import { hexToBytes } from '@boltwarden/core/hex'
import { secp256k1 } from '@noble/curves/secp256k1.js'

/**
 * The ECDH secret seen from the peer's side: SHA-256 of the compressed shared point, hex.
 *
 * @param privateKey - the peer's, 32 bytes hex.
 * @param publicKey - the node's, compressed, hex.
 */
export function sharedSecretOf(privateKey: string, publicKey: string): string {
  const point = secp256k1.getSharedSecret(hexToBytes(privateKey), hexToBytes(publicKey), true)
  return createHash('sha256').update(point).digest('hex')
}
