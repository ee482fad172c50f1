import type { Network } from '@boltwarden/core/network'

/**
 * The Bitcoin networks by the names of the wire.
 *
 * @example
 * ```ts
 * import { BitcoinNetwork } from '@boltwarden/sdk'
 * BitcoinNetwork.REGTEST // 'REGTEST'
 * ```
 */
export const BitcoinNetwork: { readonly [N in Network]: N } = {
  MAINNET: 'MAINNET',
  TESTNET: 'TESTNET',
  SIGNET: 'SIGNET',
  REGTEST: 'REGTEST',
}

/** A Bitcoin network. */
export type BitcoinNetwork = Network
