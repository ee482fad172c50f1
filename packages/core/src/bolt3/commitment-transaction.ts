import { hash160Of, hash160OfPaymentHash } from '../bitcoin/hash.ts'
import { p2wpkh, p2wsh } from '../bitcoin/output-script.ts'
import type { OutPoint, Transaction, TxOut } from '../bitcoin/transaction.ts'
import type { PaymentHash, PublicKey } from '../bytes.ts'
import { type CommitmentNumber, type FeeratePerKw, type Sats, sats } from '../units.ts'
import { type ObscuringFactor, obscuredFields } from './commitment-number.ts'
import type { CommitmentType } from './commitment-type.ts'
import { commitmentFee, type HtlcDirection, htlcTransactionFee } from './fees.ts'
import { compareOutputs, type OrderedOutput } from './output-order.ts'
import { anchorValue, buildAnchor } from './scripts/anchor.ts'
import { buildOfferedHtlc } from './scripts/offered-htlc.ts'
import { buildReceivedHtlc } from './scripts/received-htlc.ts'
import { buildToLocal } from './scripts/to-local.ts'
import { buildToRemote } from './scripts/to-remote.ts'

/** An HTLC of a commitment; the direction is that of the commitment's broadcaster. */
export type CommitmentHtlc = {
  readonly direction: HtlcDirection
  /** Millisatoshis; its output has the whole satoshis of it. */
  readonly amountMsat: bigint
  readonly paymentHash: PaymentHash
  /** Block height. */
  readonly cltvExpiry: number
}

/** The public keys of one commitment. All but the funding keys are already derived for it. */
export type CommitmentKeys = {
  readonly broadcasterFunding: PublicKey
  readonly countersignatoryFunding: PublicKey
  readonly revocation: PublicKey
  readonly broadcasterDelayed: PublicKey
  readonly broadcasterHtlc: PublicKey
  readonly countersignatoryHtlc: PublicKey
  /** The payment basepoint itself. */
  readonly countersignatoryPayment: PublicKey
}

/** Everything that decides a commitment. */
export type CommitmentParameters = {
  readonly type: CommitmentType
  readonly funding: OutPoint
  readonly number: CommitmentNumber
  readonly obscuringFactor: ObscuringFactor
  readonly keys: CommitmentKeys
  /** Blocks that the broadcaster waits. */
  readonly toSelfDelay: number
  /** The broadcaster's. */
  readonly dustLimit: Sats
  readonly feerate: FeeratePerKw
  /** Who pays the fee and the anchors. */
  readonly funder: 'broadcaster' | 'countersignatory'
  /** The broadcaster's balance without HTLCs, before fee and anchors. */
  readonly toLocalMsat: bigint
  /** The countersignatory's balance without HTLCs, before fee and anchors. */
  readonly toRemoteMsat: bigint
  readonly htlcs: readonly CommitmentHtlc[]
}

/** An output of a commitment: what it is, and the witness script that spends it. */
export type CommitmentOutput = TxOut &
  (
    | { readonly kind: 'to-local' | 'anchor'; readonly witnessScript: Uint8Array }
    /** P2WPKH, hence without a witness script, unless the channel has anchors. */
    | { readonly kind: 'to-remote'; readonly witnessScript?: Uint8Array }
    | {
        readonly kind: 'htlc'
        readonly witnessScript: Uint8Array
        readonly htlc: CommitmentHtlc
      }
  )

/** A commitment, and what each of its outputs is, in the transaction's order. */
export type Commitment = {
  readonly transaction: Transaction
  readonly outputs: readonly CommitmentOutput[]
  /** What the funder pays; trimmed outputs add to what miners get. */
  readonly baseFee: Sats
}

/**
 * Builds one side's commitment transaction, unsigned.
 *
 * @throws {RangeError} if a number is out of its range.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#commitment-transaction-construction
 */
export function buildCommitment(parameters: CommitmentParameters): Commitment {
  const htlcs = parameters.htlcs.filter((htlc) => !isTrimmed(htlc, parameters))
  const baseFee = commitmentFee(parameters.type, parameters.feerate, htlcs.length)
  const balances = balanceOutputs(parameters, baseFee)
  const outputs = [
    ...balances,
    ...anchorOutputs(parameters, balances, htlcs.length > 0),
    ...htlcs.map((htlc) => htlcOutput(htlc, parameters)),
  ].sort((a, b) => compareOutputs(ordered(a), ordered(b)))
  const { locktime, sequence } = obscuredFields(parameters.number, parameters.obscuringFactor)
  const input = { ...parameters.funding, scriptSig: new Uint8Array(), sequence, witness: [] }
  return {
    transaction: {
      version: 2,
      inputs: [input],
      outputs: outputs.map(({ value, scriptPubKey }) => ({ value, scriptPubKey })),
      locktime,
    },
    outputs,
    baseFee,
  }
}

