import { bip143Digest } from '@boltwarden/core/bitcoin/bip143'
import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { createPsbt, serialisePsbt } from '@boltwarden/core/bitcoin/psbt'
import { serialiseTransaction, type Transaction } from '@boltwarden/core/bitcoin/transaction'
import { type Digest, digest, type PublicKey, txid } from '@boltwarden/core/bytes'
import { payloadId } from '@boltwarden/core/ids'
import type { SigningJob } from '@boltwarden/core/request'
import { sats } from '@boltwarden/core/units'

/** Signing jobs made to cost as much as an event can. */
export type HostileEvent = { readonly name: string; readonly jobs: readonly SigningJob[] }

const path = "m/84'/2'/0'/0/0"
const one = sats(1000n)
const nothing = digest(new Uint8Array(32))

/** The largest body that the default configuration reads, in bytes. */
export const largestBody = 4_194_304

/** The same in hex digits of transactions and scripts, less what stands around the jobs. */
const bodyBytes = largestBody - 4096

/**
 * Events of about the largest body that is read, each made to cost much in another way.
 *
 * @param wallet - the public key at `m/84'/2'/0'/0/0`.
 */
export function hostileEvents(wallet: PublicKey): readonly HostileEvent[] {
  // As many inputs as jobs: whose n-th job signs which input is then n searches of n inputs.
  const square = Math.floor(Math.sqrt(bodyBytes / 82)) - 4
  return [
    { name: `${square} jobs, ${square} inputs, no digest fits`, jobs: unsigned(square, square) },
    {
      name: `${square} jobs, ${square} inputs, digests in order`,
      jobs: signed(wallet, square, (at) => at),
    },
    {
      name: `${square} jobs, ${square} inputs, digests scattered`,
      jobs: signed(wallet, square, (at) => (at * 89) % square),
    },
    {
      name: '1,000 jobs, each with a transaction of 43 inputs',
      jobs: unsigned(1000, 43, true),
    },
    { name: '5 transactions of 9,700 inputs', jobs: unsigned(5, 9700, true) },
    { name: '5 PSBTs of 3,400 inputs', jobs: psbts(wallet, 5, 3400) },
    { name: '5 transactions of 9,300 outputs', jobs: manyOutputs(wallet, 5, 9300) },
    { name: 'a script of 2 MB', jobs: longScript() },
  ]
}

function transactionOf(inputs: number, outputs: number, lock = 0): Transaction {
  return {
    version: 2,
    inputs: Array.from({ length: inputs }, (_, vout) => ({
      txid: txid(new Uint8Array(32).fill(1)),
      vout,
      scriptSig: new Uint8Array(),
      sequence: 0xffff_fffd,
      witness: [],
    })),
    outputs: Array.from({ length: outputs }, (_, at) => ({
      value: sats(BigInt(600 + at)),
      scriptPubKey: p2wsh(Uint8Array.of(at & 255, at >> 8)),
    })),
    locktime: lock,
  }
}

function jobOf(at: number, transaction: Uint8Array, script: Uint8Array, message: Digest) {
  const id = payloadId(`job-${String(at).padStart(8, '0')}`)
  return { id, path, message, isRaw: true, transaction, script, amount: sats(one + BigInt(at)) }
}

/** Jobs whose message is no digest of their transaction, so that all of it is searched. */
function unsigned(count: number, inputs: number, distinct = false): readonly SigningJob[] {
  const script = p2wsh(new Uint8Array(32))
  return Array.from({ length: count }, (_, at) => {
    const transaction = serialiseTransaction(transactionOf(inputs, 1, distinct ? at : 0))
    return jobOf(at, transaction, script, nothing)
  })
}

/** Jobs of one transaction; the n-th signs the input `inputOf(n)`. */
function signed(
  wallet: PublicKey,
  count: number,
  inputOf: (at: number) => number,
): readonly SigningJob[] {
  const transaction = transactionOf(count, 1)
  const bytes = serialiseTransaction(transaction)
  const script = p2wpkh(wallet)
  return Array.from({ length: count }, (_, at) => {
    const amount = sats(one + BigInt(at))
    const message = bip143Digest(transaction, inputOf(at), script, amount, 'all')
    // Bytes of its own, as each job of a body has.
    return jobOf(at, bytes.slice(), script, message)
  })
}

function psbts(wallet: PublicKey, count: number, inputs: number): readonly SigningJob[] {
  return Array.from({ length: count }, (_, at) => {
    const transaction = transactionOf(inputs, 1, at)
    const scriptPubKey = p2wpkh(wallet)
    const fields = { witnessUtxo: { value: one, scriptPubKey } }
    const psbt = createPsbt(
      transaction,
      transaction.inputs.map(() => fields),
    )
    const amount = sats(one + BigInt(at))
    const message = bip143Digest(transaction, inputs - 1, scriptPubKey, amount, 'all')
    return jobOf(at, serialisePsbt(psbt), scriptPubKey, message)
  })
}

function manyOutputs(wallet: PublicKey, count: number, outputs: number): readonly SigningJob[] {
  const script = p2wpkh(wallet)
  return Array.from({ length: count }, (_, at) => {
    const transaction = transactionOf(1, outputs, at)
    const message = bip143Digest(transaction, 0, script, sats(one + BigInt(at)), 'all')
    return jobOf(at, serialiseTransaction(transaction), script, message)
  })
}

function longScript(): readonly SigningJob[] {
  const transaction = serialiseTransaction(transactionOf(1, 1))
  return [jobOf(0, transaction, new Uint8Array(2_000_000).fill(0x51), nothing)]
}
