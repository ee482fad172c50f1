import { compactSignature, publicKey } from '@boltwarden/core/bytes'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { selfTest } from '@boltwarden/core/secp256k1/self-test'
import { describe, expect, test } from 'vitest'
import { backends, native } from './backends.ts'

const flip = (value: Uint8Array) =>
  value.map((byte, i) => (i === value.length - 1 ? byte ^ 1 : byte))
const { sign, signRecoverable, recover } = native

// Each is the native backend with one operation that is wrong by one bit.
const faulty: { readonly [operation: string]: Partial<Secp256k1> } = {
  isPrivateKey: { isPrivateKey: () => true },
  isPublicKey: { isPublicKey: () => true },
  publicKey: { publicKey: (key) => publicKey(flip(native.publicKey(key))) },
  sign: { sign: (message, key) => compactSignature(flip(sign(message, key))) },
  signRecoverable: {
    signRecoverable: (message, key) => ({ ...signRecoverable(message, key), recoveryId: 1 }),
  },
  verify: { verify: () => true },
  recover: { recover: (signature, id, message) => recover(signature, id ^ 1, message) },
  privateKeyTweakAdd: { privateKeyTweakAdd: (k, t) => flip(native.privateKeyTweakAdd(k, t)) },
  privateKeyTweakMul: { privateKeyTweakMul: (k, t) => flip(native.privateKeyTweakMul(k, t)) },
  publicKeyTweakAdd: {
    publicKeyTweakAdd: (k, t) => publicKey(flip(native.publicKeyTweakAdd(k, t))),
  },
  publicKeyTweakMul: {
    publicKeyTweakMul: (k, t) => publicKey(flip(native.publicKeyTweakMul(k, t))),
  },
  publicKeyAdd: { publicKeyAdd: (a, b) => publicKey(flip(native.publicKeyAdd(a, b))) },
  ecdh: { ecdh: (a, b) => flip(native.ecdh(a, b)) },
}

describe('self-test', () => {
  test.each(backends)('$backend passes', (secp256k1) => {
    expect(() => selfTest(secp256k1)).not.toThrow()
  })

  test.each(Object.entries(faulty))('finds a fault of %s', (operation, fault) => {
    expect(() => selfTest({ ...native, ...fault })).toThrow(
      new Error(`libsecp256k1 fails its self-test at ${operation}`),
    )
  })

  test('finds a key that is not recovered and a signature that is not verified', () => {
    expect(() => selfTest({ ...native, recover: () => undefined })).toThrow('at recover')
    expect(() => selfTest({ ...native, verify: () => false })).toThrow('at verify')
  })

  test('covers every operation', () => {
    const operations = Object.keys(native).filter(
      (name) => !['backend', 'randomize'].includes(name),
    )
    expect(Object.keys(faulty).sort()).toEqual(operations.sort())
  })
})
