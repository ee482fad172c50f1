import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { secp256k1 } from '@noble/curves/secp256k1.js'

// Everything in this folder asks @noble/curves directly: what judges the signer's answers must not
// share the curve code that made them.

const { Point } = secp256k1
const { Fn } = Point

/** The compressed public key of a 32-byte private key, both hex. */
export function publicKeyOf(privateKey: string): string {
  return toHex(secp256k1.getPublicKey(hexToBytes(privateKey), true))
}

/** Whether a hex text is a compressed point on the curve. */
export function isPoint(text: string): boolean {
  if (!/^0[23][0-9a-f]{64}$/.test(text)) return false
  try {
    Point.fromHex(text).assertValidity()
    return true
  } catch {
    // noble tells a bad point by throwing only.
    return false
  }
}

/**
 * The public key of `mul · k + add`, from the public key of `k`.
 *
 * @param publicKey - compressed point, hex.
 * @param tweaks - 32-byte scalars, hex.
 */
export function tweakPublicKey(
  publicKey: string,
  tweaks: { readonly mulTweak?: string | undefined; readonly addTweak?: string | undefined },
): string {
  let point = Point.fromHex(publicKey)
  if (tweaks.mulTweak) point = point.multiply(scalar(tweaks.mulTweak))
  if (tweaks.addTweak) point = point.add(Point.BASE.multiply(scalar(tweaks.addTweak)))
  return point.toHex(true)
}

function scalar(hex: string): bigint {
  return Fn.fromBytes(hexToBytes(hex))
}
