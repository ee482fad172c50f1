import { addressOf, parseAddress } from '@boltwarden/core/bitcoin/address'
import { decodeBase58Check, encodeBase58Check } from '@boltwarden/core/bitcoin/base58check'
import { hexToBytes } from '@boltwarden/core/hex'
import type { Network } from '@boltwarden/core/network'
import { ok } from '@boltwarden/core/result'
import { Address, NETWORK, OutScript, TEST_NETWORK } from '@scure/btc-signer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const genesis = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'
const bip13 = '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy'

describe('older addresses', () => {
  test.each([
    ['P2PKH of the first block', genesis, '76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac'],
    ['P2SH', bip13, 'a914b472a266d0bd89c13706a4132ccfb16f7c3b9fcb87'],
  ])('%s', (_name, address, script) => {
    expect(parseAddress(address, 'MAINNET')).toEqual(ok(hexToBytes(script)))
    expect(addressOf(hexToBytes(script), 'MAINNET')).toBe(address)
    for (const network of ['TESTNET', 'SIGNET', 'REGTEST'] as const) {
      expect(parseAddress(address, network)).toMatchObject({
        error: { message: `address is not of ${network}` },
      })
    }
  })

  test('read and written as @scure/btc-signer does', () => {
    const networks = fc.constantFrom<[Network, typeof NETWORK][]>(
      ['MAINNET', NETWORK],
      ['TESTNET', TEST_NETWORK],
    )
    const types = fc.constantFrom<('pkh' | 'sh')[]>('pkh', 'sh')
    const hashes = fc.uint8Array({ minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(networks, types, hashes, ([ours, theirs], type, hash) => {
        const address = Address(theirs).encode({ type, hash })
        const script = OutScript.encode({ type, hash })
        expect(parseAddress(address, ours)).toEqual(ok(script))
        expect(addressOf(script, ours)).toBe(address)
      }),
    )
  })

  test.each([
    ['a wrong checksum', `${genesis.slice(0, -1)}b`],
    ['nothing', ''],
    ['another length', encodeBase58Check(new Uint8Array(20))],
    ['letters outside the alphabet', '1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf0l'],
  ])('%s is none', (_name, text) => {
    expect(parseAddress(text, 'MAINNET')).toMatchObject({
      error: { message: 'address is neither bech32 nor Base58Check' },
    })
  })

  test('look-alike scripts have none', () => {
    const p2pkh = hexToBytes(`76a914${'11'.repeat(20)}88ac`)
    for (const at of [0, 1, 2, 23, 24]) {
      const other = p2pkh.slice()
      other[at] = 0xff
      expect(addressOf(other, 'MAINNET')).toBeUndefined()
    }
    expect(addressOf(p2pkh.slice(1), 'MAINNET')).toBeUndefined()
  })

  test('a text that is too long is not decoded', () => {
    expect(decodeBase58Check('1'.repeat(121))).toBeUndefined()
  })
})
