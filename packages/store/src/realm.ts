import type { Network } from '@boltwarden/core/network'

/** Whose state it is. */
export type Realm = {
  /** The BIP 32 fingerprint of the master key, 8 hex digits. */
  readonly fingerprint: string
  readonly network: Network
}
