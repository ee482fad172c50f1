import { sha256, sha256d } from '@boltwarden/core/bitcoin/hash'
import { toHex } from '@boltwarden/core/hex'
import { expect, test } from 'vitest'

const abc = Uint8Array.of(0x61, 0x62, 0x63)

test('SHA-256 of "abc", FIPS 180-4', () => {
  expect(toHex(sha256(abc))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

test('sha256d is SHA-256 of SHA-256', () => {
  expect(sha256d(abc)).toEqual(sha256(sha256(abc)))
})
