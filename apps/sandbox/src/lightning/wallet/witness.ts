import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { type SighashName, sighashFlags } from '../../verify/sighash.ts'

/** A signature as a witness has it: DER, and the byte of its type. */
export function witnessSignature(compact: Uint8Array, sighash: SighashName = 'all'): Uint8Array {
  const der = secp256k1.Signature.fromBytes(compact, 'compact').toBytes('der')
  return Uint8Array.of(...der, sighashFlags[sighash])
}

/** What spends a P2WPKH output. */
export function p2wpkhWitness(compact: Uint8Array, publicKey: Uint8Array): readonly Uint8Array[] {
  return [witnessSignature(compact), publicKey]
}

/** A transaction with its inputs' witnesses, in their order; an absent one stays empty. */
export function withWitnesses(
  transaction: Transaction,
  witnesses: readonly (readonly Uint8Array[] | undefined)[],
): Transaction {
  const inputs = transaction.inputs.map((input, at) => ({ ...input, witness: witnesses[at] ?? [] }))
  return { ...transaction, inputs }
}
