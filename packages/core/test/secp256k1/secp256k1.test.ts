import { compactSignature, digest, publicKey } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { describe, expect, test } from 'vitest'
import { backends, bytes32, order } from './backends.ts'

const key = bytes32(7n)
const zero = new Uint8Array(32)
const message = digest(bytes32(9n))
const offCurve = publicKey(hexToBytes(`02${'00'.repeat(31)}05`))
const notScalars = [0n, order, order + 1n, 2n ** 256n - 1n].map(bytes32)
const short = digest(bytes32(1n)).subarray(1)

describe.each(backends)('$backend', (secp256k1) => {
  const point = secp256k1.publicKey(key)
  const signature = secp256k1.sign(message, key)
  const negated = secp256k1.publicKey(bytes32(order - 7n))

  test('knows a private key', () => {
    expect([1n, order - 1n].map(bytes32).every((value) => secp256k1.isPrivateKey(value))).toBe(true)
    expect([...notScalars, short].some((value) => secp256k1.isPrivateKey(value))).toBe(false)
  })

  test('knows a public key', () => {
    const uncompressed = new Uint8Array(65).fill(4, 0, 1)
    expect(secp256k1.isPublicKey(point)).toBe(true)
    for (const value of [offCurve, uncompressed, new Uint8Array(33), short]) {
      expect(secp256k1.isPublicKey(value)).toBe(false)
    }
  })

  test.each(notScalars)('refuses to use %s as a private key', (value) => {
    const refusal = new RangeError('"privateKey" expected a scalar from 1 to n-1')
    expect(() => secp256k1.publicKey(value)).toThrow(refusal)
    expect(() => secp256k1.sign(message, value)).toThrow(refusal)
    expect(() => secp256k1.signRecoverable(message, value)).toThrow(refusal)
    expect(() => secp256k1.ecdh(point, value)).toThrow(refusal)
    expect(() => secp256k1.privateKeyTweakAdd(value, key)).toThrow(refusal)
    expect(() => secp256k1.privateKeyTweakMul(value, key)).toThrow(refusal)
  })

  test('refuses a point that is not on the curve', () => {
    const refusal = new RangeError('"publicKey" expected a point on secp256k1')
    expect(() => secp256k1.ecdh(offCurve, key)).toThrow(refusal)
    expect(() => secp256k1.verify(signature, message, offCurve)).toThrow(refusal)
    expect(() => secp256k1.publicKeyTweakAdd(offCurve, key)).toThrow(refusal)
    expect(() => secp256k1.publicKeyTweakMul(offCurve, key)).toThrow(refusal)
    expect(() => secp256k1.publicKeyAdd(offCurve, point)).toThrow(refusal)
    expect(() => secp256k1.publicKeyAdd(point, offCurve)).toThrow(refusal)
  })

  test('refuses results at infinity and a private key of 0', () => {
    const infinity = new RangeError('"publicKey" expected a sum other than infinity')
    const negative = bytes32(order - 7n)
    expect(() => secp256k1.publicKeyAdd(point, negated)).toThrow(infinity)
    expect(() => secp256k1.publicKeyTweakAdd(point, negative)).toThrow(infinity)
    expect(() => secp256k1.privateKeyTweakAdd(key, negative)).toThrow(
      new RangeError('"tweak" gives no private key: the sum is 0'),
    )
  })

  test('adds a tweak of 0 but does not multiply by it', () => {
    const refusal = new RangeError('"tweak" expected a scalar from 1 to n-1')
    expect(secp256k1.privateKeyTweakAdd(key, zero)).toEqual(key)
    expect(secp256k1.publicKeyTweakAdd(point, zero)).toEqual(point)
    expect(() => secp256k1.privateKeyTweakMul(key, zero)).toThrow(refusal)
    expect(() => secp256k1.publicKeyTweakMul(point, zero)).toThrow(refusal)
  })

  test('refuses a tweak of n and above', () => {
    const refusal = new RangeError('"tweak" expected a scalar from 0 to n-1')
    for (const value of notScalars.slice(1)) {
      expect(() => secp256k1.privateKeyTweakAdd(key, value)).toThrow(refusal)
      expect(() => secp256k1.publicKeyTweakAdd(point, value)).toThrow(refusal)
    }
  })

  test('verifies low S only, and no r or s of 0 or n and above', () => {
    const with_ = (r: Uint8Array, s: Uint8Array) => compactSignature(Buffer.concat([r, s]))
    const [r, s] = [signature.slice(0, 32), signature.slice(32)]
    const high = bytes32(order - BigInt(`0x${Buffer.from(s).toString('hex')}`))
    expect(secp256k1.verify(signature, message, point)).toBe(true)
    expect(secp256k1.verify(with_(r, high), message, point)).toBe(false)
    for (const value of notScalars) {
      expect(secp256k1.verify(with_(value, s), message, point)).toBe(false)
      expect(secp256k1.verify(with_(r, value), message, point)).toBe(false)
    }
  })

  test('recovers nothing where there is no key', () => {
    const none = compactSignature(new Uint8Array(64))
    expect(secp256k1.recover(none, 0, message)).toBeUndefined()
    expect(secp256k1.recover(signature, 2, message)).toBeUndefined()
    expect(() => secp256k1.recover(signature, 4, message)).toThrow(
      new RangeError('"recoveryId" expected integer 0..3, got 4'),
    )
  })

  test('quotes lengths', () => {
    expect(() => secp256k1.publicKey(short)).toThrow('"privateKey" expected 32 bytes, got 31')
    expect(() => secp256k1.privateKeyTweakAdd(key, short)).toThrow('"tweak" expected 32 bytes')
    expect(() => secp256k1.privateKeyTweakMul(key, short)).toThrow('"tweak" expected 32 bytes')
    expect(() => secp256k1.publicKeyTweakAdd(point, short)).toThrow('"tweak" expected 32 bytes')
    expect(() => secp256k1.publicKeyTweakMul(point, short)).toThrow('"tweak" expected 32 bytes')
  })

  test('gives fresh arrays and changes no argument', () => {
    const before = [key, message, point, signature].map((value) => value.slice())
    const results = [
      secp256k1.privateKeyTweakAdd(key, zero),
      secp256k1.privateKeyTweakMul(key, bytes32(1n)),
      secp256k1.publicKeyTweakAdd(point, zero),
      secp256k1.publicKeyTweakMul(point, bytes32(1n)),
      secp256k1.publicKey(key),
      secp256k1.sign(message, key),
      secp256k1.ecdh(point, key),
    ]
    for (const result of results) result.fill(0)
    expect([key, message, point, signature]).toEqual(before)
    expect(secp256k1.publicKey(key)).toEqual(point)
  })

  test('ECDH is symmetric', () => {
    const other = bytes32(11n)
    expect(secp256k1.ecdh(secp256k1.publicKey(other), key)).toEqual(secp256k1.ecdh(point, other))
  })

  test('blinding changes no result', () => {
    secp256k1.randomize?.(bytes32(123_456n))
    expect(secp256k1.sign(message, key)).toEqual(signature)
    expect(secp256k1.publicKey(key)).toEqual(point)
  })
})
