import { hash160 } from '@boltwarden/core/bitcoin/hash'
import type { OutPoint } from '@boltwarden/core/bitcoin/transaction'
import { type Txid, txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { Result } from '@boltwarden/core/result'
import type { Sats } from '@boltwarden/core/units'
import type { HtlcRecord } from './commitment-record.ts'
import { outPointJson, readOutPoint } from './out-point.ts'
import { decodeRecord, type StateProblem, type StateRecord } from './record.ts'
import { noVelocity, readVelocity, type Velocity, velocityJson } from './velocity.ts'

/** A funding output that the L1 wallet pays and no commitment has shown yet. */
export type UnlinkedFunding = {
  readonly txid: Txid
  readonly vout: number
  readonly scriptPubKey: Uint8Array
  readonly amountSats: Sats
  /** The first input of the transaction: of those that share it only one can confirm. */
  readonly spends: OutPoint
  /** When it was signed, in milliseconds since 1970. */
  readonly atMs: number
}

/** What is remembered of the node as a whole: what left it, and what has yet to be explained. */
export type NodeState = {
  /** HTLCs that we offered. */
  readonly lightningOut: Velocity
  /** What left the L1 wallet for others. */
  readonly onchainOut: Velocity
  /** Fees of the L1 wallet. */
  readonly onchainFees: Velocity
  /** Preimages given without an HTLC, each counted as 1. */
  readonly trimmedPreimages: Velocity
  readonly unlinkedFundings: readonly UnlinkedFunding[]
  /** The last P2WSH outputs that the L1 wallet paid, until a commitment spends them. */
  readonly paidFundings: readonly OutPoint[]
  /** HTLCs that pay us and whose preimage was given, until a commitment credits them. */
  readonly settling: readonly SettlingHtlc[]
}

/** An HTLC that pays us and whose preimage was given. */
export type SettlingHtlc = Pick<HtlcRecord, 'paymentHash160' | 'amountSats' | 'cltvExpiry'>

/** A node of which nothing is known. */
export const emptyNodeState: NodeState = Object.freeze({
  lightningOut: noVelocity,
  onchainOut: noVelocity,
  onchainFees: noVelocity,
  trimmedPreimages: noVelocity,
  unlinkedFundings: Object.freeze([]),
  paidFundings: Object.freeze([]),
  settling: Object.freeze([]),
})

/** The text that a store keeps. */
export function encodeNodeState(state: NodeState): string {
  return JSON.stringify({
    v: 2,
    lightningOut: velocityJson(state.lightningOut),
    onchainOut: velocityJson(state.onchainOut),
    onchainFees: velocityJson(state.onchainFees),
    trimmedPreimages: velocityJson(state.trimmedPreimages),
    unlinkedFundings: state.unlinkedFundings.map((funding) => ({
      txid: toHex(funding.txid),
      vout: funding.vout,
      scriptPubKey: toHex(funding.scriptPubKey),
      amountSats: String(funding.amountSats),
      spends: outPointJson(funding.spends),
      atMs: funding.atMs,
    })),
    paidFundings: state.paidFundings.map(outPointJson),
    settling: state.settling.map((htlc) => ({
      paymentHash160: toHex(htlc.paymentHash160),
      amountSats: String(htlc.amountSats),
      cltvExpiry: htlc.cltvExpiry,
    })),
  })
}

/**
 * The inverse of {@link encodeNodeState}; refuses everything that it does not write. The text of
 * version 1 knew nothing of channels beyond their fundings.
 */
export function decodeNodeState(text: string): Result<NodeState, StateProblem> {
  return decodeRecord(text, [1, 2], (record, version) => ({
    lightningOut: readVelocity(record, 'lightningOut'),
    onchainOut: readVelocity(record, 'onchainOut'),
    onchainFees: readVelocity(record, 'onchainFees'),
    trimmedPreimages: readVelocity(record, 'trimmedPreimages'),
    unlinkedFundings: record.list('unlinkedFundings', (funding) => ({
      txid: txid(funding.bytes('txid')),
      vout: funding.integer('vout', 0xffff_ffff),
      scriptPubKey: funding.bytes('scriptPubKey'),
      amountSats: funding.sats('amountSats'),
      spends: funding.object('spends', readOutPoint),
      atMs: funding.integer('atMs'),
    })),
    paidFundings: version === 1 ? [] : record.list('paidFundings', readOutPoint),
    settling: version === 1 ? [] : record.list('settling', readSettling),
  }))
}

function readSettling(record: StateRecord): SettlingHtlc {
  return {
    paymentHash160: hash160(record.bytes('paymentHash160')),
    amountSats: record.sats('amountSats'),
    cltvExpiry: record.integer('cltvExpiry', 0xffff_ffff),
  }
}
