import { integer } from '../assert.ts'
import { type Digest, digest } from '../bytes.ts'
import type { Sats } from '../units.ts'
import { ByteWriter } from './byte-writer.ts'
import { sha256d } from './hash.ts'
import { isP2wpkh } from './output-script.ts'
import { type Transaction, type TxIn, writeOutPoint, writeOutput } from './transaction.ts'

/** What a signature commits to: everything, or its own input and the output beside it. */
export type SighashType = 'all' | 'single-anyonecanpay'

/** The byte that ends a signature of each type. */
export const sighashFlag: Readonly<Record<SighashType, number>> = {
  all: 0x01,
  'single-anyonecanpay': 0x83,
}

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
  const shared = new SharedHashes(transaction)
  return new Preimage(shared, scriptCode(script), amount, sighash).digest(inputIndex)
}

/** SHA-256 twice. */
export type Hash = (preimage: Uint8Array) => Uint8Array

/**
 * The preimage of one transaction, script and type. Only the outpoint, the sequence and, for
 * `single-anyonecanpay`, the output hash differ between inputs: they are overwritten in place.
 */
export class Preimage {
  readonly #shared: SharedHashes
  readonly #sighash: SighashType
  readonly #bytes: Uint8Array
  readonly #sequenceAt: number

  constructor(shared: SharedHashes, code: Uint8Array, amount: Sats, sighash: SighashType) {
    this.#shared = shared
    this.#sighash = sighash
    const { transaction } = shared
    const all = sighash === 'all'
    const none = new Uint8Array(32)
    const writer = new ByteWriter(192 + code.length)
      .u32(transaction.version)
      .bytes(all ? shared.prevouts() : none)
      .bytes(all ? shared.sequences() : none)
      .bytes(new Uint8Array(36))
      .sized(code)
      .u64(amount)
      .u32(0)
      .bytes(all ? shared.outputs() : none)
      .u32(transaction.locktime)
      .u32(sighashFlag[sighash])
    this.#bytes = writer.finish()
    this.#sequenceAt = this.#bytes.length - 44
  }

  /** The digest for one input, which the caller has checked to exist. */
  digest(inputIndex: number): Digest {
    const input = this.#shared.transaction.inputs[inputIndex]
    if (input !== undefined) {
      this.#bytes.set(input.txid, 68)
      this.#setU32(100, input.vout)
      this.#setU32(this.#sequenceAt, input.sequence)
    }
    const output = this.#sighash === 'all' ? undefined : this.#shared.output(inputIndex)
    if (output !== undefined) this.#bytes.set(output, this.#sequenceAt + 4)
    return digest(this.#shared.hash(this.#bytes))
  }

  #setU32(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.#bytes[at + i] = value >>> (8 * i)
  }
}

/** What the digests of one transaction have in common, each hashed when it is first needed. */
export class SharedHashes {
  readonly transaction: Transaction
  readonly hash: Hash
  readonly #output = new Map<number, Uint8Array>()
  #prevouts: Uint8Array | undefined
  #sequences: Uint8Array | undefined
  #outputs: Uint8Array | undefined

  constructor(transaction: Transaction, hash: Hash = sha256d) {
    this.transaction = transaction
    this.hash = hash
  }

  prevouts(): Uint8Array {
    this.#prevouts ??= this.#hashOf(36, this.transaction.inputs, writeOutPoint)
    return this.#prevouts
  }

  sequences(): Uint8Array {
    const write = (writer: ByteWriter, { sequence }: TxIn) => writer.u32(sequence)
    this.#sequences ??= this.#hashOf(4, this.transaction.inputs, write)
    return this.#sequences
  }

  outputs(): Uint8Array {
    this.#outputs ??= this.#hashOf(43, this.transaction.outputs, writeOutput)
    return this.#outputs
  }

  /** That of one output alone; undefined where there is none. */
  output(index: number): Uint8Array | undefined {
    const output = this.transaction.outputs[index]
    const known = this.#output.get(index)
    if (output === undefined || known !== undefined) return known
    const hash = this.#hashOf(64, [output], writeOutput)
    this.#output.set(index, hash)
    return hash
  }

  #hashOf<T>(
    sizeHint: number,
    parts: readonly T[],
    write: (writer: ByteWriter, part: T) => unknown,
  ): Uint8Array {
    const writer = new ByteWriter(sizeHint * parts.length)
    for (const part of parts) write(writer, part)
    return this.hash(writer.finish())
  }
}
