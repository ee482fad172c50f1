import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

/**
 * The ECDH secret seen from the peer's side: SHA-256 of the compressed shared point, hex.
 *
 * @param privateKey - the peer's, 32 bytes hex.
 * @param publicKey - the node's, compressed, hex.
 */
export function sharedSecretOf(privateKey: string, publicKey: string): string {
  const point = secp256k1.getSharedSecret(hexToBytes(privateKey), hexToBytes(publicKey), true)
  return bytesToHex(sha256(point))
}
