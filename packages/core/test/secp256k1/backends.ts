import { loadNative } from '@boltwarden/core/secp256k1/native'
import { portable } from '@boltwarden/core/secp256k1/portable'
import fc from 'fast-check'

const loaded = await loadNative()
if (loaded === undefined) throw new Error('the tests need the libsecp256k1 addon')

/** The native backend, which every test machine has. */
export const native = loaded

/** Both backends, for `describe.each`. */
export const backends = [native, portable] as const

/** n, the order of the group. */
export const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

/** 32 bytes, big-endian. */
export function bytes32(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * (31 - i))) & 0xffn))
}

/** A private key, often one at the edges of the range. */
export const privateKeys = fc
  .oneof(
    fc.bigInt({ min: 1n, max: order - 1n }),
    fc.bigInt({ min: 1n, max: 20n }),
    fc.bigInt({ min: order - 20n, max: order - 1n }),
  )
  .map(bytes32)

/** Any 32 bytes, often ones that are no scalar. */
export const anyScalars = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    fc.bigInt({ min: order, max: 2n ** 256n - 1n }),
    fc.constantFrom(0n, 1n, order - 1n, order, order + 1n, 2n ** 256n - 1n),
  )
  .map(bytes32)

/** What a call gives, as text: the result in hex or the class and message of what it throws. */
export function outcome(call: () => unknown): string {
  try {
    return JSON.stringify(call(), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    )
  } catch (error) {
    return String(error)
  }
}
