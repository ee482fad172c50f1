import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { compactSignature, type PublicKey, publicKey } from '../bytes.ts'
import { length, refusal } from './refusals.ts'
import type { RecoverableSignature, Secp256k1 } from './secp256k1.ts'

const { Point, getPublicKey, utils } = secp256k1
const { Fn } = Point
type Point = InstanceType<typeof Point>

// `sign` and `verify` hash their message unless they are told that it is a digest.
const compact = { prehash: false, lowS: true, format: 'compact' } as const
const recovered = { prehash: false, lowS: true, format: 'recovered' } as const

/**
 * The curve in plain JavaScript, by @noble/curves: for machines that the native addon has no build
 * for. Slower by a factor of ten and more; JavaScript's big integers are neither constant-time nor
 * can they be wiped.
 */
export const portable: Secp256k1 = {
  backend: 'noble-curves',

  isPrivateKey: (key) => utils.isValidSecretKey(key),

  isPublicKey: (key) => utils.isValidPublicKey(key, true),

  publicKey: (privateKey) => publicKey(getPublicKey(checkPrivateKey(privateKey))),

  sign: (digest, privateKey) =>
    compactSignature(secp256k1.sign(length.digest(digest), checkPrivateKey(privateKey), compact)),

  signRecoverable(digest, privateKey): RecoverableSignature {
    const both = secp256k1.sign(length.digest(digest), checkPrivateKey(privateKey), recovered)
    return { signature: compactSignature(both.slice(1)), recoveryId: Number(both[0]) }
  },

  verify(signature, digest, key) {
    length.signature(signature)
    length.digest(digest)
    if (secp256k1.verify(signature, digest, length.publicKey(key), compact)) return true
    pointOf(key)
    return false
  },

  recover(signature, recoveryId, digest) {
    const both = new Uint8Array(65)
    both[0] = length.recoveryId(recoveryId)
    both.set(length.signature(signature), 1)
    length.digest(digest)
    try {
      return publicKey(secp256k1.recoverPublicKey(both, digest, { prehash: false }))
    } catch {
      return undefined
    }
  },

  privateKeyTweakAdd(key, tweak) {
    const sum = Fn.add(scalarOf(key), addTweakOf(tweak))
    if (Fn.is0(sum)) throw refusal.zeroSum()
    return Fn.toBytes(sum)
  },

  privateKeyTweakMul: (key, tweak) => Fn.toBytes(Fn.mul(scalarOf(key), mulTweakOf(tweak))),

  publicKeyTweakAdd(key, tweak) {
    const point = pointOf(key)
    const scalar = addTweakOf(tweak)
    return encode(Fn.is0(scalar) ? point : point.add(Point.BASE.multiply(scalar)))
  },

  publicKeyTweakMul: (key, tweak) => encode(pointOf(key).multiply(mulTweakOf(tweak))),

  publicKeyAdd: (a, b) => encode(pointOf(a).add(pointOf(b))),

  ecdh(key, privateKey) {
    const shared = pointOf(key).multiply(scalarOf(privateKey)).toBytes(true)
    const hash = sha256(shared)
    shared.fill(0)
    return hash
  },
}

function checkPrivateKey(key: Uint8Array): Uint8Array {
  if (!utils.isValidSecretKey(length.privateKey(key))) throw refusal.privateKey()
  return key
}

function scalarOf(key: Uint8Array): bigint {
  return Fn.fromBytes(checkPrivateKey(key))
}

function addTweakOf(tweak: Uint8Array): bigint {
  const scalar = Fn.fromBytes(length.tweak(tweak), true)
  if (!Fn.isValid(scalar)) throw refusal.addTweak()
  return scalar
}

function mulTweakOf(tweak: Uint8Array): bigint {
  const scalar = Fn.fromBytes(length.tweak(tweak), true)
  if (!Fn.isValidNot0(scalar)) throw refusal.mulTweak()
  return scalar
}

function pointOf(key: Uint8Array): Point {
  length.publicKey(key)
  try {
    return Point.fromBytes(key)
  } catch {
    // The reason of the library may quote coordinates; ours is the same in both backends.
    throw refusal.publicKey()
  }
}

function encode(point: Point): PublicKey {
  if (point.is0()) throw refusal.infinity()
  return publicKey(point.toBytes(true))
}
