import { compactSignature, digest, publicKey } from '@boltwarden/core/bytes'
import { hexToBytes } from '@boltwarden/core/hex'
import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'
import { backends } from './backends.ts'

type Case = { name: string; publicKey: string; message: string; signature: string; valid: boolean }
const vectors = readVectors<{ source: string; cases: Case[] }>(
  'wycheproof/ecdsa-secp256k1-sha256-bitcoin.json',
)

describe.each(backends)(`${vectors.source}: $backend`, (secp256k1) => {
  test.each(vectors.cases)('$name', (vector) => {
    const message = digest(sha256(hexToBytes(vector.message)))
    const signature = compactSignature(hexToBytes(vector.signature))
    const key = publicKey(hexToBytes(vector.publicKey))
    expect(secp256k1.verify(signature, message, key)).toBe(vector.valid)
  })
})
