import { bip143Digest } from '@boltwarden/core/bitcoin/bip143'
import { serialiseTransaction } from '@boltwarden/core/bitcoin/transaction'
import { obscuringFactorOf } from '@boltwarden/core/bolt3/commitment-number'
import { buildCommitment } from '@boltwarden/core/bolt3/commitment-transaction'
import { derivePublicKey, deriveRevocationPublicKey } from '@boltwarden/core/bolt3/key-derivation'
import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { digest, txid } from '@boltwarden/core/bytes'
import { channelId, nodeId, payloadId } from '@boltwarden/core/ids'
import type { ChannelKeyName } from '@boltwarden/core/keys/key-path'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { commitmentNumber, feeratePerKw, indexOf, sats } from '@boltwarden/core/units'
import type { MadeRequest } from './wire-call.ts'

const channel = 7
const capacity = sats(1_000_000n)
const funding = { txid: txid(new Uint8Array(32).fill(7)), vout: 1 }

/** A channel that can be asked about at any length: the questions of its life, number by number. */
export class LongChannel {
  readonly #holder: Keychain
  readonly #counterparty: Keychain

  constructor(holder: Keychain) {
    this.#holder = holder
    const seed = new Uint8Array(32).fill(77)
    this.#counterparty = Keychain.fromSeed(seed, { secp256k1: holder.secp256k1 })
  }

  /** What the platform asks until the counterparty's commitment of a number is signed. */
  *life(last: number): Generator<MadeRequest> {
    yield this.point(0)
    yield this.point(1)
    yield this.commitment(0)
    for (let number = 1; number <= last; number++) {
      yield this.point(number + 1)
      yield this.release(number - 1)
      yield this.commitment(number)
      yield this.reveal(number - 1)
    }
  }

  point(number: number): MadeRequest {
    return { kind: 'get-per-commitment-point', ...this.#asked(number) }
  }

  release(number: number): MadeRequest {
    return { kind: 'release-per-commitment-secret', ...this.#asked(number) }
  }

  reveal(number: number): MadeRequest {
    const { path: _path, ...asked } = this.#asked(number)
    const secret = this.#counterparty.perCommitmentSecret(channel, asked.index)
    return { kind: 'reveal-counterparty-per-commitment-secret', ...asked, secret }
  }

  /** The counterparty's commitment; only its number and fee differ from the one before. */
  commitment(number: number): MadeRequest {
    const { transaction } = buildCommitment({
      type: 'anchors',
      funding,
      number: commitmentNumber(number),
      obscuringFactor: obscuringFactorOf(this.#theirs('payment'), this.#ours('payment')),
      keys: this.#keys(number),
      toSelfDelay: 144,
      dustLimit: sats(354n),
      feerate: feeratePerKw(1000 + (number % 2) * 10),
      funder: 'broadcaster',
      toLocalMsat: 600_000_000n,
      toRemoteMsat: 400_000_000n,
      htlcs: [],
    })
    const script = buildFunding(this.#ours('funding'), this.#theirs('funding'))
    const job = {
      id: payloadId(`job-${number}`),
      path: `m/3/${channel}/0`,
      message: digest(bip143Digest(transaction, 0, script, capacity, 'all')),
      isRaw: true,
      index: indexOf(commitmentNumber(number)),
      script,
      amount: capacity,
      transaction: serialiseTransaction(transaction),
    }
    return { kind: 'derive-key-and-sign', network: 'REGTEST', jobs: [job] }
  }

  #keys(number: number) {
    const { secp256k1 } = this.#holder
    const index = indexOf(commitmentNumber(number))
    const point = this.#counterparty.perCommitmentPoint(channel, index)
    const theirs = (key: ChannelKeyName) => derivePublicKey(secp256k1, point, this.#theirs(key))
    const basepoint = this.#ours('revocation-basepoint')
    return {
      broadcasterFunding: this.#theirs('funding'),
      countersignatoryFunding: this.#ours('funding'),
      revocation: deriveRevocationPublicKey(secp256k1, point, basepoint),
      broadcasterDelayed: theirs('delayed-payment-basepoint'),
      broadcasterHtlc: theirs('htlc-basepoint'),
      countersignatoryHtlc: derivePublicKey(secp256k1, point, this.#ours('htlc-basepoint')),
      countersignatoryPayment: this.#ours('payment'),
    }
  }

  #asked(number: number) {
    return {
      network: 'REGTEST',
      channel: channelId(`Channel:${channel}`),
      node: nodeId('node:1'),
      path: `m/3/${channel}`,
      index: indexOf(commitmentNumber(number)),
    } as const
  }

  #ours(key: ChannelKeyName) {
    return this.#holder.publicKey({ purpose: 'channel-key', channel, key })
  }

  #theirs(key: ChannelKeyName) {
    return this.#counterparty.publicKey({ purpose: 'channel-key', channel, key })
  }
}
