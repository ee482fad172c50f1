import {
  derivePrivateTweak,
  derivePublicKey,
  deriveRevocationPublicKey,
  justiceTweaks,
} from '@boltwarden/core/bolt3/key-derivation'
import { commitmentSecret, publicKey } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'
import { backends } from '../secp256k1/backends.ts'

type Case = {
  name: string
  baseSecret: string
  perCommitmentSecret: string
  basepoint: string
  perCommitmentPoint: string
  addTweak: string
  publicKey: string
  privateKey: string
  justiceMulTweak: string
  justiceAddTweak: string
  revocationPublicKey: string
  revocationPrivateKey: string
}
const vectors = readVectors<{ source: string; cases: Case[] }>(
  'bolt3-appendix-e/key-derivation.json',
)

describe.each(backends)(`${vectors.source}: $backend`, (secp256k1) => {
  test.each(vectors.cases)('$name', (vector) => {
    const basepoint = publicKey(hexToBytes(vector.basepoint))
    const point = publicKey(hexToBytes(vector.perCommitmentPoint))
    const baseSecret = hexToBytes(vector.baseSecret)
    const secret = commitmentSecret(hexToBytes(vector.perCommitmentSecret))
    const addTweak = derivePrivateTweak(point, basepoint)
    const justice = justiceTweaks(secp256k1, secret, basepoint)

    expect(secp256k1.publicKey(baseSecret)).toEqual(basepoint)
    expect(secp256k1.publicKey(secret)).toEqual(point)
    expect(toHex(addTweak)).toBe(vector.addTweak)
    expect(toHex(derivePublicKey(secp256k1, point, basepoint))).toBe(vector.publicKey)
    expect(toHex(secp256k1.privateKeyTweakAdd(baseSecret, addTweak))).toBe(vector.privateKey)
    expect(toHex(deriveRevocationPublicKey(secp256k1, point, basepoint))).toBe(
      vector.revocationPublicKey,
    )
    expect(toHex(justice.mulTweak)).toBe(vector.justiceMulTweak)
    expect(toHex(justice.addTweak)).toBe(vector.justiceAddTweak)
    const product = secp256k1.privateKeyTweakMul(baseSecret, justice.mulTweak)
    expect(toHex(secp256k1.privateKeyTweakAdd(product, justice.addTweak))).toBe(
      vector.revocationPrivateKey,
    )
  })
})
