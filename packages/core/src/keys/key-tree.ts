import { integer } from '../assert.ts'
import type { Secp256k1 } from '../secp256k1/secp256k1.ts'
import { ExtendedPrivateKey, hardenedOffset } from './bip32.ts'
import { CommitmentSecrets } from './commitment-secrets.ts'
import { channelKeyNames, formatKeyPath, type KeyPath, type L1Coin } from './key-path.ts'
import { LeastRecentlyUsed } from './least-recently-used.ts'

/**
 * Derives the keys of the table below one master key. The few keys near the root are kept; those of
 * channels and addresses are held up to a limit and overwritten when they make room.
 */
export class KeyTree {
  readonly #master: ExtendedPrivateKey
  readonly #branches: LeastRecentlyUsed<ExtendedPrivateKey>
  readonly #leaves: LeastRecentlyUsed<ExtendedPrivateKey>
  readonly #commitmentSecrets: LeastRecentlyUsed<CommitmentSecrets>
  #disposed = false

  /** @param seed - 16 to 64 bytes, secret. Not changed. */
  constructor(seed: Uint8Array, secp256k1: Secp256k1, maxCachedKeys: number) {
    this.#leaves = new LeastRecentlyUsed(maxCachedKeys)
    this.#commitmentSecrets = new LeastRecentlyUsed(maxCachedKeys)
    // m/0, m/1, m/3, m/4', m/5, m/6', m/6'/0', m/84', and coin, account and two chains of three
    // coins: 20.
    this.#branches = new LeastRecentlyUsed(32)
    this.#master = ExtendedPrivateKey.fromSeed(seed, secp256k1)
  }

  /** The master key. */
  get master(): ExtendedPrivateKey {
    this.#checkAlive()
    return this.#master
  }

  /** How many keys of channels and addresses are held. */
  get cachedKeys(): number {
    return this.#leaves.size
  }

  /** The account `m/84'/c'/0'` of the L1 wallet and the key above it. */
  l1Account(coin: L1Coin): { account: ExtendedPrivateKey; parent: ExtendedPrivateKey } {
    this.#checkAlive()
    const purpose = this.#branch(this.#master, "m/84'", 84 + hardenedOffset)
    const c = integer('coin', coin, 0, 2)
    const parent = this.#branch(purpose, `m/84'/${c}'`, c + hardenedOffset)
    return { account: this.#branch(parent, `m/84'/${c}'/0'`, hardenedOffset), parent }
  }

  /** The key `m/1` above the destination keys. */
  get destinations(): ExtendedPrivateKey {
    this.#checkAlive()
    return this.#branch(this.#master, 'm/1', 1)
  }

  /**
   * The key of a path. It is lent: the next call may overwrite it.
   *
   * @throws {RangeError} if a number of the path is out of its range.
   * @throws {TypeError} if the tree was disposed of.
   */
  key(path: KeyPath): ExtendedPrivateKey {
    this.#checkAlive()
    switch (path.purpose) {
      case 'node-identity':
        return this.#branch(this.#master, 'm/0', 0)
      case 'destination':
        return this.#leaf(path, () => this.destinations, path.index)
      case 'channel-seed':
        return this.#leaf(path, () => this.#branch(this.#master, 'm/3', 3), path.channel)
      case 'channel-key': {
        const channel = path.channel
        const number = integer('channel key', channelKeyNames.indexOf(path.key), 0, 4)
        return this.#leaf(path, () => this.key({ purpose: 'channel-seed', channel }), number)
      }
      case 'preimage':
        return this.#branch(this.#master, "m/4'", 4 + hardenedOffset)
      case 'operation-signing':
        return this.#branch(this.#master, 'm/5', 5)
      case 'audit': {
        const parent = this.#branch(this.#master, "m/6'", 6 + hardenedOffset)
        return this.#branch(parent, formatKeyPath(path), hardenedOffset)
      }
      case 'l1-wallet':
        return this.#leaf(path, () => this.#l1Chain(path.coin, path.change), path.index)
    }
  }

  /**
   * The per-commitment secrets of a channel. They are lent: the next call may overwrite them.
   *
   * @throws {RangeError} if `channel` is out of its range.
   * @throws {TypeError} if the tree was disposed of.
   */
  commitmentSecrets(channel: number): CommitmentSecrets {
    const key = this.key({ purpose: 'channel-seed', channel })
    return this.#commitmentSecrets.get(String(channel), () =>
      key.usePrivateKey((privateKey) => new CommitmentSecrets(privateKey)),
    )
  }

  /** Overwrites every key with zeros. */
  dispose(): void {
    this.#master.dispose()
    this.#branches.dispose()
    this.#leaves.dispose()
    this.#commitmentSecrets.dispose()
    this.#disposed = true
  }

  #l1Chain(coin: L1Coin, change: 0 | 1): ExtendedPrivateKey {
    const { account } = this.l1Account(coin)
    const number = integer('change', change, 0, 1)
    return this.#branch(account, `m/84'/${coin}'/0'/${number}`, number)
  }

  #branch(parent: ExtendedPrivateKey, name: string, childNumber: number): ExtendedPrivateKey {
    return this.#branches.get(name, () => parent.child(childNumber))
  }

  #leaf(path: KeyPath, parent: () => ExtendedPrivateKey, childNumber: number): ExtendedPrivateKey {
    // From 2^31 on the child would be a hardened one, which the table does not know.
    integer('child number', childNumber, 0, hardenedOffset - 1)
    return this.#leaves.get(formatKeyPath(path), () => parent().child(childNumber))
  }

  #checkAlive(): void {
    if (this.#disposed) throw new TypeError('"keychain" was disposed of')
  }
}
