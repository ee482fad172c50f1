import {
  serialiseTransaction,
  serialiseWithoutWitness,
  type Transaction,
} from '@boltwarden/core/bitcoin/transaction'

/**
 * A transaction's weight as BIP 141 has it, in weight units.
 *
 * @see https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki#transaction-size-calculations
 */
export function weightOf(transaction: Transaction): number {
  return 3 * serialiseWithoutWitness(transaction).length + serialiseTransaction(transaction).length
}