/**
 * Whether an HTLC is too small for an output of its own, after its HTLC transaction's fee.
 *
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#trimmed-outputs
 */
export function isTrimmed(
  htlc: Pick<CommitmentHtlc, 'amountMsat' | 'direction'>,
  commitment: Pick<CommitmentParameters, 'type' | 'feerate' | 'dustLimit'>,
): boolean {
  const fee = htlcTransactionFee(commitment.type, htlc.direction, commitment.feerate)
  return wholeSats(htlc.amountMsat) < commitment.dustLimit + fee
}

function wholeSats(msat: bigint): Sats {
  return sats(msat / 1000n)
}

function balanceOutputs(parameters: CommitmentParameters, baseFee: Sats): CommitmentOutput[] {
  const { type, dustLimit, funder, keys, toSelfDelay } = parameters
  const cost = baseFee + (type === 'anchors' ? 2n * anchorValue : 0n)
  const toLocal = lessCost(parameters.toLocalMsat, funder === 'broadcaster' ? cost : 0n)
  const toRemote = lessCost(parameters.toRemoteMsat, funder === 'countersignatory' ? cost : 0n)
  const outputs: CommitmentOutput[] = []
  if (toLocal >= dustLimit) {
    const witnessScript = buildToLocal({
      revocationPublicKey: keys.revocation,
      delayedPublicKey: keys.broadcasterDelayed,
      toSelfDelay,
    })
    outputs.push({ kind: 'to-local', ...p2wshOutput(toLocal, witnessScript) })
  }
  if (toRemote >= dustLimit) {
    outputs.push({ kind: 'to-remote', ...toRemoteOutput(type, toRemote, keys) })
  }
  return outputs
}

/** A funder that cannot afford the fee pays all it has. */
function lessCost(balanceMsat: bigint, cost: bigint): Sats {
  const balance = wholeSats(balanceMsat)
  return sats(balance > cost ? balance - cost : 0n)
}

function toRemoteOutput(
  type: CommitmentType,
  value: Sats,
  { countersignatoryPayment }: CommitmentKeys,
): TxOut & { readonly witnessScript?: Uint8Array } {
  return type === 'anchors'
    ? p2wshOutput(value, buildToRemote(countersignatoryPayment))
    : { value, scriptPubKey: p2wpkh(countersignatoryPayment) }
}

function anchorOutputs(
  { type, keys }: CommitmentParameters,
  balances: readonly CommitmentOutput[],
  hasHtlcs: boolean,
): CommitmentOutput[] {
  if (type !== 'anchors') return []
  const isNeeded = (kind: 'to-local' | 'to-remote') =>
    hasHtlcs || balances.some((output) => output.kind === kind)
  return [
    ...(isNeeded('to-local') ? [anchorOutput(keys.broadcasterFunding)] : []),
    ...(isNeeded('to-remote') ? [anchorOutput(keys.countersignatoryFunding)] : []),
  ]
}

function anchorOutput(fundingPublicKey: PublicKey): CommitmentOutput {
  return { kind: 'anchor', ...p2wshOutput(anchorValue, buildAnchor(fundingPublicKey)) }
}

function htlcOutput(htlc: CommitmentHtlc, parameters: CommitmentParameters): CommitmentOutput {
  const { type, keys } = parameters
  const common = {
    commitmentType: type,
    revocationPublicKeyHash: hash160Of(keys.revocation),
    broadcasterHtlcPublicKey: keys.broadcasterHtlc,
    countersignatoryHtlcPublicKey: keys.countersignatoryHtlc,
    paymentHash160: hash160OfPaymentHash(htlc.paymentHash),
  }
  const witnessScript =
    htlc.direction === 'offered'
      ? buildOfferedHtlc(common)
      : buildReceivedHtlc({ ...common, cltvExpiry: htlc.cltvExpiry })
  return { kind: 'htlc', htlc, ...p2wshOutput(wholeSats(htlc.amountMsat), witnessScript) }
}

function p2wshOutput(
  value: Sats,
  witnessScript: Uint8Array,
): TxOut & { readonly witnessScript: Uint8Array } {
  return { value, scriptPubKey: p2wsh(witnessScript), witnessScript }
}

function ordered(output: CommitmentOutput): OrderedOutput {
  return output.kind === 'htlc' ? { ...output, cltvExpiry: output.htlc.cltvExpiry } : output
}
