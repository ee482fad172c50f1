import { addressOf, parseAddress } from '@boltwarden/core/bitcoin/address'
import { hexToBytes } from '@boltwarden/core/hex'
import { type Network, networks } from '@boltwarden/core/network'
import { ok } from '@boltwarden/core/result'
import { describe, expect, test } from 'vitest'
import { readVectors } from './vectors.ts'

type Case = { name: string; address: string; network: Network; scriptPubKey: string }
type Vectors = {
  source: string
  cases: Case[]
  superseded?: Case[]
  invalid: { name: string; address: string }[]
}

describe.each(['bip173', 'bip350'].map((folder) => readVectors<Vectors>(`${folder}/vectors.json`)))(
  '$source',
  ({ cases, superseded = [], invalid }) => {
    test.each(cases)('$name', (c) => {
      const scriptPubKey = hexToBytes(c.scriptPubKey)
      expect(parseAddress(c.address, c.network)).toEqual(ok(scriptPubKey))
      expect(addressOf(scriptPubKey, c.network)).toBe(c.address.toLowerCase())
      expect(parseAddress(c.address, 'REGTEST').ok).toBe(false)
    })

    test.each([...superseded, ...invalid])('refused: $name', ({ address }) => {
      for (const network of networks) expect(parseAddress(address, network).ok).toBe(false)
    })
  },
)

test('regtest has a prefix of its own', () => {
  const scriptPubKey = Uint8Array.of(0, 20, ...new Uint8Array(20))
  const address = 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202'
  expect(addressOf(scriptPubKey, 'REGTEST')).toBe(address)
  expect(parseAddress(address, 'REGTEST')).toEqual(ok(scriptPubKey))
  expect(parseAddress(address, 'MAINNET')).toMatchObject({
    error: { message: 'address is not of MAINNET' },
  })
})

test('an output that is neither segwit, P2PKH nor P2SH has no address', () => {
  expect(addressOf(Uint8Array.of(0x6a), 'MAINNET')).toBeUndefined()
  expect(addressOf(new Uint8Array(), 'MAINNET')).toBeUndefined()
  expect(addressOf(Uint8Array.of(0, 3, 1, 2, 3), 'MAINNET')).toBeUndefined()
  expect(addressOf(Uint8Array.of(0x50, 3, 1, 2, 3), 'MAINNET')).toBeUndefined()
  expect(addressOf(Uint8Array.of(0x51, 3, 1, 2), 'MAINNET')).toBeUndefined()
})

test('a long text is refused before it is read', () => {
  expect(parseAddress('bc1'.padEnd(91, 'q'), 'MAINNET')).toMatchObject({
    error: { message: 'address is too long' },
  })
})
