import { equalBytes } from '../bytes.ts'
import { toHex } from '../hex.ts'
import type { Result } from '../result.ts'
import { type ByteReader, type ParseProblem, parseBytes } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { globalRules, inputRules, outputRules, type PsbtRules } from './psbt-fields.ts'
import {
  maxTransactionBytes,
  readOutput,
  readTransaction,
  readUnsignedTransaction,
  serialiseWithoutWitness,
  type Transaction,
  type TxOut,
  writeOutput,
} from './transaction.ts'

/** One key and value of a PSBT map. */
export type PsbtRecord = {
  readonly type: number
  /** What follows the type in the key. */
  readonly keyData: Uint8Array
  readonly value: Uint8Array
}

/** One input of a PSBT: all its records as they came, and those that a signer reads. */
export type PsbtInput = {
  readonly records: readonly PsbtRecord[]
  /** The whole transaction whose output is spent. */
  readonly nonWitnessUtxo?: Transaction
  /** The output that is spent. */
  readonly witnessUtxo?: TxOut
  readonly sighashType?: number
  readonly witnessScript?: Uint8Array
}

/** A partially signed Bitcoin transaction, version 0. */
export type Psbt = {
  readonly transaction: Transaction
  /** Records of the global map but the transaction, as they came. */
  readonly records: readonly PsbtRecord[]
  readonly inputs: readonly PsbtInput[]
  readonly outputs: readonly (readonly PsbtRecord[])[]
}

/** What {@link createPsbt} states of an input. */
export type PsbtInputFields = {
  readonly witnessUtxo: TxOut
  readonly witnessScript?: Uint8Array
  readonly sighashType?: number
}

/** `psbt` and 0xff: how a PSBT starts. */
export const psbtMagic: Uint8Array = Uint8Array.of(0x70, 0x73, 0x62, 0x74, 0xff)

/**
 * Reads a version 0 PSBT from all of `bytes`. Unknown records are kept; doubled keys, malformed
 * known records, version 2 records and a transaction that is partly signed are refused.
 *
 * @see https://github.com/bitcoin/bips/blob/master/bip-0174.mediawiki#specification
 * @example
 * ```ts
 * import { parsePsbt } from '@boltwarden/core/bitcoin/psbt'
 * parsePsbt(Uint8Array.of(0x70, 0x73)) // { ok: false, error: { message: …, offset: 0 } }
 * ```
 */
export function parsePsbt(bytes: Uint8Array): Result<Psbt, ParseProblem> {
  return parseBytes(bytes, maxTransactionBytes, readPsbt)
}

function readPsbt(reader: ByteReader): Psbt {
  if (!equalBytes(reader.take(psbtMagic.length), psbtMagic)) reader.fail('not a PSBT', 0)
  const global = readMap(reader, globalRules)
  const unsigned = global.find((record) => record.type === globalUnsignedTx)
  if (unsigned === undefined) return reader.fail('PSBT lacks the unsigned transaction')
  const transaction = readInner(reader, unsigned, 'unsigned transaction', readUnsignedTransaction)
  if (transaction.inputs.some((input) => input.scriptSig.length > 0)) {
    reader.fail('unsigned transaction has a scriptSig')
  }
  return {
    transaction,
    records: global.filter((record) => record !== unsigned),
    inputs: transaction.inputs.map(() => readInput(reader)),
    outputs: transaction.outputs.map(() => readMap(reader, outputRules)),
  }
}

const globalUnsignedTx = 0x00
const inNonWitnessUtxo = 0x00
const inWitnessUtxo = 0x01
const inSighashType = 0x03
const inWitnessScript = 0x05

function readInput(reader: ByteReader): PsbtInput {
  const records = readMap(reader, inputRules)
  const byType = (type: number) => records.find((record) => record.type === type)
  const nonWitnessUtxo = byType(inNonWitnessUtxo)
  const witnessUtxo = byType(inWitnessUtxo)
  const sighashType = byType(inSighashType)
  const witnessScript = byType(inWitnessScript)
  return {
    records,
    ...(nonWitnessUtxo && {
      nonWitnessUtxo: readInner(reader, nonWitnessUtxo, 'non-witness UTXO', readTransaction),
    }),
    ...(witnessUtxo && {
      witnessUtxo: readInner(reader, witnessUtxo, 'witness UTXO', readOutput),
    }),
    ...(sighashType && {
      sighashType: readInner(reader, sighashType, 'sighash type', (value) => value.u32()),
    }),
    ...(witnessScript && { witnessScript: witnessScript.value }),
  }
}

