import { sha256d } from '@boltwarden/core/bitcoin/hash'
import {
  serialiseTransaction,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { concat } from '@boltwarden/core/bytes'

/** The root over transaction ids that a header commits to, 32 bytes. */
export function merkleRoot(transactions: readonly Transaction[]): Uint8Array {
  return rootOf(transactions.map(transactionId))
}

/**
 * What a coinbase commits to where a block has witnesses: the root over the transactions with
 * their witnesses, the coinbase counting as zeros, hashed with 32 bytes of the coinbase's own.
 *
 * @see https://github.com/bitcoin/bips/blob/master/bip-0141.mediawiki#commitment-structure
 */
export function witnessCommitment(
  transactions: readonly Transaction[],
  reserved: Uint8Array,
): Uint8Array {
  const leaves = transactions.map((transaction) => sha256d(serialiseTransaction(transaction)))
  return sha256d(concat(rootOf([new Uint8Array(32), ...leaves]), reserved))
}

function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves
  if (first === undefined) throw new RangeError('"leaves" expected at least one')
  if (leaves.length === 1) return first
  return rootOf(pairs(leaves))
}

/** The level above: an odd last leaf is paired with itself. */
function pairs(leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  return leaves.flatMap((left, at) =>
    at % 2 === 0 ? [sha256d(concat(left, leaves[at + 1] ?? left))] : [],
  )
}
