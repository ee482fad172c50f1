import { createHash } from 'node:crypto'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'

/** The input that a signature is for, and the type byte that ends it. */
export type SignedInput = {
  readonly transaction: Transaction
  readonly inputIndex: number
  /** A witness script, or the scriptPubKey of P2WPKH. */
  readonly script: Uint8Array
  readonly amount: bigint
}

/** The type bytes of signatures. */
export const sighashFlags = {
  all: 0x01,
  none: 0x02,
  single: 0x03,
  'all-anyonecanpay': 0x81,
  'none-anyonecanpay': 0x82,
  'single-anyonecanpay': 0x83,
} as const

/** The name of a signature's type. */
export type SighashName = keyof typeof sighashFlags

/**
 * The digest that a signature of any type signs, written a second time: the signer's own does not
 * know the types that it must never sign.
 *
 * @see https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki#specification
 */
export function sighashOf(signed: SignedInput, name: SighashName): Uint8Array {
  const { transaction, inputIndex, script, amount } = signed
  const flag = sighashFlags[name]
  const [alone, base] = [(flag & 0x80) !== 0, flag & 0x1f]
  const input = transaction.inputs[inputIndex]
  if (input === undefined) throw new RangeError('"inputIndex" expected an input')
  const outputs = transaction.outputs.map(outputBytes)
  const beside = outputs[inputIndex]
  const hashOutputs =
    base === 1 ? sha256d(...outputs) : base === 3 && beside ? sha256d(beside) : zeros
  const sequences = transaction.inputs.map(({ sequence }) => u32(sequence))
  return sha256d(
    u32(transaction.version),
    alone ? zeros : sha256d(...transaction.inputs.map(outPointBytes)),
    alone || base !== 1 ? zeros : sha256d(...sequences),
    outPointBytes(input),
    sized(scriptCode(script)),
    u64(amount),
    u32(input.sequence),
    hashOutputs,
    u32(transaction.locktime),
    u32(flag),
  )
}

const zeros = new Uint8Array(32)

function sha256d(...parts: readonly Uint8Array[]): Uint8Array {
  const once = createHash('sha256').update(Buffer.concat(parts)).digest()
  return new Uint8Array(createHash('sha256').update(once).digest())
}

function scriptCode(script: Uint8Array): Uint8Array {
  const isP2wpkh = script.length === 22 && script[0] === 0
  return isP2wpkh ? Uint8Array.of(0x76, 0xa9, ...script.subarray(1), 0x88, 0xac) : script
}

function outPointBytes({ txid, vout }: Transaction['inputs'][number]): Uint8Array {
  return Buffer.concat([txid, u32(vout)])
}

function outputBytes({ value, scriptPubKey }: Transaction['outputs'][number]): Uint8Array {
  return Buffer.concat([u64(value), sized(scriptPubKey)])
}

function sized(bytes: Uint8Array): Uint8Array {
  if (bytes.length >= 0xfd) throw new RangeError('"script" expected less than 253 bytes')
  return Uint8Array.of(bytes.length, ...bytes)
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return bytes
}
