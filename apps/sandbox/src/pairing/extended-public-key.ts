import { createHash, createHmac } from 'node:crypto'
import { toHex } from '@boltwarden/core/hex'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { createBase58check } from '@scure/base'

/** A BIP 32 extended public key: enough to derive non-hardened children, and nothing secret. */
export type ExtendedPublicKey = {
  /** Compressed point, 33 bytes. */
  readonly publicKey: Uint8Array
  /** 32 bytes. */
  readonly chainCode: Uint8Array
}

const versions: ReadonlySet<number> = new Set([0x0488_b21e, 0x0435_87cf])
const base58check = createBase58check(
  (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest()),
)
const { Point } = secp256k1

/**
 * Reads an `xpub…` or `tpub…`.
 *
 * @throws {RangeError} if it is no serialised extended public key.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki#serialization-format
 */
export function parseXpub(text: string): ExtendedPublicKey {
  const bytes = decode(text)
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  if (bytes.length !== 78 || !versions.has(version)) {
    throw new RangeError('"xpub" expected an extended public key')
  }
  const publicKey = bytes.slice(45)
  Point.fromBytes(publicKey).assertValidity()
  return { publicKey, chainCode: bytes.slice(13, 45) }
}

function decode(text: string): Uint8Array {
  try {
    return base58check.decode(text)
  } catch (cause) {
    throw new RangeError('"xpub" expected Base58Check', { cause })
  }
}

/**
 * The public child of that number.
 *
 * @param childNumber - below 2^31: a hardened child needs the private key.
 * @throws {RangeError} if it is hardened, or (one in 2^127) has no key.
 */
export function publicChild(parent: ExtendedPublicKey, childNumber: number): ExtendedPublicKey {
  const { tweak, chainCode } = childTweak(parent, childNumber)
  const point = Point.BASE.multiply(tweak).add(Point.fromBytes(parent.publicKey))
  return { publicKey: point.toBytes(true), chainCode }
}

/** What BIP 32 adds to a parent's private key for a child: anyone with the xpub can tell. */
export function childTweak(
  parent: ExtendedPublicKey,
  childNumber: number,
): { readonly tweak: bigint; readonly chainCode: Uint8Array } {
  if (!Number.isSafeInteger(childNumber) || childNumber < 0 || childNumber >= 2 ** 31) {
    throw new RangeError('"childNumber" expected an integer 0..2^31-1')
  }
  const number = new Uint8Array(4)
  new DataView(number.buffer).setUint32(0, childNumber)
  const hmac = createHmac('sha512', parent.chainCode).update(parent.publicKey).update(number)
  const both = new Uint8Array(hmac.digest())
  return { tweak: Point.Fn.fromBytes(both.subarray(0, 32)), chainCode: both.slice(32) }
}

/** The compressed public key of a descendant, hex. */
export function publicDescendant(root: ExtendedPublicKey, path: readonly number[]): string {
  return toHex(path.reduce(publicChild, root).publicKey)
}
