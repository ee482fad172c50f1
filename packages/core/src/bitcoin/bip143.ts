import { integer } from '../assert.ts'
import { type Digest, digest, equalBytes } from '../bytes.ts'
import type { Sats } from '../units.ts'
import { ByteWriter } from './byte-writer.ts'
import { sha256d } from './hash.ts'
import { isP2wpkh } from './output-script.ts'
import { type Transaction, writeOutPoint, writeOutput } from './transaction.ts'

/** What a signature commits to: everything, or its own input and the output beside it. */
export type SighashType = 'all' | 'single-anyonecanpay'

/** The byte that ends a signature of each type. */
export const sighashFlag: Readonly<Record<SighashType, number>> = {
  all: 0x01,
  'single-anyonecanpay': 0x83,
}

/** A digest and where it belongs: the input it spends, and how it was made. */
export type SighashMatch = {
  readonly inputIndex: number
  readonly sighash: SighashType
  readonly digest: Digest
}

/**
 * The longest script that {@link findSighash} tries, in bytes: a received HTLC of an anchor channel
 * whose expiry takes four bytes. It is hashed anew for every input, so the limit is what bounds the
 * work.
 */
export const maxSearchedScriptBytes = 143

/**
 * The script that BIP 143 hashes: for a P2WPKH scriptPubKey its P2PKH form, else `script` itself.
 *
 * @param script - a witness script, a P2WPKH scriptPubKey, or the latter's script code.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki#specification
 */
export function scriptCode(script: Uint8Array): Uint8Array {
  if (!isP2wpkh(script)) return script
  return Uint8Array.of(0x76, 0xa9, ...script.subarray(1), 0x88, 0xac)
}

/**
 * The 32 bytes that a signature of one segwit v0 input signs.
 *
 * @param inputIndex - of the input that is signed.
 * @param script - as in {@link scriptCode}.
 * @param amount - of the output that is spent.
 * @throws {RangeError} if there is no such input, or for `single-anyonecanpay` no output beside it:
 * such a signature would commit to no output at all.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki
 * @example
 * ```ts
 * import { txid } from '@boltwarden/core/bytes'
 * import { sats } from '@boltwarden/core/units'
 * import { bip143Digest } from '@boltwarden/core/bitcoin/bip143'
 *
 * const transaction = {
 *   version: 2,
 *   inputs: [
 *     {
 *       txid: txid(new Uint8Array(32)),
 *       vout: 0,
 *       scriptSig: new Uint8Array(),
 *       sequence: 0xffff_ffff,
 *       witness: [],
 *     },
 *   ],
 *   outputs: [{ value: sats(900n), scriptPubKey: Uint8Array.of(0x51) }],
 *   locktime: 0,
 * }
 * bip143Digest(transaction, 0, Uint8Array.of(0x51), sats(1000n), 'all').length // 32
 * ```
 */
export function bip143Digest(
  transaction: Transaction,
  inputIndex: number,
  script: Uint8Array,
  amount: Sats,
  sighash: SighashType,
): Digest {
  const inputs = transaction.inputs.length
  const outputs = transaction.outputs.length
  const signable = sighash === 'all' ? inputs : Math.min(inputs, outputs)
  integer('inputIndex', inputIndex, 0, signable - 1)
  return new Preimage(transaction, scriptCode(script), amount, sighash).digest(inputIndex)
}

/**
 * Finds the input whose BIP 143 digest is one of `digests`: SIGHASH_ALL on every input, then
 * SINGLE|ANYONECANPAY on every input that has an output beside it. A job does not say which it is.
 *
 * What all inputs share is hashed once, so the work is linear in the size of the transaction,
 * however many digests are looked for.
 *
 * @returns the first match, or undefined: then they sign something else.
 */
export function findSighash(
  transaction: Transaction,
  script: Uint8Array,
  amount: Sats,
  ...digests: readonly Digest[]
): SighashMatch | undefined {
  if (script.length > maxSearchedScriptBytes) return undefined
  const code = scriptCode(script)
  const { inputs, outputs } = transaction
  for (const sighash of ['all', 'single-anyonecanpay'] as const) {
    const preimage = new Preimage(transaction, code, amount, sighash)
    const last = sighash === 'all' ? inputs.length : Math.min(inputs.length, outputs.length)
    for (let inputIndex = 0; inputIndex < last; inputIndex++) {
      const computed = preimage.digest(inputIndex)
      const digest = digests.find((candidate) => equalBytes(computed, candidate))
      if (digest !== undefined) return { inputIndex, sighash, digest }
    }
  }
  return undefined
}

/**
 * The preimage of one transaction, script and type. Only the outpoint, the sequence and, for
 * `single-anyonecanpay`, the output hash differ between inputs: they are overwritten in place.
 */
class Preimage {
  readonly #transaction: Transaction
  readonly #sighash: SighashType
  readonly #bytes: Uint8Array
  readonly #sequenceAt: number

  constructor(transaction: Transaction, code: Uint8Array, amount: Sats, sighash: SighashType) {
    this.#transaction = transaction
    this.#sighash = sighash
    const all = sighash === 'all'
    const none = new Uint8Array(32)
    const writer = new ByteWriter(192 + code.length)
      .u32(transaction.version)
      .bytes(all ? hashPrevouts(transaction) : none)
      .bytes(all ? hashSequence(transaction) : none)
      .bytes(new Uint8Array(36))
      .sized(code)
      .u64(amount)
      .u32(0)
      .bytes(all ? hashOutputs(transaction) : none)
      .u32(transaction.locktime)
      .u32(sighashFlag[sighash])
    this.#bytes = writer.finish()
    this.#sequenceAt = this.#bytes.length - 44
  }

  /** The digest for one input, which the caller has checked to exist. */
  digest(inputIndex: number): Digest {
    const input = this.#transaction.inputs[inputIndex]
    if (input !== undefined) {
      this.#bytes.set(input.txid, 68)
      this.#setU32(100, input.vout)
      this.#setU32(this.#sequenceAt, input.sequence)
    }
    const output = this.#transaction.outputs[inputIndex]
    if (this.#sighash === 'single-anyonecanpay' && output !== undefined) {
      const hash = sha256d(writeOutput(new ByteWriter(64), output).finish())
      this.#bytes.set(hash, this.#sequenceAt + 4)
    }
    return digest(sha256d(this.#bytes))
  }

  #setU32(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.#bytes[at + i] = value >>> (8 * i)
  }
}

function hashPrevouts(transaction: Transaction): Uint8Array {
  const writer = new ByteWriter(36 * transaction.inputs.length)
  for (const input of transaction.inputs) writeOutPoint(writer, input)
  return sha256d(writer.finish())
}

function hashSequence(transaction: Transaction): Uint8Array {
  const writer = new ByteWriter(4 * transaction.inputs.length)
  for (const input of transaction.inputs) writer.u32(input.sequence)
  return sha256d(writer.finish())
}

function hashOutputs(transaction: Transaction): Uint8Array {
  const writer = new ByteWriter(43 * transaction.outputs.length)
  for (const output of transaction.outputs) writeOutput(writer, output)
  return sha256d(writer.finish())
}
