import { digest } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'
import { backends } from './backends.ts'

type Case = { name: string; privateKey: string; digest: string; signature: string }
const vectors = readVectors<{ source: string; cases: Case[] }>('rfc6979/secp256k1.json')

describe.each(backends)(`${vectors.source}: $backend`, (secp256k1) => {
  test.each(vectors.cases)('$name', (vector) => {
    const message = digest(hexToBytes(vector.digest))
    const key = hexToBytes(vector.privateKey)
    const { signature, recoveryId } = secp256k1.signRecoverable(message, key)
    expect(toHex(signature)).toBe(vector.signature)
    expect(toHex(secp256k1.sign(message, key))).toBe(vector.signature)
    expect(secp256k1.recover(signature, recoveryId, message)).toEqual(secp256k1.publicKey(key))
    expect(secp256k1.verify(signature, message, secp256k1.publicKey(key))).toBe(true)
  })
})
