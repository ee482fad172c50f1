import { createHash } from 'node:crypto'
import { bip143Digest, scriptCode } from '@boltwarden/core/bitcoin/bip143'
import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { createPsbt, serialisePsbt } from '@boltwarden/core/bitcoin/psbt'
import {
  serialiseTransaction,
  type Transaction,
  type TxOut,
} from '@boltwarden/core/bitcoin/transaction'
import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { publicKey, type Txid, txid } from '@boltwarden/core/bytes'
import { eventId, payloadId } from '@boltwarden/core/ids'
import { formatKeyPath, type KeyPath, type SigningKeyPath } from '@boltwarden/core/keys/key-path'
import type { SigningJob } from '@boltwarden/core/request'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { sats } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import type { Signer } from './signer.ts'

export const nowMs = Date.UTC(2026, 0, 1)

/** A coin that an input spends. */
export type Coin = {
  readonly txid: Txid
  readonly vout: number
  readonly amount: bigint
  readonly sequence?: number
}

/** An outpoint that follows from a name. */
export function coin(name: string, amount: bigint, sequence?: number): Coin {
  const id = txid(new Uint8Array(createHash('sha256').update(name).digest()))
  return { txid: id, vout: 0, amount, ...(sequence !== undefined && { sequence }) }
}

export function pays(value: bigint, scriptPubKey: Uint8Array): TxOut {
  return { value: sats(value), scriptPubKey }
}

export function spendingTransaction(
  coins: readonly Coin[],
  outputs: readonly TxOut[],
  change: Partial<Transaction> = {},
): Transaction {
  return {
    version: 2,
    inputs: coins.map(({ txid: id, vout, sequence = 0xffff_fffd }) => ({
      txid: id,
      vout,
      scriptSig: new Uint8Array(),
      sequence,
      witness: [],
    })),
    outputs,
    locktime: 0,
    ...change,
  }
}

export const change = (index: number): KeyPath & SigningKeyPath => ({
  purpose: 'l1-wallet',
  coin: 2,
  change: 1,
  index,
})
export const receive = (index: number): KeyPath & SigningKeyPath => ({
  purpose: 'l1-wallet',
  coin: 2,
  change: 0,
  index,
})
export const destination = (index: number): KeyPath & SigningKeyPath => ({
  purpose: 'destination',
  index,
})

/** The script of one of the signer's keys. */
export function scriptOf(signer: Signer, path: KeyPath): Uint8Array {
  return p2wpkh(signer.keys.publicKey(path))
}

/** A P2WPKH script of nobody. */
export function stranger(fill: number): Uint8Array {
  return p2wpkh(portable.publicKey(new Uint8Array(32).fill(fill)))
}

/** A 2-of-2 of the channel's funding key with a counterparty. */
export function fundingScript(signer: Signer, channel: number, fill = 9): Uint8Array {
  const ours = signer.keys.publicKey({ purpose: 'channel-key', channel, key: 'funding' })
  return buildFunding(ours, publicKey(portable.publicKey(new Uint8Array(32).fill(fill))))
}

let jobs = 0

/** A job that asks a P2WPKH key of ours to sign for one input. */
export function walletJob(
  signer: Signer,
  path: SigningKeyPath,
  transaction: Transaction,
  { amount }: Coin,
  at = 0,
  fields: Partial<SigningJob> = {},
): SigningJob {
  const script = scriptOf(signer, path)
  return {
    id: payloadId(`job-${jobs++}`),
    path: formatKeyPath(path),
    message: bip143Digest(transaction, at, script, sats(amount), 'all'),
    isRaw: true,
    script: scriptCode(script),
    amount: sats(amount),
    transaction: serialiseTransaction(transaction),
    ...fields,
  }
}

/** The job with its transaction as a PSBT that says what each input spends. */
export function asPsbt(job: SigningJob, transaction: Transaction, utxos: readonly TxOut[]) {
  const psbt = createPsbt(
    transaction,
    utxos.map((witnessUtxo) => ({ witnessUtxo })),
  )
  return { ...job, transaction: serialisePsbt(psbt) }
}

let events = 0

/** An event of its own that asks for these signatures. */
export function asking(asked: readonly SigningJob[], atMs = nowMs): Delivery {
  const event = eventId(`onchain-${events++}`)
  return {
    event,
    bodyHash: new Uint8Array(createHash('sha256').update(event).digest()),
    timestampMs: atMs,
    receivedAtMs: atMs,
    entity: 'node:1',
    request: { kind: 'derive-key-and-sign', network: 'REGTEST', jobs: asked },
  }
}
