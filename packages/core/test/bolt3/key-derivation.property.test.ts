import {
  derivePrivateTweak,
  derivePublicKey,
  deriveRevocationPublicKey,
  justiceTweaks,
} from '@boltwarden/core/bolt3/key-derivation'
import { commitmentSecret } from '@boltwarden/core/bytes'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytes32, native, order, privateKeys } from '../secp256k1/backends.ts'

test('private and public derivation give one key', () => {
  fc.assert(
    fc.property(privateKeys, privateKeys, (baseSecret, secret) => {
      const basepoint = native.publicKey(baseSecret)
      const point = native.publicKey(secret)
      const privateKey = native.privateKeyTweakAdd(baseSecret, derivePrivateTweak(point, basepoint))
      expect(native.publicKey(privateKey)).toEqual(derivePublicKey(native, point, basepoint))
    }),
  )
})

test('justice tweaks give the key of the revocation point', () => {
  fc.assert(
    fc.property(privateKeys, privateKeys, (baseSecret, secret) => {
      const basepoint = native.publicKey(baseSecret)
      const point = native.publicKey(secret)
      const { mulTweak, addTweak } = justiceTweaks(native, commitmentSecret(secret), basepoint)
      const product = native.privateKeyTweakMul(baseSecret, mulTweak)
      const privateKey = native.privateKeyTweakAdd(product, addTweak)
      const expected = deriveRevocationPublicKey(native, point, basepoint)
      expect(native.publicKey(privateKey)).toEqual(expected)
    }),
  )
})

test.each([0n, order])('%d is no secret to punish with', (value) => {
  const basepoint = native.publicKey(bytes32(5n))
  expect(() => justiceTweaks(native, commitmentSecret(bytes32(value)), basepoint)).toThrow(
    RangeError,
  )
})
