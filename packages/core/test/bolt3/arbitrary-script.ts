import { hash160 } from '@boltwarden/core/bitcoin/hash'
import { commitmentTypes } from '@boltwarden/core/bolt3/commitment-type'
import { publicKey } from '@boltwarden/core/bytes'
import fc from 'fast-check'

/** Any 33 bytes that look like a compressed point. */
export const anyPublicKey = fc
  .tuple(fc.constantFrom(2, 3), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([sign, x]) => publicKey(Uint8Array.of(sign, ...x)))

const anyHash160 = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(hash160)

export const anyToLocal = fc.record({
  revocationPublicKey: anyPublicKey,
  delayedPublicKey: anyPublicKey,
  toSelfDelay: fc.integer({ min: 0, max: 0xffff }),
})

export const anyOfferedHtlc = fc.record({
  commitmentType: fc.constantFrom(...commitmentTypes),
  revocationPublicKeyHash: anyHash160,
  broadcasterHtlcPublicKey: anyPublicKey,
  countersignatoryHtlcPublicKey: anyPublicKey,
  paymentHash160: anyHash160,
})

export const anyReceivedHtlc = fc
  .tuple(anyOfferedHtlc, fc.integer({ min: 0, max: 499_999_999 }))
  .map(([htlc, cltvExpiry]) => ({ ...htlc, cltvExpiry }))
