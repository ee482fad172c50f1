import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { bytes, integer } from '../assert.ts'
import { deriveSecret, perCommitmentSecret } from '../bolt3/per-commitment.ts'
import {
  type CommitmentSecret,
  type CompactSignature,
  concat,
  type Digest,
  type PaymentHash,
  type PaymentPreimage,
  type PreimageNonce,
  type PublicKey,
  paymentHash,
  paymentPreimage,
  type Tweak,
} from '../bytes.ts'
import { toHex } from '../hex.ts'
import type { Network } from '../network.ts'
import type { RecoverableSignature, Secp256k1 } from '../secp256k1/secp256k1.ts'
import type { Secret } from '../secret.ts'
import { type CommitmentIndex, commitmentIndex, maxCommitmentIndex } from '../units.ts'
import { xpubVersions } from './bip32.ts'
import {
  isSigningKeyPath,
  type KeyPath,
  type L1Coin,
  l1CoinOf,
  type SigningKeyPath,
} from './key-path.ts'
import { KeyTree } from './key-tree.ts'
import { LeastRecentlyUsed } from './least-recently-used.ts'
import { OwnScripts } from './own-scripts.ts'

/** What a {@link Keychain} is made with. */
export type KeychainOptions = {
  readonly secp256k1: Secp256k1
  /** How many channel and address keys are held ready: default 4096, six for each live channel. */
  readonly maxCachedKeys?: number
}

/** What a signing key is changed by first: `mulTweak · key + addTweak`, mod n. */
export type SigningTweaks = {
  readonly mulTweak?: Tweak | undefined
  readonly addTweak?: Tweak | undefined
}

const text = (ascii: string) => Uint8Array.from(ascii, (letter) => letter.charCodeAt(0))
const commitmentSeedLabel = text('commitment seed')
const preimageLabel = text('invoice preimage')

/** The secrets of as many neighbouring indices, 2 to this power, are derived from one that is held. */
const stemBits = 16

/** A secret that others are derived from. */
type Stem = { readonly secret: CommitmentSecret; dispose(): void }

/**
 * The keys of one Lightning node. It signs and reveals; no method hands out a private key, and
 * printing it shows nothing but the fingerprint. It does not judge: what may be signed is decided
 * before a `Grant` is made.
 *
 * @example
 * ```ts
 * import { Keychain } from '@boltwarden/core/keys/keychain'
 * import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
 * const secp256k1 = await loadSecp256k1('auto')
 * const keychain = Keychain.fromSeed(new Uint8Array(32).fill(7), { secp256k1 })
 * keychain.publicKey({ purpose: 'node-identity' }).length // 33
 * keychain.dispose()
 * ```
 */
export class Keychain {
  /** The BIP 32 fingerprint of the master key, 8 hex digits. Public. */
  readonly fingerprint: string
  /** The curve it computes with. */
  readonly secp256k1: Secp256k1
  readonly #tree: KeyTree
  readonly #stems: LeastRecentlyUsed<Stem>
  readonly #ownScripts = new Map<L1Coin, OwnScripts>()

  private constructor(tree: KeyTree, secp256k1: Secp256k1, maxStems: number) {
    this.#tree = tree
    this.#stems = new LeastRecentlyUsed(maxStems)
    this.secp256k1 = secp256k1
    this.fingerprint = toHex(tree.master.fingerprint)
  }

  /**
   * The keychain of a master seed.
   *
   * @param seed - 16 to 64 bytes, secret: neither kept nor changed; the caller disposes of it.
   * @throws {RangeError} if the seed has another length.
   */
  static fromSeed(seed: Uint8Array | Secret, options: KeychainOptions): Keychain {
    const { secp256k1, maxCachedKeys = 4096 } = options
    const open = (raw: Uint8Array) => new KeyTree(raw, secp256k1, maxCachedKeys)
    const tree = seed instanceof Uint8Array ? open(seed) : seed.use(open)
    return new Keychain(tree, secp256k1, maxCachedKeys)
  }

  /** How many keys of channels and addresses are held ready; 0 once it was disposed of. */
  get cachedKeys(): number {
    return this.#tree.cachedKeys
  }

  /** The public key of any key of the table, 33 bytes. */
  publicKey(path: KeyPath): PublicKey {
    return this.#tree.key(path).publicKey
  }

  /** The extended public key of the L1 account `m/84'/c'/0'`, in Base58Check. */
  l1AccountXpub(network: Network): string {
    const { account, parent } = this.#tree.l1Account(l1CoinOf(network))
    return account.toXpub(
      network === 'MAINNET' ? xpubVersions.mainnet : xpubVersions.testnet,
      parent,
    )
  }

  /** The outputs that pay the node's own destination and wallet keys. Public keys only. */
  ownScripts(network: Network): OwnScripts {
    const coin = l1CoinOf(network)
    const held = this.#ownScripts.get(coin)
    if (held !== undefined) return held
    const { account, parent } = this.#tree.l1Account(coin)
    const roots = {
      destinations: this.#tree.destinations.toExtendedPublicKey(this.#tree.master),
      account: account.toExtendedPublicKey(parent),
      coin,
    }
    const made = new OwnScripts(this.secp256k1, roots)
    this.#ownScripts.set(coin, made)
    return made
  }

