import { bip143Digest, type SighashType, sighashFlag } from '@boltwarden/core/bitcoin/bip143'
import {
  serialiseTransaction,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { obscuringFactorOf } from '@boltwarden/core/bolt3/commitment-number'
import type {
  Commitment,
  CommitmentHtlc,
  CommitmentParameters,
} from '@boltwarden/core/bolt3/commitment-transaction'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { buildHtlcTransaction } from '@boltwarden/core/bolt3/htlc-transaction'
import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { concat, paymentHash, publicKey, txid } from '@boltwarden/core/bytes'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { commitmentNumber, feeratePerKw, type Sats, sats } from '@boltwarden/core/units'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { fromDisplayOrder } from '../bitcoin/vectors.ts'

export type AppendixHtlc = {
  number: number
  direction: 'offered' | 'received'
  amountMsat: string
  cltvExpiry: number
  paymentPreimage: string
}

export type AppendixCommon = {
  fundingTxid: string
  fundingVout: number
  fundingAmountSats: string
  commitmentNumber: number
  toSelfDelay: number
  localPaymentBasepoint: string
  remotePaymentBasepoint: string
  localFundingPrivateKey: string
  remoteFundingPrivateKey: string
  localFundingPublicKey: string
  remoteFundingPublicKey: string
  localHtlcPrivateKey: string
  remoteHtlcPrivateKey: string
  localHtlcPublicKey: string
  remoteHtlcPublicKey: string
  localDelayedPublicKey: string
  revocationPublicKey: string
  fundingWitnessScript: string
  htlcs: AppendixHtlc[]
}

export type AppendixCase = {
  name: string
  toLocalMsat: string
  toRemoteMsat: string
  feeratePerKw: number
  htlcs: number[]
  remoteSignatureDer: string
  transaction: string
  htlcTransactions: { remoteSignatureDer: string; transaction: string }[]
}

const point = (text: string) => publicKey(hexToBytes(text))

export function fundingScriptOf(common: AppendixCommon): Uint8Array {
  return buildFunding(point(common.localFundingPublicKey), point(common.remoteFundingPublicKey))
}

export function parametersOf(
  type: CommitmentType,
  common: AppendixCommon,
  c: AppendixCase,
  dustLimit: Sats,
): CommitmentParameters {
  return {
    type,
    funding: { txid: txid(fromDisplayOrder(common.fundingTxid)), vout: common.fundingVout },
    number: commitmentNumber(common.commitmentNumber),
    obscuringFactor: obscuringFactorOf(
      point(common.localPaymentBasepoint),
      point(common.remotePaymentBasepoint),
    ),
    keys: {
      broadcasterFunding: point(common.localFundingPublicKey),
      countersignatoryFunding: point(common.remoteFundingPublicKey),
      revocation: point(common.revocationPublicKey),
      broadcasterDelayed: point(common.localDelayedPublicKey),
      broadcasterHtlc: point(common.localHtlcPublicKey),
      countersignatoryHtlc: point(common.remoteHtlcPublicKey),
      countersignatoryPayment: point(common.remotePaymentBasepoint),
    },
    toSelfDelay: common.toSelfDelay,
    dustLimit,
    feerate: feeratePerKw(c.feeratePerKw),
    funder: 'broadcaster',
    toLocalMsat: BigInt(c.toLocalMsat),
    toRemoteMsat: BigInt(c.toRemoteMsat),
    htlcs: c.htlcs.map((number) => htlcOf(common, number)),
  }
}

function htlcOf(common: AppendixCommon, number: number): CommitmentHtlc {
  const htlc = common.htlcs.find((candidate) => candidate.number === number)
  if (htlc === undefined) throw new Error(`no HTLC ${number}`)
  return {
    direction: htlc.direction,
    amountMsat: BigInt(htlc.amountMsat),
    cltvExpiry: htlc.cltvExpiry,
    paymentHash: paymentHash(sha256(hexToBytes(htlc.paymentPreimage))),
  }
}

/** A DER signature with its sighash byte, as it stands in a witness. */
function sign(
  transaction: Transaction,
  script: Uint8Array,
  amount: Sats,
  privateKey: string,
  sighash: SighashType,
): Uint8Array {
  const digest = bip143Digest(transaction, 0, script, amount, sighash)
  const der = secp256k1.sign(digest, hexToBytes(privateKey), { prehash: false, format: 'der' })
  return concat(der, Uint8Array.of(sighashFlag[sighash]))
}

function withWitness(transaction: Transaction, ...witness: Uint8Array[]): Transaction {
  return { ...transaction, inputs: transaction.inputs.map((input) => ({ ...input, witness })) }
}

const empty = new Uint8Array()

/** The signed commitment as hex, and the countersignatory's signature with its sighash byte. */
export function signCommitment(common: AppendixCommon, { transaction }: Commitment) {
  const script = fundingScriptOf(common)
  const amount = sats(BigInt(common.fundingAmountSats))
  const local = sign(transaction, script, amount, common.localFundingPrivateKey, 'all')
  const remote = sign(transaction, script, amount, common.remoteFundingPrivateKey, 'all')
  const signed = withWitness(transaction, empty, local, remote, script)
  return { transaction: toHex(serialiseTransaction(signed)), remote: toHex(remote) }
}

/** The signed HTLC transactions of a commitment, in the order of its outputs. */
export function signHtlcTransactions(
  common: AppendixCommon,
  parameters: CommitmentParameters,
  commitment: Commitment,
) {
  const sighash = parameters.type === 'anchors' ? 'single-anyonecanpay' : 'all'
  const id = transactionId(commitment.transaction)
  return commitment.outputs.flatMap((output, vout) => {
    if (output.kind !== 'htlc') return []
    const transaction = buildHtlcTransaction({
      type: parameters.type,
      htlcOutput: { txid: id, vout },
      htlc: output.htlc,
      feerate: parameters.feerate,
      toSelfDelay: parameters.toSelfDelay,
      revocationPublicKey: parameters.keys.revocation,
      delayedPublicKey: parameters.keys.broadcasterDelayed,
    })
    const { witnessScript, value } = output
    const remote = sign(transaction, witnessScript, value, common.remoteHtlcPrivateKey, sighash)
    const local = sign(transaction, witnessScript, value, common.localHtlcPrivateKey, 'all')
    const preimage = preimageOf(common, output.htlc)
    const signed = withWitness(transaction, empty, remote, local, preimage, witnessScript)
    return [{ transaction: toHex(serialiseTransaction(signed)), remote: toHex(remote) }]
  })
}

function preimageOf(common: AppendixCommon, htlc: CommitmentHtlc): Uint8Array {
  if (htlc.direction === 'offered') return empty
  const found = common.htlcs.find(
    ({ paymentPreimage }) => toHex(sha256(hexToBytes(paymentPreimage))) === toHex(htlc.paymentHash),
  )
  return hexToBytes(found?.paymentPreimage ?? '')
}
