import { createHash } from 'node:crypto'
import { bip143Digest, type SighashType } from '@boltwarden/core/bitcoin/bip143'
import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import {
  parseTransaction,
  serialiseTransaction,
  type Transaction,
  type TxOut,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { buildClosing } from '@boltwarden/core/bolt3/closing-transaction'
import { obscuringFactorOf } from '@boltwarden/core/bolt3/commitment-number'
import {
  buildCommitment,
  type Commitment,
  type CommitmentHtlc,
  type CommitmentKeys,
  type CommitmentParameters,
} from '@boltwarden/core/bolt3/commitment-transaction'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { buildHtlcTransaction } from '@boltwarden/core/bolt3/htlc-transaction'
import {
  derivePrivateTweak,
  derivePublicKey,
  deriveRevocationPublicKey,
} from '@boltwarden/core/bolt3/key-derivation'
import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { digest, type PaymentHash, type PublicKey, paymentHash, txid } from '@boltwarden/core/bytes'
import { channelId, eventId, nodeId, payloadId } from '@boltwarden/core/ids'
import type { ChannelKeyName } from '@boltwarden/core/keys/key-path'
import { Keychain } from '@boltwarden/core/keys/keychain'
import type { Request, SigningJob } from '@boltwarden/core/request'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import {
  type CommitmentIndex,
  commitmentIndex,
  commitmentNumber,
  feeratePerKw,
  indexOf,
  maxCommitmentIndex,
  type Sats,
  sats,
} from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import type { HtlcWay } from '@boltwarden/policy/state/commitment-record'

/** An HTLC as we see it. */
export type Htlc = {
  readonly way: HtlcWay
  readonly amountMsat: bigint
  readonly paymentHash: PaymentHash
  readonly cltvExpiry: number
}

/** What both sides agree on at one moment. */
export type Agreement = {
  readonly toHolderMsat: bigint
  readonly toCounterpartyMsat: bigint
  readonly htlcs: readonly Htlc[]
  readonly feerate: number
}

/** How a channel was opened. */
export type Terms = {
  readonly type: CommitmentType
  readonly funder: 'holder' | 'counterparty'
  readonly amount?: bigint
  readonly pushMsat?: bigint
  readonly feerate?: number
  /** Tells channels of one node apart. */
  readonly channel?: number
}

/** What a hostile platform changes of a commitment, before it is built or after. */
export type Change = {
  readonly parameters?: (honest: CommitmentParameters) => CommitmentParameters
  readonly transaction?: (honest: Transaction) => Transaction
  readonly job?: (honest: SigningJob, at: number) => SigningJob
  readonly htlcTransaction?: (honest: Transaction, at: number) => Transaction
}

/** A hash to pay to. */
export function hashOf(text: string): PaymentHash {
  return paymentHash(new Uint8Array(createHash('sha256').update(text).digest()))
}

const secp256k1 = await loadSecp256k1('auto')
const counterparty = Keychain.fromSeed(new Uint8Array(32).fill(77), { secp256k1 })
const dustLimit = sats(354n)
const counterpartyDelay = 144
const holderDelay = 100

/**
 * A channel between the keys of a signer and a counterparty whose keys the test has: it writes what
 * the platform would ask. It decides nothing and remembers only what the next question depends on.
 */
export class SimulatedChannel {
  readonly type: CommitmentType
  readonly terms: Terms
  readonly channel: number
  readonly amount: Sats
  readonly #holder: Keychain
  readonly #counterparty = counterparty
  #asked = 0
  agreement: Agreement
  /** The number of the counterparty's next commitment. */
  next = 0

  constructor(holder: Keychain, terms: Terms) {
    this.#holder = holder
    this.type = terms.type
    this.terms = terms
    this.channel = terms.channel ?? 7
    this.amount = sats(terms.amount ?? 1_000_000n)
    const pushed = terms.pushMsat ?? 0n
    const rest = BigInt(this.amount) * 1000n - pushed
    const isOurs = terms.funder === 'holder'
    this.agreement = {
      toHolderMsat: isOurs ? rest : pushed,
      toCounterpartyMsat: isOurs ? pushed : rest,
      htlcs: [],
      feerate: terms.feerate ?? 1000,
    }
  }

  get path(): string {
    return `m/3/${this.channel}`
  }

  get fundingScript(): Uint8Array {
    return buildFunding(this.#ours('funding'), this.#theirs('funding'))
  }

  get outPoint() {
    return { txid: txid(new Uint8Array(32).fill(this.channel % 256)), vout: 1 }
  }

  /** Adds an HTLC. */
  add(way: HtlcWay, amountSats: bigint, hash: string, cltvExpiry = 600): void {
    const amountMsat = amountSats * 1000n
    const { toHolderMsat, toCounterpartyMsat, htlcs } = this.agreement
    this.agreement = {
      ...this.agreement,
      toHolderMsat: way === 'outgoing' ? toHolderMsat - amountMsat : toHolderMsat,
      toCounterpartyMsat: way === 'incoming' ? toCounterpartyMsat - amountMsat : toCounterpartyMsat,
      htlcs: [...htlcs, { way, amountMsat, paymentHash: hashOf(hash), cltvExpiry }],
    }
  }

  /** Removes the oldest HTLC of a hash: paid to whom it was meant for, or given back. */
  remove(hash: string, how: 'paid' | 'failed'): void {
    const name = String(hashOf(hash))
    const at = this.agreement.htlcs.findIndex((htlc) => String(htlc.paymentHash) === name)
    if (at < 0) throw new RangeError('no such HTLC')
    this.#removeAt(at, how)
  }

  /** Removes the oldest HTLC of all, where there is one. */
  removeOldest(how: 'paid' | 'failed'): void {
    this.#removeAt(0, how)
  }

  #removeAt(at: number, how: 'paid' | 'failed'): void {
    const { toHolderMsat, toCounterpartyMsat, htlcs } = this.agreement
    const htlc = htlcs[at]
    if (htlc === undefined) return
    const isForUs = (htlc.way === 'incoming') === (how === 'paid')
    this.agreement = {
      ...this.agreement,
      toHolderMsat: isForUs ? toHolderMsat + htlc.amountMsat : toHolderMsat,
      toCounterpartyMsat: isForUs ? toCounterpartyMsat : toCounterpartyMsat + htlc.amountMsat,
      htlcs: htlcs.toSpliced(at, 1),
    }
  }

  point(number: number): Delivery {
    return this.#ofChannel('get-per-commitment-point', number)
  }

  release(number: number): Delivery {
    return this.#ofChannel('release-per-commitment-secret', number)
  }

  reveal(number: number): Delivery {
    const index = indexOf(commitmentNumber(number))
    const secret = this.#counterparty.perCommitmentSecret(this.channel, index)
    const { channel, node, network } = this.#names
    const kind = 'reveal-counterparty-per-commitment-secret'
    return this.#deliver({ kind, channel, node, network, index, secret })
  }

  /** The counterparty's commitment of a number, with its HTLC jobs. */
  commitment(number: number = this.next, change: Change = {}): Delivery {
    return this.sign(this.commitmentJobs(number, change))
  }

  commitmentJobs(number: number, change: Change = {}): readonly SigningJob[] {
    const index = indexOf(commitmentNumber(number))
    const commitment = this.counterpartyCommitment(number, change.parameters)
    const transaction = (change.transaction ?? ((it) => it))(commitment.transaction)
    const rewrite = change.job ?? ((it) => it)
    const job = this.fundingJob(transaction, index)
    return [job, ...this.#htlcJobs(commitment, transaction, index, change)].map((it, at) =>
      rewrite(it, at),
    )
  }

  counterpartyCommitment(number: number, change: Change['parameters'] = (it) => it): Commitment {
    return buildCommitment(change(this.#parameters('counterparty', number)))
  }

  /** Our own commitment, signed to be broadcast. */
  holderCommitment(
    number: number,
    change: (tx: Transaction) => Transaction = (it) => it,
  ): Delivery {
    const { transaction } = buildCommitment(this.#parameters('holder', number))
    return this.sign([this.fundingJob(change(transaction), indexOf(commitmentNumber(number)))])
  }

  /** The second stages of our own commitment. */
  holderHtlcs(
    number: number,
    change: (honest: Transaction) => Transaction = (it) => it,
  ): readonly Delivery[] {
    const parameters = this.#parameters('holder', number)
    const index = indexOf(commitmentNumber(number))
    const commitment = buildCommitment(parameters)
    const addTweak = derivePrivateTweak(
      this.#holder.perCommitmentPoint(this.channel, index),
      this.#ours('htlc-basepoint'),
    )
    return commitment.outputs.flatMap((output, vout) => {
      if (output.kind !== 'htlc') return []
      const transaction = buildHtlcTransaction({
        type: this.type,
        htlcOutput: { txid: transactionId(commitment.transaction), vout },
        htlc: output.htlc,
        feerate: parameters.feerate,
        toSelfDelay: holderDelay,
        revocationPublicKey: parameters.keys.revocation,
        delayedPublicKey: parameters.keys.broadcasterDelayed,
      })
      const path = `${this.path}/4`
      const { witnessScript, value } = output
      const job = this.#job(path, change(transaction), witnessScript, value)
      return [this.sign([{ ...job, index, addTweak }])]
    })
  }

  /** Our own commitment as it would be published. */
  holderCommitmentOf(number: number): Commitment {
    return buildCommitment(this.#parameters('holder', number))
  }

  /** A cooperative close that pays `m/1/1`. */
  closing(fee: bigint, change: (honest: Transaction) => Transaction = (it) => it): Delivery {
    const { toHolderMsat, toCounterpartyMsat } = this.agreement
    const holder: TxOut = {
      value: sats(toHolderMsat / 1000n),
      scriptPubKey: p2wpkh(this.#holder.publicKey({ purpose: 'destination', index: 1 })),
    }
    const counterparty: TxOut = {
      value: sats(toCounterpartyMsat / 1000n),
      scriptPubKey: p2wpkh(this.#counterparty.publicKey({ purpose: 'destination', index: 1 })),
    }
    const isOurs = this.terms.funder === 'holder'
    const transaction = buildClosing({
      funding: this.outPoint,
      funderOutput: isOurs ? holder : counterparty,
      otherOutput: isOurs ? counterparty : holder,
      fee: sats(fee),
      dustLimit,
    })
    return this.sign([this.fundingJob(change(transaction))])
  }

  fundingJob(transaction: Transaction, index?: CommitmentIndex): SigningJob {
    const job = this.#job(`${this.path}/0`, transaction, this.fundingScript, this.amount)
    return index === undefined ? job : { ...job, index }
  }

  /** The same transaction as another job shows it, which says that it spends another amount. */
  fundingJobOf({ transaction: bytes, index }: SigningJob, amount: Sats): SigningJob {
    const parsed = parseTransaction(bytes ?? new Uint8Array())
    if (!parsed.ok) throw new TypeError('the job has no transaction')
    const job = this.#job(`${this.path}/0`, parsed.value, this.fundingScript, amount)
    return index === undefined ? job : { ...job, index }
  }

  sign(jobs: readonly SigningJob[]): Delivery {
    return this.#deliver({ kind: 'derive-key-and-sign', network: 'REGTEST', jobs })
  }

  #htlcJobs(
    commitment: Commitment,
    transaction: Transaction,
    index: CommitmentIndex,
    { htlcTransaction = (it) => it }: Change,
  ): readonly SigningJob[] {
    const parameters = this.#parameters('counterparty', maxCommitmentIndex - index)
    const point = this.#counterparty.perCommitmentPoint(this.channel, index)
    const addTweak = derivePrivateTweak(point, this.#ours('htlc-basepoint'))
    return commitment.outputs.flatMap((output, vout) => {
      if (output.kind !== 'htlc') return []
      const second = buildHtlcTransaction({
        type: this.type,
        htlcOutput: { txid: transactionId(transaction), vout },
        htlc: output.htlc,
        feerate: parameters.feerate,
        toSelfDelay: counterpartyDelay,
        revocationPublicKey: parameters.keys.revocation,
        delayedPublicKey: parameters.keys.broadcasterDelayed,
      })
      const sighash = this.type === 'anchors' ? 'single-anyonecanpay' : 'all'
      const rewritten = htlcTransaction(second, vout)
      const path = `${this.path}/4`
      const { witnessScript, value } = output
      return [{ ...this.#job(path, rewritten, witnessScript, value, sighash), index, addTweak }]
    })
  }

  #parameters(broadcaster: 'holder' | 'counterparty', number: number): CommitmentParameters {
    const { toHolderMsat, toCounterpartyMsat, htlcs, feerate } = this.agreement
    const isOurs = broadcaster === 'holder'
    return {
      type: this.type,
      funding: this.outPoint,
      number: commitmentNumber(number),
      obscuringFactor:
        this.terms.funder === 'holder'
          ? obscuringFactorOf(this.#ours('payment'), this.#theirs('payment'))
          : obscuringFactorOf(this.#theirs('payment'), this.#ours('payment')),
      keys: this.#keysOf(broadcaster, number),
      toSelfDelay: isOurs ? holderDelay : counterpartyDelay,
      dustLimit,
      feerate: feeratePerKw(feerate),
      funder: this.terms.funder === broadcaster ? 'broadcaster' : 'countersignatory',
      toLocalMsat: isOurs ? toHolderMsat : toCounterpartyMsat,
      toRemoteMsat: isOurs ? toCounterpartyMsat : toHolderMsat,
      htlcs: htlcs.map(
        (htlc): CommitmentHtlc => ({
          ...htlc,
          direction: (htlc.way === 'outgoing') === isOurs ? 'offered' : 'received',
        }),
      ),
    }
  }

  #keysOf(broadcaster: 'holder' | 'counterparty', number: number): CommitmentKeys {
    const isOurs = broadcaster === 'holder'
    const mine = (key: ChannelKeyName) => (isOurs ? this.#ours(key) : this.#theirs(key))
    const other = (key: ChannelKeyName) => (isOurs ? this.#theirs(key) : this.#ours(key))
    const keychain = isOurs ? this.#holder : this.#counterparty
    const point = keychain.perCommitmentPoint(this.channel, indexOf(commitmentNumber(number)))
    const at = (basepoint: PublicKey) => derivePublicKey(secp256k1, point, basepoint)
    return {
      broadcasterFunding: mine('funding'),
      countersignatoryFunding: other('funding'),
      revocation: deriveRevocationPublicKey(secp256k1, point, other('revocation-basepoint')),
      broadcasterDelayed: at(mine('delayed-payment-basepoint')),
      broadcasterHtlc: at(mine('htlc-basepoint')),
      countersignatoryHtlc: at(other('htlc-basepoint')),
      countersignatoryPayment: other('payment'),
    }
  }

  #ours(key: ChannelKeyName): PublicKey {
    return this.#holder.publicKey({ purpose: 'channel-key', channel: this.channel, key })
  }

  #theirs(key: ChannelKeyName): PublicKey {
    return this.#counterparty.publicKey({ purpose: 'channel-key', channel: this.channel, key })
  }

  #job(
    path: string,
    transaction: Transaction,
    script: Uint8Array,
    amount: Sats,
    sighash: SighashType = 'all',
  ): SigningJob {
    this.#asked += 1
    return {
      id: payloadId(`job-${this.channel}-${this.#asked}`),
      path,
      message: digest(bip143Digest(transaction, 0, script, amount, sighash)),
      isRaw: true,
      script,
      amount,
      transaction: serialiseTransaction(transaction),
    }
  }

  get #names() {
    return {
      network: 'REGTEST',
      channel: channelId(`Channel:${this.channel}`),
      node: nodeId('node:1'),
    } as const
  }

  #ofChannel(
    kind: 'get-per-commitment-point' | 'release-per-commitment-secret',
    number: number,
  ): Delivery {
    const index = commitmentIndex(maxCommitmentIndex - number)
    return this.#deliver({ kind, ...this.#names, path: this.path, index })
  }

  #deliver(request: Request): Delivery {
    this.#asked += 1
    const event = `event-${this.channel}-${this.#asked}`
    return {
      event: eventId(event),
      bodyHash: new Uint8Array(createHash('sha256').update(event).digest()),
      timestampMs: 0,
      receivedAtMs: 0,
      entity: 'node:1',
      request,
    }
  }
}
