import { type Hash160, hash160 } from '@boltwarden/core/bitcoin/hash'
import { type PublicKey, publicKey, type Txid, txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import {
  type CommitmentIndex,
  type CommitmentNumber,
  commitmentIndex,
  commitmentNumber,
  type Sats,
} from '@boltwarden/core/units'
import type { StateRecord } from './record.ts'

/** Which way an HTLC goes, as we see it. */
export const htlcWays = ['incoming', 'outgoing'] as const

/** Which way an HTLC goes: `incoming` pays us, `outgoing` is offered by us. */
export type HtlcWay = (typeof htlcWays)[number]

/** An HTLC that has an output of its own. */
export type HtlcRecord = {
  readonly way: HtlcWay
  /** RIPEMD-160 of the payment hash. */
  readonly paymentHash160: Hash160
  readonly amountSats: Sats
  /** Block height. */
  readonly cltvExpiry: number
}

/** A counterparty's commitment that was signed. */
export type CounterpartyCommitment = {
  readonly number: CommitmentNumber
  readonly txid: Txid
  /** What its `to_remote` gives us; 0 where there is none. */
  readonly toHolderSats: Sats
  /** What miners get, trimmed outputs included. */
  readonly feeSats: Sats
  readonly htlcs: readonly HtlcRecord[]
  /** What its HTLCs say of its per-commitment point, until its secret is revealed. */
  readonly htlcKeys?: HtlcKeys
  /** What it had to leave us; undefined where it was signed before that was kept. */
  readonly dues?: Dues
}

/** What is ours at least, by who pays the fee. */
export type Dues = {
  /** Of `to_remote`, where the counterparty pays. */
  readonly toHolderSats: Sats
  /** Of `to_remote`, the fee and the anchors together, where we pay. */
  readonly withFeeSats: Sats
}

/** The keys of a commitment's HTLCs that follow from its per-commitment point. */
export type HtlcKeys = {
  /** Our HTLC key there. */
  readonly holder: PublicKey
  readonly revocationHash: Hash160
}

/** A commitment of our own that was signed, so that it may be broadcast at any time. */
export type BroadcastCommitment = {
  readonly index: CommitmentIndex
  readonly txid: Txid
  /** Its P2WSH outputs but the anchors; undefined where it was signed before they were kept. */
  readonly scripts?: readonly BroadcastScript[]
  /** Whether our balance there was surely enough for an output; stands with the scripts. */
  readonly toLocal?: 'due' | 'perhaps'
  /** The highest feerate that its fee allows; undefined where that cannot be told. */
  readonly maxFeeratePerKw?: number
}

/** A P2WSH output of a commitment of our own. */
export type BroadcastScript = {
  readonly scriptPubKey: Uint8Array
  readonly amountSats: Sats
  /** Whether it holds what our balance was, so that it may be `to_local`. */
  readonly isBalance: boolean
}

/** A closing transaction that was signed. */
export type SignedClosing = { readonly txid: Txid; readonly toHolderSats: Sats }

/** As it stands in the JSON of a state. */
export function commitmentJson(commitment: CounterpartyCommitment): object {
  return {
    number: commitment.number,
    txid: toHex(commitment.txid),
    toHolderSats: String(commitment.toHolderSats),
    feeSats: String(commitment.feeSats),
    htlcs: commitment.htlcs.map((htlc) => ({
      way: htlc.way,
      paymentHash160: toHex(htlc.paymentHash160),
      amountSats: String(htlc.amountSats),
      cltvExpiry: htlc.cltvExpiry,
    })),
    htlcKeys: commitment.htlcKeys && {
      holder: toHex(commitment.htlcKeys.holder),
      revocationHash: toHex(commitment.htlcKeys.revocationHash),
    },
    dues: commitment.dues && {
      toHolderSats: String(commitment.dues.toHolderSats),
      withFeeSats: String(commitment.dues.withFeeSats),
    },
  }
}

/** The inverse of {@link commitmentJson}. */
export function readCommitment(record: StateRecord): CounterpartyCommitment {
  const htlcKeys = record.optional('htlcKeys', (name) => record.object(name, readHtlcKeys))
  const dues = record.optional('dues', (name) => record.object(name, readDues))
  return {
    number: commitmentNumber(record.integer('number')),
    txid: txid(record.bytes('txid')),
    toHolderSats: record.sats('toHolderSats'),
    feeSats: record.sats('feeSats'),
    htlcs: record.list('htlcs', (htlc) => ({
      way: htlc.oneOf('way', htlcWays),
      paymentHash160: hash160(htlc.bytes('paymentHash160')),
      amountSats: htlc.sats('amountSats'),
      cltvExpiry: htlc.integer('cltvExpiry', 0xffff_ffff),
    })),
    ...(htlcKeys !== undefined && { htlcKeys }),
    ...(dues !== undefined && { dues }),
  }
}

function readDues(record: StateRecord): Dues {
  return {
    toHolderSats: record.sats('toHolderSats'),
    withFeeSats: record.sats('withFeeSats'),
  }
}

function readHtlcKeys(record: StateRecord): HtlcKeys {
  return {
    holder: publicKey(record.bytes('holder')),
    revocationHash: hash160(record.bytes('revocationHash')),
  }
}

/** As it stands in the JSON of a state. */
export function broadcastJson(commitment: BroadcastCommitment): object {
  return {
    index: commitment.index,
    txid: toHex(commitment.txid),
    scripts: commitment.scripts?.map(({ scriptPubKey, amountSats, isBalance }) => ({
      scriptPubKey: toHex(scriptPubKey),
      amountSats: String(amountSats),
      kind: isBalance ? 'balance' : 'other',
    })),
    toLocal: commitment.toLocal,
    maxFeeratePerKw: commitment.maxFeeratePerKw,
  }
}

/** The inverse of {@link broadcastJson}. */
export function readBroadcast(record: StateRecord): BroadcastCommitment {
  const scripts = record.optional('scripts', (name) => record.list(name, readScript))
  const toLocal = record.optional('toLocal', (name) =>
    record.oneOf(name, ['due', 'perhaps'] as const),
  )
  const maxFeeratePerKw = record.optional('maxFeeratePerKw', (name) => record.integer(name))
  return {
    index: commitmentIndex(record.integer('index')),
    txid: txid(record.bytes('txid')),
    ...(scripts !== undefined && { scripts }),
    ...(toLocal !== undefined && { toLocal }),
    ...(maxFeeratePerKw !== undefined && { maxFeeratePerKw }),
  }
}

function readScript(record: StateRecord): BroadcastScript {
  return {
    scriptPubKey: record.bytes('scriptPubKey'),
    amountSats: record.sats('amountSats'),
    isBalance: record.oneOf('kind', ['balance', 'other']) === 'balance',
  }
}

/** As it stands in the JSON of a state. */
export function closingJson({ txid: id, toHolderSats }: SignedClosing): object {
  return { txid: toHex(id), toHolderSats: String(toHolderSats) }
}

/** The inverse of {@link closingJson}. */
export function readClosing(record: StateRecord): SignedClosing {
  return { txid: txid(record.bytes('txid')), toHolderSats: record.sats('toHolderSats') }
}
