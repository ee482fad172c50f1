import { integer } from '../assert.ts'
import { isP2wpkh } from '../bitcoin/output-script.ts'
import { toHex } from '../hex.ts'
import type { Secp256k1 } from '../secp256k1/secp256k1.ts'
import {
  derivePublicChild,
  type ExtendedPublicKey,
  p2wpkhScriptsOf,
} from './extended-public-key.ts'
import type { KeyPath, L1Coin } from './key-path.ts'

/** A key of our own whose P2WPKH holds coins of the node's owner. */
export type OwnScriptPath = Extract<KeyPath, { purpose: 'destination' | 'l1-wallet' }>

/** Where {@link OwnScripts} looks: the public keys above the addresses. */
export type OwnScriptRoots = {
  /** Of `m/1`. */
  readonly destinations: ExtendedPublicKey
  /** Of `m/84'/c'/0'`. */
  readonly account: ExtendedPublicKey
  readonly coin: L1Coin
}

/** How many keys of each of the three chains are searched at most. */
export const ownScriptWindow = 5000

/** How many keys of each chain are derived before the next chain has its turn. */
const chunk = 50

type Chain = {
  readonly root: ExtendedPublicKey
  readonly pathOf: (index: number) => OwnScriptPath
}

/**
 * Tells which outputs pay our own destination and wallet keys, `m/1/k` and
 * `m/84'/c'/0'/{0,1}/k` with k below {@link ownScriptWindow}. It derives public keys only, as far as
 * a search has to go, and keeps what it found: each key is derived once.
 *
 * @example
 * ```ts
 * import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
 * import { Keychain } from '@boltwarden/core/keys/keychain'
 * import { portable } from '@boltwarden/core/secp256k1/portable'
 * const keychain = Keychain.fromSeed(new Uint8Array(32), { secp256k1: portable })
 * const script = p2wpkh(keychain.publicKey({ purpose: 'destination', index: 7 }))
 * keychain.ownScripts('REGTEST').find(script) // { purpose: 'destination', index: 7 }
 * keychain.dispose()
 * ```
 */
export class OwnScripts {
  readonly #secp256k1: Secp256k1
  readonly #chains: readonly Chain[]
  readonly #window: number
  readonly #found = new Map<string, OwnScriptPath>()
  #searched = 0

  /**
   * @param window - keys of each chain, 1 to {@link ownScriptWindow}.
   * @throws {RangeError} if the window is out of its range.
   */
  constructor(secp256k1: Secp256k1, roots: OwnScriptRoots, window: number = ownScriptWindow) {
    const { destinations, account, coin } = roots
    this.#secp256k1 = secp256k1
    this.#window = integer('window', window, 1, ownScriptWindow)
    const wallet = (change: 0 | 1): Chain => ({
      root: derivePublicChild(secp256k1, account, change),
      pathOf: (index) => ({ purpose: 'l1-wallet', coin, change, index }),
    })
    this.#chains = [
      { root: destinations, pathOf: (index) => ({ purpose: 'destination', index }) },
      wallet(0),
      wallet(1),
    ]
  }

  /** How many keys of each chain were derived so far. */
  get searched(): number {
    return this.#searched
  }

  /** The path of our key that a P2WPKH scriptPubKey pays; undefined where it pays none of them. */
  find(scriptPubKey: Uint8Array): OwnScriptPath | undefined {
    // Nothing but P2WPKH can be found, so nothing else is worth a search.
    if (!isP2wpkh(scriptPubKey)) return undefined
    const name = toHex(scriptPubKey)
    do {
      const path = this.#found.get(name)
      if (path !== undefined) return path
    } while (this.searchOn())
    return undefined
  }

  /**
   * Derives the next few keys of each chain. A service calls it while it is idle, so that no request
   * pays for a whole search.
   *
   * @returns false where there are none left.
   */
  searchOn(): boolean {
    const first = this.#searched
    const count = Math.min(chunk, this.#window - first)
    if (count === 0) return false
    for (const { root, pathOf } of this.#chains) {
      const scripts = p2wpkhScriptsOf(this.#secp256k1, root, { branch: [], first, count })
      for (const [i, script] of scripts.entries()) this.#found.set(toHex(script), pathOf(first + i))
    }
    this.#searched = first + count
    return true
  }
}
