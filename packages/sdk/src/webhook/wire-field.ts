import { networks } from '@boltwarden/core/network'
import { maxCommitmentIndex, maxSats } from '@boltwarden/core/units'
import { hex, integer, matching, oneOf, text } from '../json/shape.ts'

// Fields that several sub-events have. Ids are printable ASCII, as in @boltwarden/core/ids.

/** An id of the platform. */
export const idField = matching(/^[\x21-\x7e]{1,256}$/, '1 to 256 printable ASCII characters')
/** A derivation path; whether it names a key is for the rules. */
export const pathField = text(1, 255)
/** A Bitcoin network. */
export const networkField = oneOf(networks)
/** A per-commitment index, 0 to 2^48-1. */
export const indexField = integer(0, maxCommitmentIndex)
/** An amount in satoshis. */
export const satsField = integer(0, Number(maxSats))
/** 32 bytes of hex. */
export const hash32Field = hex(32)
/** A compressed public key; whether it is on the curve is for the curve. */
export const publicKeyField = matching(
  /^0[23][0-9a-fA-F]{64}$/,
  'a compressed public key, 33 bytes of hex',
)
