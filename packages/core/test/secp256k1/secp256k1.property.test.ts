import { compactSignature, digest, publicKey } from '@boltwarden/core/bytes'
import { portable } from '@boltwarden/core/secp256k1/portable'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyScalars, native, outcome, privateKeys } from './backends.ts'

const digests = anyScalars.map(digest)
const points = privateKeys.map((key) => native.publicKey(key))
const anyPoints = fc.oneof(
  { weight: 2, arbitrary: points },
  fc
    .tuple(fc.constantFrom(2, 3), anyScalars)
    .map(([prefix, x]) => publicKey(Uint8Array.of(prefix, ...x))),
)
const anySignatures = fc
  .tuple(anyScalars, anyScalars)
  .map(([r, s]) => compactSignature(Uint8Array.of(...r, ...s)))

/** Both backends give the same bytes or throw the same error. */
function same(operation: (secp256k1: Secp256k1) => unknown): void {
  expect(outcome(() => operation(native))).toBe(outcome(() => operation(portable)))
}

describe('libsecp256k1 and noble-curves agree on results and refusals', () => {
  test('of signing', () => {
    fc.assert(
      fc.property(digests, anyScalars, (message, key) => {
        same((c) => c.sign(message, key))
        same((c) => c.signRecoverable(message, key))
        same((c) => [c.publicKey(key), c.isPrivateKey(key)])
      }),
      { numRuns: 60 },
    )
  })

  test('of verifying and recovering real signatures', () => {
    fc.assert(
      fc.property(digests, privateKeys, fc.nat(63), fc.nat(255), (message, key, at, flip) => {
        const { signature, recoveryId } = native.signRecoverable(message, key)
        const point = native.publicKey(key)
        expect(portable.recover(signature, recoveryId, message)).toEqual(point)
        const changed = compactSignature(
          signature.map((byte, i) => (i === at ? byte ^ flip : byte)),
        )
        same((c) => c.verify(changed, message, point))
        same((c) => c.recover(changed, recoveryId, message))
      }),
      { numRuns: 60 },
    )
  })

  test('of verifying and recovering anything', () => {
    fc.assert(
      fc.property(anySignatures, digests, anyPoints, fc.nat(3), (signature, message, point, id) => {
        same((c) => c.verify(signature, message, point))
        same((c) => c.recover(signature, id, message))
      }),
      { numRuns: 60 },
    )
  })

  test('of private tweaks', () => {
    fc.assert(
      fc.property(anyScalars, anyScalars, (key, tweak) => {
        same((c) => c.privateKeyTweakAdd(key, tweak))
        same((c) => c.privateKeyTweakMul(key, tweak))
      }),
    )
  })

  test('of public arithmetic', () => {
    fc.assert(
      fc.property(anyPoints, anyPoints, anyScalars, (a, b, scalar) => {
        same((c) => [c.isPublicKey(a), c.isPublicKey(b)])
        same((c) => c.publicKeyTweakAdd(a, scalar))
        same((c) => c.publicKeyTweakMul(a, scalar))
        same((c) => c.publicKeyAdd(a, b))
        same((c) => c.ecdh(a, scalar))
      }),
      { numRuns: 60 },
    )
  })
})

describe.each([native, portable])('$backend', (secp256k1) => {
  test('tweaks of the private key and of its point belong together', () => {
    fc.assert(
      fc.property(privateKeys, privateKeys, (key, tweak) => {
        const point = secp256k1.publicKey(key)
        const product = secp256k1.privateKeyTweakMul(key, tweak)
        expect(secp256k1.publicKeyTweakMul(point, tweak)).toEqual(secp256k1.publicKey(product))
        const sum = outcome(() => secp256k1.publicKeyTweakAdd(point, tweak))
        fc.pre(!sum.startsWith('RangeError'))
        expect(secp256k1.publicKeyTweakAdd(point, tweak)).toEqual(
          secp256k1.publicKey(secp256k1.privateKeyTweakAdd(key, tweak)),
        )
      }),
      { numRuns: 40 },
    )
  })
})
