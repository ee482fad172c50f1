import { p2wsh } from '@boltwarden/core/bitcoin/output-script'

/**
 * SHA-256, 32 bytes. A P2WSH output is two bytes and the SHA-256 of its script (BIP 141), which is
 * how `core` offers it.
 */
export function sha256(value: Uint8Array): Uint8Array {
  return p2wsh(value).slice(2)
}
