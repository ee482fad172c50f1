/** The Bitcoin networks of the wire, by the names it uses. */
export const networks = ['MAINNET', 'TESTNET', 'SIGNET', 'REGTEST'] as const

/** A Bitcoin network. */
export type Network = (typeof networks)[number]

/** Whether `value` names a network. */
export function isNetwork(value: unknown): value is Network {
  return networks.some((network) => network === value)
}
