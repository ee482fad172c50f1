import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { toHex } from '@boltwarden/core/hex'
import { point } from '../../channel/terms.ts'

/** The limits of the owners whose policies are `limits` and `dust`; the others have the defaults. */
export const ownerLimits = {
  hourlyPaymentSats: 200_000n,
  hourlyOnchainSats: 500_000n,
  hourlyFeeSats: 60_000n,
  maxPushSats: 10_000n,
  maxFundingSats: 2_000_000n,
  maxHtlcs: 5,
  maxHtlcInflightSats: 400_000n,
  /** An invoice's preimage is too late at once. */
  invoiceLifeSeconds: 0,
  /** HTLCs below this may be without an output, so many a day. */
  allowTrimmedBelowSats: 1_000n,
  maxTrimmedDaily: 5,
} as const

// The base point: a public key that is valid, and nobody's.
const nobodysKey = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'

/** An address that the same owner always allows: its cold storage. */
export const coldStorage: Uint8Array = p2wpkh(point(nobodysKey))

/** {@link coldStorage} in hex, as a policy file may name it. */
export const coldStorageScript: string = toHex(coldStorage)