  /** The point of {@link Keychain.perCommitmentSecret}, 33 bytes. Public. */
  perCommitmentPoint(channel: number, index: CommitmentIndex): PublicKey {
    const secret = this.perCommitmentSecret(channel, index)
    try {
      return this.secp256k1.publicKey(secret)
    } finally {
      secret.fill(0)
    }
  }

  /**
   * The BOLT 3 per-commitment secret of channel `m/3/channel`, 32 bytes. Giving it away revokes
   * that commitment for ever.
   */
  perCommitmentSecret(channel: number, index: CommitmentIndex): CommitmentSecret {
    integer('index', index, 0, maxCommitmentIndex)
    const first = commitmentIndex(index - (index % 2 ** stemBits))
    const { secret } = this.#stems.get(`${channel}/${first}`, () => this.#stem(channel, first))
    return deriveSecret(secret, stemBits, index)
  }

  /** The preimage that belongs to a nonce, 32 bytes. Giving it away claims the payment. */
  paymentPreimage(nonce: PreimageNonce): PaymentPreimage {
    const message = concat(preimageLabel, bytes('nonce', nonce, 32))
    return this.#tree.key({ purpose: 'preimage' }).usePrivateKey((key) => {
      const both = hmac(sha512, key, message)
      const preimage = paymentPreimage(both.slice(0, 32))
      both.fill(0)
      return preimage
    })
  }

  /** SHA-256 of {@link Keychain.paymentPreimage}, 32 bytes. Public. */
  paymentHash(nonce: PreimageNonce): PaymentHash {
    const preimage = this.paymentPreimage(nonce)
    const hash = paymentHash(sha256(preimage))
    preimage.fill(0)
    return hash
  }

  /**
   * An ECDSA signature with the key of a path, changed by the tweaks.
   *
   * @throws {TypeError} if the path is no signing key, whatever the caller's types said.
   * @throws {RangeError} if a tweak is out of range, or the tweaked key is 0.
   */
  sign(key: SigningKeyPath, digest: Digest, tweaks: SigningTweaks = {}): CompactSignature {
    if (!isSigningKeyPath(key)) throw new TypeError('"key" expected a signing key')
    return this.#tree
      .key(key)
      .usePrivateKey((privateKey) => signTweaked(this.secp256k1, privateKey, digest, tweaks))
  }

  /** ECDH of the node identity `m/0` with a peer: SHA-256 of the compressed point, 32 bytes. */
  sharedSecret(peer: PublicKey): Uint8Array {
    return this.#identity().usePrivateKey((key) => this.secp256k1.ecdh(peer, key))
  }

  /** Signs the hash of an invoice with the node identity `m/0`. */
  signInvoiceHash(hash: Digest): RecoverableSignature {
    return this.#identity().usePrivateKey((key) => this.secp256k1.signRecoverable(hash, key))
  }

  /**
   * Signs with the audit key `m/6'/0'`, which signs nothing else.
   *
   * @param digest - of a checkpoint of the audit log, or of how far the store has come.
   */
  signAudit(digest: Digest): CompactSignature {
    return this.#tree
      .key({ purpose: 'audit' })
      .usePrivateKey((key) => this.secp256k1.sign(digest, key))
  }

  /** Overwrites every key with zeros; after it every method throws `TypeError`. */
  dispose(): void {
    this.#stems.dispose()
    this.#tree.dispose()
  }

  toString(): string {
    return `[keychain ${this.fingerprint}]`
  }

  toJSON(): string {
    return this.toString()
  }

  #identity() {
    return this.#tree.key({ purpose: 'node-identity' })
  }

  #stem(channel: number, first: CommitmentIndex): Stem {
    const secret = this.#useCommitmentSeed(channel, (seed) => perCommitmentSecret(seed, first))
    return { secret, dispose: () => secret.fill(0) }
  }

  #useCommitmentSeed<T>(channel: number, fn: (seed: Uint8Array) => T): T {
    return this.#tree.key({ purpose: 'channel-seed', channel }).usePrivateKey((privateKey) => {
      const channelSeed = sha256(privateKey)
      const preimage = concat(channelSeed, commitmentSeedLabel)
      const seed = sha256(preimage)
      try {
        return fn(seed)
      } finally {
        for (const secret of [channelSeed, preimage, seed]) secret.fill(0)
      }
    })
  }
}

// Node prints through this symbol; `core` knows no Node, so the name is spelt out.
Object.defineProperty(Keychain.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value: Keychain.prototype.toString,
})

function signTweaked(
  secp256k1: Secp256k1,
  privateKey: Uint8Array,
  digest: Digest,
  { mulTweak, addTweak }: SigningTweaks,
): CompactSignature {
  if (mulTweak === undefined && addTweak === undefined) return secp256k1.sign(digest, privateKey)
  const scaled = mulTweak ? secp256k1.privateKeyTweakMul(privateKey, mulTweak) : privateKey.slice()
  try {
    if (addTweak === undefined) return secp256k1.sign(digest, scaled)
    const tweaked = secp256k1.privateKeyTweakAdd(scaled, addTweak)
    try {
      return secp256k1.sign(digest, tweaked)
    } finally {
      tweaked.fill(0)
    }
  } finally {
    scaled.fill(0)
  }
}
