import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { integer } from '../assert.ts'
import { decodeBase58Check, encodeBase58Check } from '../bitcoin/base58check.ts'
import { hash160Of } from '../bitcoin/hash.ts'
import { p2wpkh } from '../bitcoin/output-script.ts'
import { concat, type PublicKey, publicKey } from '../bytes.ts'
import type { Network } from '../network.ts'
import { err, ok, type Result } from '../result.ts'
import type { Secp256k1 } from '../secp256k1/secp256k1.ts'

/**
 * A BIP 32 extended public key: it derives the public keys of its non-hardened descendants.
 *
 * @see https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki#extended-keys
 */
export type ExtendedPublicKey = {
  readonly publicKey: PublicKey
  /** 32 bytes. */
  readonly chainCode: Uint8Array
  /** Levels below the master key, 0 to 255. */
  readonly depth: number
  /** Of the key above, 4 bytes; zeros for a master key. */
  readonly parentFingerprint: Uint8Array
  /** Its own number, from 2^31 on hardened. */
  readonly childNumber: number
}

/** Why a text is no extended public key of a network. */
export type ExtendedPublicKeyProblem = { readonly message: string }

/** `xpub` and `tpub` of BIP 32; `zpub` and `vpub`, which wallets write for P2WPKH accounts. */
const versions = {
  main: { bip32: 0x0488_b21e, p2wpkh: 0x04b2_4746 },
  test: { bip32: 0x0435_87cf, p2wpkh: 0x045f_1cf6 },
} as const

const firstHardened = 0x8000_0000

/** The most scripts that one call expands. */
export const maxExpandedScripts = 100_000

/**
 * Reads an extended public key of `network`. Testnet, signet and regtest share one version.
 *
 * @param text - `xpub…` or `tpub…`; also `zpub…` or `vpub…`.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki#serialization-format
 * @see https://github.com/satoshilabs/slips/blob/master/slip-0132.md
 * @example
 * ```ts
 * import { parseExtendedPublicKey } from '@boltwarden/core/keys/extended-public-key'
 * import { portable } from '@boltwarden/core/secp256k1/portable'
 * parseExtendedPublicKey(portable, 'xpub', 'MAINNET') // { ok: false, error: { message: … } }
 * ```
 */
export function parseExtendedPublicKey(
  secp256k1: Secp256k1,
  text: string,
  network: Network,
): Result<ExtendedPublicKey, ExtendedPublicKeyProblem> {
  const raw = decodeBase58Check(text)
  if (raw === undefined) return err({ message: 'extended public key is not Base58Check' })
  if (raw.length !== 78) return err({ message: 'extended public key has a wrong length' })
  const view = new DataView(raw.buffer, raw.byteOffset)
  const { bip32, p2wpkh: segwit } = versions[network === 'MAINNET' ? 'main' : 'test']
  const version = view.getUint32(0)
  if (version !== bip32 && version !== segwit) {
    return err({ message: `it is no extended public key of ${network}` })
  }
  const point = raw.slice(45)
  if (!secp256k1.isPublicKey(point)) return err({ message: 'its public key is not on the curve' })
  const depth = view.getUint8(4)
  const parentFingerprint = raw.slice(5, 9)
  const childNumber = view.getUint32(9)
  if (depth === 0 && (childNumber !== 0 || parentFingerprint.some((byte) => byte !== 0))) {
    return err({ message: 'a master key has neither a parent nor a number' })
  }
  const chainCode = raw.slice(13, 45)
  return ok({ publicKey: publicKey(point), chainCode, depth, parentFingerprint, childNumber })
}

/** The `xpub…` or `tpub…` of a key: the inverse of {@link parseExtendedPublicKey}. */
export function formatExtendedPublicKey(key: ExtendedPublicKey, network: Network): string {
  return serialiseExtendedPublicKey(key, versions[network === 'MAINNET' ? 'main' : 'test'].bip32)
}

/** A key in Base58Check after any version bytes, 111 characters. */
export function serialiseExtendedPublicKey(key: ExtendedPublicKey, version: number): string {
  const head = new Uint8Array(13)
  const view = new DataView(head.buffer)
  view.setUint32(0, version)
  view.setUint8(4, key.depth)
  head.set(key.parentFingerprint, 5)
  view.setUint32(9, key.childNumber)
  return encodeBase58Check(concat(head, key.chainCode, key.publicKey))
}

/**
 * The public child of that number: CKDpub of BIP 32.
 *
 * @param childNumber - below 2^31; a hardened child needs the private key.
 * @throws {RangeError} if the number is out of range, or (one in 2^127) has no key.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki#public-parent-key--public-child-key
 */
export function derivePublicChild(
  secp256k1: Secp256k1,
  parent: ExtendedPublicKey,
  childNumber: number,
): ExtendedPublicKey {
  const { point, chainCode } = childOf(secp256k1, parent, childNumber)
  return {
    publicKey: point,
    chainCode,
    depth: integer('depth', parent.depth + 1, 0, 255),
    parentFingerprint: hash160Of(parent.publicKey).slice(0, 4),
    childNumber,
  }
}

/** Which scripts below an extended public key are meant. */
export type ScriptRange = {
  /** The way from the key down to the level that counts: `[0]` from an account to its receive chain. */
  readonly branch: readonly number[]
  readonly first: number
  /** How many, up to {@link maxExpandedScripts}. */
  readonly count: number
}

/**
 * The P2WPKH scriptPubKeys of `count` neighbours, 22 bytes each.
 *
 * @throws {RangeError} if a number is out of its range.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0084.mediawiki
 */
export function p2wpkhScriptsOf(
  secp256k1: Secp256k1,
  key: ExtendedPublicKey,
  { branch, first, count }: ScriptRange,
): readonly Uint8Array[] {
  integer('count', count, 0, maxExpandedScripts)
  integer('first', first, 0, firstHardened - count)
  const parent = branch.reduce((above, number) => derivePublicChild(secp256k1, above, number), key)
  return Array.from({ length: count }, (_, i) =>
    p2wpkh(childOf(secp256k1, parent, first + i).point),
  )
}

function childOf(
  secp256k1: Secp256k1,
  { publicKey: point, chainCode }: ExtendedPublicKey,
  childNumber: number,
): { readonly point: PublicKey; readonly chainCode: Uint8Array } {
  integer('childNumber', childNumber, 0, firstHardened - 1)
  const data = new Uint8Array(37)
  data.set(point)
  new DataView(data.buffer).setUint32(33, childNumber)
  const both = hmac(sha512, chainCode, data)
  return {
    point: secp256k1.publicKeyTweakAdd(point, both.subarray(0, 32)),
    chainCode: both.slice(32),
  }
}
