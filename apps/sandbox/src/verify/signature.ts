import { hexToBytes } from '@boltwarden/core/hex'
import { secp256k1 } from '@noble/curves/secp256k1.js'

const compact = /^[0-9a-f]{128}$/

/**
 * Whether a compact signature is one of `digest` under `publicKey`, with low S as BIP 146 asks.
 *
 * @param signature - 64 bytes, lower-case hex; anything else is no signature.
 * @param digest - 32 bytes, hex.
 * @param publicKey - compressed point, hex.
 */
export function isSignature(signature: string, digest: string, publicKey: string): boolean {
  if (!compact.test(signature)) return false
  try {
    return secp256k1.verify(hexToBytes(signature), hexToBytes(digest), hexToBytes(publicKey), {
      prehash: false,
      lowS: true,
      format: 'compact',
    })
  } catch {
    // r or s out of range is told by throwing.
    return false
  }
}

/**
 * The public key that made a recoverable signature; undefined where there is none.
 *
 * @param signature - 64 bytes, lower-case hex.
 * @param digest - 32 bytes, hex.
 */
export function recoverSigner(
  signature: string,
  recoveryId: number,
  digest: string,
): string | undefined {
  if (!compact.test(signature) || ![0, 1, 2, 3].includes(recoveryId)) return undefined
  try {
    const parsed = secp256k1.Signature.fromBytes(hexToBytes(signature), 'compact')
    return parsed.addRecoveryBit(recoveryId).recoverPublicKey(hexToBytes(digest)).toHex(true)
  } catch {
    return undefined
  }
}
