import type { OutPoint } from '@boltwarden/core/bitcoin/transaction'
import { type Txid, txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { Result } from '@boltwarden/core/result'
import type { Sats } from '@boltwarden/core/units'
import { outPointJson, readOutPoint } from './out-point.ts'
import { decodeRecord, type StateProblem } from './record.ts'
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
}

/** A node of which nothing is known. */
export const emptyNodeState: NodeState = Object.freeze({
  lightningOut: noVelocity,
  onchainOut: noVelocity,
  onchainFees: noVelocity,
  trimmedPreimages: noVelocity,
  unlinkedFundings: Object.freeze([]),
})

/** The text that a store keeps. */
export function encodeNodeState(state: NodeState): string {
  return JSON.stringify({
    v: 1,
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
  })
}

/** The inverse of {@link encodeNodeState}; refuses everything that it does not write. */
export function decodeNodeState(text: string): Result<NodeState, StateProblem> {
  return decodeRecord(text, [1], (record) => ({
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
  }))
}
