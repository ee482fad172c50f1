import { bytes, integer } from '../assert.ts'

// Both backends take their checks and messages from here, so that they cannot refuse differently.

/** Lengths that are wrong whatever the curve says. */
export const length = {
  privateKey: (value: Uint8Array): Uint8Array => bytes('privateKey', value, 32),
  publicKey: (value: Uint8Array): Uint8Array => bytes('publicKey', value, 33),
  tweak: (value: Uint8Array): Uint8Array => bytes('tweak', value, 32),
  digest: (value: Uint8Array): Uint8Array => bytes('digest', value, 32),
  signature: (value: Uint8Array): Uint8Array => bytes('signature', value, 64),
  recoveryId: (value: number): number => integer('recoveryId', value, 0, 3),
} as const

/** What the curve refuses. No message quotes a value: most of them are secret. */
export const refusal = {
  privateKey: (): RangeError => new RangeError('"privateKey" expected a scalar from 1 to n-1'),
  publicKey: (): RangeError => new RangeError('"publicKey" expected a point on secp256k1'),
  addTweak: (): RangeError => new RangeError('"tweak" expected a scalar from 0 to n-1'),
  mulTweak: (): RangeError => new RangeError('"tweak" expected a scalar from 1 to n-1'),
  zeroSum: (): RangeError => new RangeError('"tweak" gives no private key: the sum is 0'),
  infinity: (): RangeError => new RangeError('"publicKey" expected a sum other than infinity'),
} as const
