import { toHex } from '@boltwarden/core/hex'
import { isBelowOrder, isScalar, reduce } from '@boltwarden/core/secp256k1/scalar'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyScalars, bytes32, native, order } from './backends.ts'

test('is what the curve takes for a private key', () => {
  fc.assert(
    fc.property(anyScalars, (value) => {
      expect(isScalar(value)).toBe(native.isPrivateKey(value))
    }),
  )
})

test('0 is below the order but no scalar', () => {
  expect(isBelowOrder(bytes32(0n))).toBe(true)
  expect(isScalar(bytes32(0n))).toBe(false)
  expect(isBelowOrder(bytes32(order))).toBe(false)
})

test.each([0, 31, 33])('%i bytes are none', (length) => {
  expect(isBelowOrder(new Uint8Array(length))).toBe(false)
  expect(isScalar(new Uint8Array(length).fill(1))).toBe(false)
})

test('reduces mod n', () => {
  fc.assert(
    fc.property(anyScalars, (value) => {
      const number = BigInt(`0x${toHex(value)}`)
      expect(reduce(value)).toEqual(bytes32(number % order))
    }),
  )
  expect(() => reduce(new Uint8Array(31))).toThrow('"value" expected 32 bytes, got 31')
})