function readInner<T>(
  reader: ByteReader,
  record: PsbtRecord,
  label: string,
  parse: (reader: ByteReader) => T,
): T {
  const inner = parseBytes(record.value, maxTransactionBytes, parse)
  return inner.ok ? inner.value : reader.fail(`${label}: ${inner.error.message}`)
}

function readMap(reader: ByteReader, rules: PsbtRules): readonly PsbtRecord[] {
  const records: PsbtRecord[] = []
  const seen = new Set<string>()
  for (;;) {
    const start = reader.offset
    const key = reader.sized()
    if (key.length === 0) return records
    const name = toHex(key)
    if (seen.has(name)) reader.fail('PSBT map has a key twice', start)
    seen.add(name)
    const { type, keyData } = readKey(reader, key, start)
    const record = { type, keyData, value: reader.sized() }
    const problem = rules.get(record.type)?.(record)
    if (problem !== undefined) reader.fail(problem, start)
    records.push(record)
  }
}

function readKey(
  reader: ByteReader,
  key: Uint8Array,
  start: number,
): Pick<PsbtRecord, 'type' | 'keyData'> {
  const [first] = key
  // Every type that is known has one byte, and there may be 50,000 records.
  if (first !== undefined && first < 0xfd) return { type: first, keyData: key.subarray(1) }
  const parsed = parseBytes(key, key.length, (inner) => ({
    type: inner.compactSize(),
    keyData: inner.take(inner.remaining),
  }))
  return parsed.ok ? parsed.value : reader.fail(`PSBT key: ${parsed.error.message}`, start)
}

/** The bytes of a PSBT: the inverse of {@link parsePsbt}, the transaction's record first. */
export function serialisePsbt(psbt: Psbt): Uint8Array {
  const transaction = serialiseWithoutWitness(psbt.transaction)
  const writer = new ByteWriter(2 * transaction.length).bytes(psbtMagic)
  writeMap(writer, [record(globalUnsignedTx, transaction), ...psbt.records])
  for (const input of psbt.inputs) writeMap(writer, input.records)
  for (const output of psbt.outputs) writeMap(writer, output)
  return writer.finish()
}

function record(type: number, value: Uint8Array): PsbtRecord {
  return { type, keyData: new Uint8Array(), value }
}

function writeMap(writer: ByteWriter, records: readonly PsbtRecord[]): void {
  for (const { type, keyData, value } of records) {
    const key = new ByteWriter(keyData.length + 1).compactSize(type).bytes(keyData).finish()
    writer.sized(key).sized(value)
  }
  writer.u8(0)
}

/**
 * A PSBT of an unsigned transaction, one entry of `inputs` for each of its inputs.
 *
 * @throws {RangeError} if their numbers differ, or the transaction is partly signed.
 */
export function createPsbt(transaction: Transaction, inputs: readonly PsbtInputFields[]): Psbt {
  if (inputs.length !== transaction.inputs.length) {
    throw new RangeError(`"inputs" expected ${transaction.inputs.length}, got ${inputs.length}`)
  }
  if (transaction.inputs.some(({ scriptSig, witness }) => scriptSig.length + witness.length > 0)) {
    throw new RangeError('"transaction" expected without signatures')
  }
  return {
    transaction,
    records: [],
    inputs: inputs.map(createInput),
    outputs: transaction.outputs.map(() => []),
  }
}

function createInput(fields: PsbtInputFields): PsbtInput {
  const { witnessUtxo, sighashType, witnessScript } = fields
  const utxo = writeOutput(new ByteWriter(64), witnessUtxo).finish()
  const records = [record(inWitnessUtxo, utxo)]
  if (sighashType !== undefined) {
    records.push(record(inSighashType, new ByteWriter(4).u32(sighashType).finish()))
  }
  if (witnessScript !== undefined) records.push(record(inWitnessScript, witnessScript))
  return { records, ...fields }
}
