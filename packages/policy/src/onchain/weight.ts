import { serialiseTransaction, type Transaction } from '@boltwarden/core/bitcoin/transaction'

/** Weight of the witness of a P2WPKH input: counts, a DER signature of 72 bytes, a key. */
const keyWitness = 108
/** The same for a script: counts, a signature twice, a preimage; the script comes on top. */
const scriptWitness = 1 + 2 * 73 + 33 + 3

/**
 * The most that a transaction can weigh once it is signed.
 *
 * @param transaction - without witnesses.
 * @param scripts - the witness script of each input; undefined for P2WPKH, and where it is not known.
 * @see https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki#transaction-size-calculations
 */
export function signedWeight(
  transaction: Transaction,
  scripts: ReadonlyMap<number, Uint8Array>,
): number {
  const marker = 2
  return transaction.inputs.reduce(
    (sum, _input, index) => {
      const script = scripts.get(index)
      return sum + (script === undefined ? keyWitness : scriptWitness + script.length)
    },
    4 * serialiseTransaction(transaction).length + marker,
  )
}
