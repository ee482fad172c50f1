import { createHash } from 'node:crypto'

/** Whether a preimage settles a payment hash, both 32 bytes in lower-case hex. */
export function settles(preimage: string, paymentHash: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(preimage)) return false
  return createHash('sha256').update(preimage, 'hex').digest('hex') === paymentHash
}
