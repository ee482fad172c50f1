import { preimageNonce } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import type { Network } from '@boltwarden/core/network'
import { describe, expect, test } from 'vitest'
import { readVectors } from '../bitcoin/vectors.ts'
import { backends } from '../secp256k1/backends.ts'

const vectors = readVectors<{
  source: string
  l1Wallet: { seed: string; network: Network; xpub: string }[]
  tweak: { key: string; mul_tweak: string; add_tweak: string; tweaked_key: string }[]
  preimage: { seed: string; nonce: string; preimage: string }[]
}>('lightspark/keys.json')

describe.each(backends)(`${vectors.source}: $backend`, (secp256k1) => {
  const open = (seed: string) => Keychain.fromSeed(hexToBytes(seed), { secp256k1 })

  test.each(vectors.l1Wallet)('L1 account on $network', ({ seed, network, xpub }) => {
    expect(open(seed).l1AccountXpub(network)).toBe(xpub)
  })

  test('the L1 account of SIGNET is that of TESTNET', () => {
    const keychain = open('69f580170954f411bbabc60118c0a3a0e483381d196d4087d32b78bdfee4a114')
    expect(keychain.l1AccountXpub('SIGNET')).toBe(keychain.l1AccountXpub('TESTNET'))
  })

  test.each(vectors.tweak)('tweaked key $tweaked_key', (vector) => {
    const product = secp256k1.privateKeyTweakMul(
      hexToBytes(vector.key),
      hexToBytes(vector.mul_tweak),
    )
    const sum = secp256k1.privateKeyTweakAdd(product, hexToBytes(vector.add_tweak))
    expect(toHex(sum)).toBe(vector.tweaked_key)
  })

  test.each(vectors.preimage)('preimage $preimage', ({ seed, nonce, preimage }) => {
    const keychain = open(seed)
    expect(toHex(keychain.paymentPreimage(preimageNonce(hexToBytes(nonce))))).toBe(preimage)
  })
})
