import { hash160, hash160Of, hash160OfPaymentHash } from '@boltwarden/core/bitcoin/hash'
import {
  isP2wpkh,
  isP2wsh,
  p2wpkh,
  p2wsh,
  publicKeyHashOf,
  witnessProgramOf,
} from '@boltwarden/core/bitcoin/output-script'
import { publicKey } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { p2wpkh as scureP2wpkh, p2wsh as scureP2wsh } from '@scure/btc-signer'
import { expect, test } from 'vitest'

const key = publicKey(secp256k1.getPublicKey(new Uint8Array(32).fill(1), true))
const hash = toHex(hash160Of(key))

test('P2WPKH and P2WSH are those of @scure/btc-signer', () => {
  expect(p2wpkh(key)).toEqual(scureP2wpkh(key).script)
  const script = Uint8Array.of(0x21, ...key, 0xac)
  expect(p2wsh(script)).toEqual(scureP2wsh({ type: 'pk', script }).script)
  expect([isP2wpkh(p2wpkh(key)), isP2wsh(p2wpkh(key))]).toEqual([true, false])
  expect([isP2wpkh(p2wsh(script)), isP2wsh(p2wsh(script))]).toEqual([false, true])
})

test('the key hash of a scriptPubKey and of its script code', () => {
  expect(publicKeyHashOf(hexToBytes(`0014${hash}`))).toEqual(hash160Of(key))
  expect(publicKeyHashOf(hexToBytes(`76a914${hash}88ac`))).toEqual(hash160Of(key))
})

test.each([
  `0014${'00'.repeat(19)}`,
  `5114${'00'.repeat(20)}`,
  `0020${'00'.repeat(32)}`,
  `77a914${'00'.repeat(20)}88ac`,
  `76aa14${'00'.repeat(20)}88ac`,
  `76a915${'00'.repeat(20)}88ac`,
  `76a914${'00'.repeat(20)}87ac`,
  `76a914${'00'.repeat(20)}88ad`,
  `76a914${'00'.repeat(20)}88ac00`,
])('no key hash: %s', (hex) => {
  expect(publicKeyHashOf(hexToBytes(hex))).toBeUndefined()
})

test.each<[string, number | undefined]>([
  ['00020102', 0],
  ['51020102', 1],
  ['60020102', 16],
  ['61020102', undefined],
  ['50020102', undefined],
  ['5101ff', undefined],
  [`5129${'00'.repeat(41)}`, undefined],
  ['5102ff', undefined],
  ['51', undefined],
  ['', undefined],
])('the witness version of %s is %s', (hex, version) => {
  expect(witnessProgramOf(hexToBytes(hex))?.version).toBe(version)
})

test('a hash of another length is misuse', () => {
  expect(() => hash160(new Uint8Array(19))).toThrow('"hash160" expected 20 bytes, got 19')
  expect(() => hash160OfPaymentHash(new Uint8Array(20))).toThrow(RangeError)
})
