import type { Network } from '../network.ts'
import { err, ok, type Result } from '../result.ts'

/** The five keys below a channel's path, in BOLT 3's words, at the child number they stand at. */
export const channelKeyNames = [
  'funding',
  'revocation-basepoint',
  'payment',
  'delayed-payment-basepoint',
  'htlc-basepoint',
] as const

/** One of a channel's five keys. */
export type ChannelKeyName = (typeof channelKeyNames)[number]

/**
 * A key of Lightspark's key table, or the one that is our own, by what it is for. Nothing outside the table can be written
 * down as one, so a purpose nobody foresaw cannot be derived.
 */
export type KeyPath =
  /** `m/0`: the node's identity. */
  | { readonly purpose: 'node-identity' }
  /** `m/1/k`: sweeps and closes pay P2WPKH of these. */
  | { readonly purpose: 'destination'; readonly index: number }
  /** `m/3/n`: seeds the channel's per-commitment secrets; never signs. */
  | { readonly purpose: 'channel-seed'; readonly channel: number }
  /** `m/3/n/0` to `m/3/n/4`. */
  | { readonly purpose: 'channel-key'; readonly channel: number; readonly key: ChannelKeyName }
  /** `m/4'`: makes payment preimages. */
  | { readonly purpose: 'preimage' }
  /** `m/5`: authorises money movement in the platform's API; never through a webhook. */
  | { readonly purpose: 'operation-signing' }
  /**
   * `m/6'/0'`: signs for places of the signer's own audit log and for how far its store has come.
   * Not one of Lightspark's: hardened twice, so that no key that the platform may ask for leads to it.
   */
  | { readonly purpose: 'audit' }
  /** `m/84'/c'/0'/change/index`: the L1 wallet, P2WPKH. */
  | {
      readonly purpose: 'l1-wallet'
      readonly coin: L1Coin
      readonly change: 0 | 1
      readonly index: number
    }

/** Coin type of the L1 wallet: 0 mainnet, 1 testnet and signet, 2 regtest. */
export type L1Coin = 0 | 1 | 2

const l1Coins: Readonly<Record<Network, L1Coin>> = {
  MAINNET: 0,
  TESTNET: 1,
  SIGNET: 1,
  REGTEST: 2,
}

/** The coin type of a network's L1 wallet. */
export function l1CoinOf(network: Network): L1Coin {
  return l1Coins[network]
}

/** The keys that a signing job may name. */
export type SigningKeyPath = Extract<
  KeyPath,
  { purpose: 'destination' | 'channel-key' | 'l1-wallet' }
>

/** Why a text is not a key of the table. */
export type KeyPathProblem = {
  readonly reason: 'not-canonical' | 'not-in-table'
  readonly expected: string
}

/** The longest path that is looked at, in characters; the longest key of the table has 34. */
const maxPathLength = 64

// Groups: 1-3 channel, 4 destination, 5-7 L1 wallet. A component is 0 or starts with 1 to 9.
const n = '(0|[1-9][0-9]{0,9})'
const auditPath = "m/6'/0'"
const canonical = /^m(?:\/(?:0|[1-9][0-9]{0,9})'?)*$/
const channel = new RegExp(`^m/3/${n}(?:/([0-4]))?$`)
const destination = new RegExp(`^m/1/${n}$`)
const l1Wallet = new RegExp(`^m/84'/([012])'/0'/([01])/${n}$`)

/**
 * Reads a derivation path as a key of the table. Only the canonical spelling is read: `m/` first,
 * `'` for hardened, no leading zeros; so one key has one text.
 *
 * @param text - as the platform spelt it.
 * @returns the key, or why it is none.
 * @example
 * ```ts
 * import { parseKeyPath } from '@boltwarden/core/keys/key-path'
 * parseKeyPath('m/3/7/0') // ok: the funding key of channel 7
 * parseKeyPath('m/3/7h/0') // error: not canonical
 * parseKeyPath('m') // error: not in the table
 * ```
 */
export function parseKeyPath(text: string): Result<KeyPath, KeyPathProblem> {
  if (text.length > maxPathLength || !canonical.test(text)) {
    return err({
      reason: 'not-canonical',
      expected: "m/… with ' for hardened, as in m/84'/0'/0'/0/7",
    })
  }
  if (text === 'm/0') return ok({ purpose: 'node-identity' })
  if (text === "m/4'") return ok({ purpose: 'preimage' })
  if (text === 'm/5') return ok({ purpose: 'operation-signing' })
  if (text === auditPath) return ok({ purpose: 'audit' })
  return matchChannel(text) ?? matchDestination(text) ?? matchL1Wallet(text) ?? outsideTable
}

const outsideTable: Result<KeyPath, KeyPathProblem> = err({
  reason: 'not-in-table',
  expected:
    "m/0, m/1/k, m/3/n, m/3/n/0..4, m/4', m/5, m/6'/0' or m/84'/c'/0'/0..1/k with k, n below 2^31",
})

function matchChannel(text: string): Result<KeyPath, KeyPathProblem> | undefined {
  const match = channel.exec(text)
  const number = childNumber(match?.[1])
  if (match === null || number === undefined) return undefined
  if (match[2] === undefined) return ok({ purpose: 'channel-seed', channel: number })
  const key = channelKeyNames[Number(match[2])]
  return key && ok({ purpose: 'channel-key', channel: number, key })
}

function matchDestination(text: string): Result<KeyPath, KeyPathProblem> | undefined {
  const index = childNumber(destination.exec(text)?.[1])
  return index === undefined ? undefined : ok({ purpose: 'destination', index })
}

function matchL1Wallet(text: string): Result<KeyPath, KeyPathProblem> | undefined {
  const match = l1Wallet.exec(text)
  const index = childNumber(match?.[3])
  if (match === null || index === undefined) return undefined
  const coin = match[1] === '0' ? 0 : match[1] === '1' ? 1 : 2
  return ok({ purpose: 'l1-wallet', coin, change: match[2] === '0' ? 0 : 1, index })
}

/** A non-hardened child number, below 2^31. */
function childNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  return value < 2 ** 31 ? value : undefined
}

/** The one spelling of a key: the inverse of {@link parseKeyPath}. */
export function formatKeyPath(path: KeyPath): string {
  switch (path.purpose) {
    case 'node-identity':
      return 'm/0'
    case 'destination':
      return `m/1/${path.index}`
    case 'channel-seed':
      return `m/3/${path.channel}`
    case 'channel-key':
      return `m/3/${path.channel}/${channelKeyNames.indexOf(path.key)}`
    case 'preimage':
      return "m/4'"
    case 'operation-signing':
      return 'm/5'
    case 'audit':
      return auditPath
    case 'l1-wallet':
      return `m/84'/${path.coin}'/0'/${path.change}/${path.index}`
  }
}

/** Whether a signing job may name this key at all; what it may sign is for the rules. */
export function isSigningKeyPath(path: KeyPath): path is SigningKeyPath {
  return (
    path.purpose === 'destination' || path.purpose === 'channel-key' || path.purpose === 'l1-wallet'
  )
}
