import { isNetwork, type Network } from '@boltwarden/core/network'
import { isPoint } from '../verify/point.ts'
import { type ExtendedPublicKey, parseXpub, publicDescendant } from './extended-public-key.ts'

/** The public keys of one channel, compressed, hex, by their names in BOLT 3. */
export type ChannelKeys = {
  readonly channel: number
  /** `m/3/n`; nothing that a signer shows, but an attack that has got hold of it is worse. */
  readonly xpub: ExtendedPublicKey | undefined
  readonly funding: string
  readonly revocationBasepoint: string
  readonly payment: string
  readonly delayedPaymentBasepoint: string
  readonly htlcBasepoint: string
}

/** A key that closes and sweeps pay: `m/1/index`, compressed, hex. */
export type DestinationKey = { readonly index: number; readonly publicKey: string }

/** All that the platform knows of the signer's keys: public things only. */
export type Pairing = {
  readonly network: Network
  /** Identity key, compressed, hex. */
  readonly nodeId: string
  /** `m/84'/c'/0'`. */
  readonly l1Account: ExtendedPublicKey
  /** Coin type of the L1 account's path. */
  readonly coin: 0 | 1 | 2
  /** None where the signer was not asked to show them. */
  readonly destinations: readonly DestinationKey[]
  readonly channels: readonly ChannelKeys[]
}

/** A pairing document that cannot be read: says which field. */
export class PairingError extends Error {
  override readonly name = 'PairingError'
}

const coins: Readonly<Record<Network, 0 | 1 | 2>> = {
  MAINNET: 0,
  TESTNET: 1,
  SIGNET: 1,
  REGTEST: 2,
}

/**
 * Reads what `boltwarden keys show --json` prints.
 *
 * @throws {PairingError} naming the field that is missing or wrong.
 */
export function parsePairing(value: unknown): Pairing {
  const root = new Fields(value, '')
  const network = root.text('network')
  if (!isNetwork(network)) throw new PairingError('network: expected a name of a network')
  return {
    network,
    nodeId: root.point('nodeId'),
    l1Account: xpub('l1Xpub', root.text('l1Xpub')),
    coin: coins[network],
    destinations: root.list(
      'destinations',
      (item) => ({ index: item.integer('index'), publicKey: item.point('publicKey') }),
      [],
    ),
    channels: root.list('channels', (item) => {
      const keys = item.object('keys')
      return {
        channel: item.integer('channel'),
        xpub: item.has('xpub') ? xpub('xpub', item.text('xpub')) : undefined,
        funding: keys.point('funding'),
        revocationBasepoint: keys.point('revocation-basepoint'),
        payment: keys.point('payment'),
        delayedPaymentBasepoint: keys.point('delayed-payment-basepoint'),
        htlcBasepoint: keys.point('htlc-basepoint'),
      }
    }),
  }
}

function xpub(name: string, text: string): ExtendedPublicKey {
  try {
    return parseXpub(text)
  } catch (cause) {
    throw new PairingError(`${name}: expected an extended public key`, { cause })
  }
}

/** The L1 wallet's public key of `m/84'/c'/0'/change/index`, compressed, hex. */
export function l1PublicKey(pairing: Pairing, change: 0 | 1, index: number): string {
  return publicDescendant(pairing.l1Account, [change, index])
}

/** Reads the fields of one JSON object, naming the path of what is wrong. */
class Fields {
  readonly #fields: Readonly<Record<string, unknown>>
  readonly #at: string

  constructor(value: unknown, at: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new PairingError(`${at || 'pairing'}: expected an object`)
    }
    this.#fields = Object.fromEntries(Object.entries(value))
    this.#at = at
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined
  }

  text(name: string): string {
    const value = this.#fields[name]
    if (typeof value !== 'string') throw new PairingError(`${this.#at}${name}: expected a string`)
    return value
  }

  point(name: string): string {
    const value = this.text(name)
    if (isPoint(value)) return value
    throw new PairingError(`${this.#at}${name}: expected a compressed public key in hex`)
  }

  integer(name: string): number {
    const value = this.#fields[name]
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
    throw new PairingError(`${this.#at}${name}: expected a whole number`)
  }

  object(name: string): Fields {
    return new Fields(this.#fields[name], `${this.#at}${name}.`)
  }

  list<T>(name: string, read: (item: Fields) => T, absent?: T[]): T[] {
    const value = this.#fields[name] ?? absent
    if (!Array.isArray(value)) throw new PairingError(`${this.#at}${name}: expected an array`)
    return value.map((item, i) => read(new Fields(item, `${this.#at}${name}[${i}].`)))
  }
}
