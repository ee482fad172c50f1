import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'

/** Whether a preimage settles a payment hash, both 32 bytes in lower-case hex. */
export function settles(preimage: string, paymentHash: string): boolean {
  return /^[0-9a-f]{64}$/.test(preimage) && bytesToHex(sha256(hexToBytes(preimage))) === paymentHash
}
