import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { createPsbt, serialisePsbt } from '@boltwarden/core/bitcoin/psbt'
import { type Transaction, type TxOut, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { buildClosing } from '@boltwarden/core/bolt3/closing-transaction'
import { derivePrivateTweak, justiceTweaks } from '@boltwarden/core/bolt3/key-derivation'
import type { PublicKey } from '@boltwarden/core/bytes'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { type Sats, sats } from '@boltwarden/core/units'
import { type Balances, outputsOf, type PlacedOutput, type SideCommitment } from './commitment.ts'
import type { JobDraft } from './job.ts'
import { less, unsigned } from './spending.ts'
import { type ChannelTerms, channelPath } from './terms.ts'

/** One of the signer's own addresses: the path, and the P2WPKH that an output pays. */
export type OwnAddress = { readonly path: string; readonly publicKey: PublicKey }

/** A cooperative close that pays the holder at `destination`, and its fee in satoshis. */
export function closingJob(
  terms: ChannelTerms,
  balances: Balances,
  destination: OwnAddress,
  fee: Sats,
): JobDraft {
  const holder = output(balances.holderMsat, p2wpkh(destination.publicKey))
  const counterparty = output(balances.counterpartyMsat, p2wpkh(terms.counterparty.closing))
  const [funderOutput, otherOutput] =
    terms.opener === 'holder' ? [holder, counterparty] : [counterparty, holder]
  return {
    path: channelPath(terms, 0),
    publicKey: terms.holder.funding,
    transaction: buildClosing({
      funding: terms.funding,
      funderOutput,
      otherOutput,
      fee,
      dustLimit: terms.dustLimit,
    }),
    inputIndex: 0,
    script: terms.fundingScript,
    amount: terms.capacity,
    destinationPath: destination.path,
  }
}

function output(amountMsat: bigint, scriptPubKey: Uint8Array): TxOut {
  return { value: sats(amountMsat / 1000n), scriptPubKey }
}

const claimFee = 250n

/** Spends an output that pays one of the signer's own addresses. */
export function walletSweep(
  from: OwnAddress,
  spent: { readonly transaction: Transaction; readonly vout: number; readonly value: Sats },
  destination: OwnAddress,
): JobDraft {
  const script = p2wpkh(from.publicKey)
  return {
    path: from.path,
    publicKey: from.publicKey,
    transaction: unsigned({
      inputs: [{ txid: transactionId(spent.transaction), vout: spent.vout }],
      outputs: [
        { value: less(spent.value, claimFee), scriptPubKey: p2wpkh(destination.publicKey) },
      ],
    }),
    inputIndex: 0,
    script,
    amount: spent.value,
    destinationPath: destination.path,
  }
}

/** Spends the holder's output of the counterparty's commitment; the platform sends its PSBT. */
export function toRemoteSweep(
  terms: ChannelTerms,
  commitment: SideCommitment,
  output: PlacedOutput<'to-remote'>,
  destination: OwnAddress,
): JobDraft {
  const { value, scriptPubKey, witnessScript } = output
  const txid = transactionId(commitment.transaction)
  const transaction = unsigned({
    inputs: [{ txid, vout: output.vout, ...(witnessScript && { sequence: 1 }) }],
    outputs: [{ value: less(value, claimFee), scriptPubKey: p2wpkh(destination.publicKey) }],
  })
  const psbtInput = {
    witnessUtxo: { value, scriptPubKey },
    ...(witnessScript && { witnessScript }),
  }
  return {
    path: channelPath(terms, 2),
    publicKey: terms.holder.payment,
    transaction,
    inputIndex: 0,
    script: witnessScript ?? scriptPubKey,
    amount: value,
    destinationPath: destination.path,
    psbt: serialisePsbt(createPsbt(transaction, [psbtInput])),
  }
}

/** Spends the holder's own delayed output, of its commitment or of an HTLC's second stage. */
export function delayedSweep(
  terms: ChannelTerms,
  commitment: SideCommitment,
  spent: { readonly transaction: Transaction; readonly vout: number; readonly script: Uint8Array },
  destination: OwnAddress,
): JobDraft {
  const value = spent.transaction.outputs[spent.vout]?.value ?? sats(0n)
  const input = {
    txid: transactionId(spent.transaction),
    vout: spent.vout,
    sequence: terms.toSelfDelay,
  }
  return {
    path: channelPath(terms, 3),
    publicKey: terms.holder.delayedPayment,
    addTweak: derivePrivateTweak(commitment.point, terms.holder.delayedPayment),
    transaction: unsigned({
      inputs: [input],
      outputs: [{ value: less(value, claimFee), scriptPubKey: p2wpkh(destination.publicKey) }],
    }),
    inputIndex: 0,
    script: spent.script,
    amount: value,
    destinationPath: destination.path,
  }
}

/**
 * Takes all that the counterparty would have from a revoked commitment, in one transaction: its
 * delayed output and every HTLC. One job for each.
 */
export function justiceJobs(
  secp256k1: Secp256k1,
  terms: ChannelTerms,
  commitment: SideCommitment,
  destination: OwnAddress,
): readonly JobDraft[] {
  const spoils = [...outputsOf(commitment, 'to-local'), ...outputsOf(commitment, 'htlc')]
  const txid = transactionId(commitment.transaction)
  const total = spoils.reduce((sum, { value }) => sum + value, 0n)
  const transaction = unsigned({
    inputs: spoils.map(({ vout }) => ({ txid, vout })),
    outputs: [{ value: sats(total - 2n * claimFee), scriptPubKey: p2wpkh(destination.publicKey) }],
  })
  const secret = terms.counterparty.secret(commitment.number)
  const tweaks = justiceTweaks(secp256k1, secret, terms.holder.revocation)
  return spoils.map(({ witnessScript, value }, inputIndex) => ({
    path: channelPath(terms, 1),
    publicKey: terms.holder.revocation,
    ...tweaks,
    transaction,
    inputIndex,
    script: witnessScript,
    amount: value,
    destinationPath: destination.path,
  }))
}

/** The L1 transaction that funds a channel of the holder's. */
export function fundingJob(
  from: OwnAddress,
  spent: { readonly txid: Transaction['inputs'][number]['txid']; readonly value: Sats },
  fundingScript: Uint8Array,
  capacity: Sats,
  change: OwnAddress,
): JobDraft {
  const outputs = [
    { value: capacity, scriptPubKey: p2wsh(fundingScript) },
    { value: less(spent.value, capacity + claimFee), scriptPubKey: p2wpkh(change.publicKey) },
  ]
  return {
    path: from.path,
    publicKey: from.publicKey,
    transaction: unsigned({ inputs: [{ txid: spent.txid, vout: 0 }], outputs }),
    inputIndex: 0,
    script: p2wpkh(from.publicKey),
    amount: spent.value,
    destinationPath: change.path,
  }
}
