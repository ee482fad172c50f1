import { type Txid, txid } from '../bytes.ts'
import type { Result } from '../result.ts'
import { maxSats, type Sats, sats } from '../units.ts'
import { type ByteReader, type ParseProblem, parseBytes } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { sha256d } from './hash.ts'

/** The output that an input spends. */
export type OutPoint = {
  /** Internal byte order. */
  readonly txid: Txid
  readonly vout: number
}

/** A transaction's input. */
export type TxIn = OutPoint & {
  readonly scriptSig: Uint8Array
  readonly sequence: number
  /** Empty where the transaction is unsigned. */
  readonly witness: readonly Uint8Array[]
}

/** A transaction's output. */
export type TxOut = { readonly value: Sats; readonly scriptPubKey: Uint8Array }

/** A Bitcoin transaction, signed or not. */
export type Transaction = {
  readonly version: number
  readonly inputs: readonly TxIn[]
  readonly outputs: readonly TxOut[]
  readonly locktime: number
}

/** The longest transaction that is read, in bytes: the limit that nodes relay, without discount. */
export const maxTransactionBytes = 400_000

/** Fewest bytes of an input: outpoint, empty script, sequence. */
const leastInputBytes = 41
/** Fewest bytes of an output: value, empty script. */
const leastOutputBytes = 9

/**
 * Reads one transaction, in the old or the witness form, from all of `bytes`.
 *
 * Refused: bytes left over, numbers not in their shortest form, no inputs or no outputs, amounts
 * or a sum of them above 21 million bitcoin, a witness form without a witness, and anything above
 * {@link maxTransactionBytes}. A count is compared with the bytes left before memory is taken.
 *
 * @see https://github.com/bitcoin/bips/blob/master/bip-0144.mediawiki
 * @example
 * ```ts
 * import { parseTransaction } from '@boltwarden/core/bitcoin/transaction'
 * parseTransaction(new Uint8Array(3)) // { ok: false, error: { message: …, offset: 0 } }
 * ```
 */
export function parseTransaction(bytes: Uint8Array): Result<Transaction, ParseProblem> {
  return parseBytes(bytes, maxTransactionBytes, readTransaction)
}

/** Reads a transaction in either form; for formats that contain one. */
export function readTransaction(reader: ByteReader): Transaction {
  const version = reader.u32()
  // A count of inputs cannot be 0, so a 0 here is the marker of the witness form.
  const hasWitness = reader.peek() === 0 && reader.peek(1) === 1
  if (hasWitness) reader.take(2)
  const spent = readInputs(reader)
  if (spent.length === 0) reader.fail('transaction has no inputs')
  const outputs = readOutputs(reader)
  if (outputs.length === 0) reader.fail('transaction has no outputs')
  const inputs = hasWitness ? readWitnesses(reader, spent) : spent
  return { version, inputs, outputs, locktime: reader.u32() }
}

/**
 * Reads a transaction in the old form only, as BIP 174 has it: there it may still lack inputs and
 * outputs.
 */
export function readUnsignedTransaction(reader: ByteReader): Transaction {
  return {
    version: reader.u32(),
    inputs: readInputs(reader),
    outputs: readOutputs(reader),
    locktime: reader.u32(),
  }
}

function readInputs(reader: ByteReader): readonly TxIn[] {
  const inputs: TxIn[] = []
  for (let left = reader.count(leastInputBytes); left > 0; left--) inputs.push(readInput(reader))
  return inputs
}

function readOutputs(reader: ByteReader): readonly TxOut[] {
  const outputs: TxOut[] = []
  let sum = 0n
  for (let left = reader.count(leastOutputBytes); left > 0; left--) {
    const output = readOutput(reader)
    sum += output.value
    outputs.push(output)
  }
  if (sum > maxSats) reader.fail('outputs add up to more than 21 million bitcoin')
  return outputs
}

function readInput(reader: ByteReader): TxIn {
  return {
    txid: txid(reader.take(32)),
    vout: reader.u32(),
    scriptSig: reader.sized(),
    sequence: reader.u32(),
    witness: [],
  }
}

/** Reads one output: value, then script. */
export function readOutput(reader: ByteReader): TxOut {
  const start = reader.offset
  const value = BigInt(reader.u64())
  if (value > maxSats) reader.fail('amount is above 21 million bitcoin', start)
  return { value: sats(value), scriptPubKey: reader.sized() }
}

function readWitnesses(reader: ByteReader, inputs: readonly TxIn[]): readonly TxIn[] {
  const start = reader.offset
  const signed = inputs.map((input) => ({ ...input, witness: readWitness(reader) }))
  if (signed.every((input) => input.witness.length === 0)) {
    reader.fail('witness form without a witness', start)
  }
  return signed
}

/** Reads one input's witness stack. */
export function readWitness(reader: ByteReader): readonly Uint8Array[] {
  const stack: Uint8Array[] = []
  for (let left = reader.count(1); left > 0; left--) stack.push(reader.sized())
  return stack
}

/**
 * The bytes of a transaction: the witness form where an input has a witness, else the old form.
 *
 * @throws {RangeError} if a version, vout, sequence or locktime is no 32-bit number.
 */
export function serialiseTransaction(transaction: Transaction): Uint8Array {
  return write(transaction, hasWitness(transaction))
}

/** The bytes of a transaction without its witnesses: what {@link transactionId} hashes. */
export function serialiseWithoutWitness(transaction: Transaction): Uint8Array {
  return write(transaction, false)
}

function hasWitness(transaction: Transaction): boolean {
  return transaction.inputs.some((input) => input.witness.length > 0)
}

function write(transaction: Transaction, withWitness: boolean): Uint8Array {
  const writer = new ByteWriter().u32(transaction.version)
  if (withWitness) writer.u8(0).u8(1)
  writer.compactSize(transaction.inputs.length)
  for (const input of transaction.inputs) {
    writeOutPoint(writer, input).sized(input.scriptSig).u32(input.sequence)
  }
  writer.compactSize(transaction.outputs.length)
  for (const output of transaction.outputs) writeOutput(writer, output)
  if (withWitness) {
    for (const { witness } of transaction.inputs) {
      writer.compactSize(witness.length)
      for (const item of witness) writer.sized(item)
    }
  }
  return writer.u32(transaction.locktime).finish()
}

/** Writes an outpoint as it stands in an input, 36 bytes. */
export function writeOutPoint(writer: ByteWriter, outPoint: OutPoint): ByteWriter {
  return writer.bytes(outPoint.txid).u32(outPoint.vout)
}

/** Writes one output: value, then script. */
export function writeOutput(writer: ByteWriter, output: TxOut): ByteWriter {
  return writer.u64(output.value).sized(output.scriptPubKey)
}

/**
 * The transaction's id in internal byte order, 32 bytes; the same before and after signing where
 * every input is segwit.
 */
export function transactionId(transaction: Transaction): Txid {
  return txid(sha256d(serialiseWithoutWitness(transaction)))
}
