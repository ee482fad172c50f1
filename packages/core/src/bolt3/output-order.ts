import type { TxOut } from '../bitcoin/transaction.ts'

/** An output to sort; an HTLC's carries its expiry, which breaks ties. */
export type OrderedOutput = TxOut & { readonly cltvExpiry?: number }

/**
 * Compares two outputs in the order of BIP 69 with BOLT 3's addition: value, then script, then
 * expiry. Two HTLCs may have identical outputs and yet different HTLC transactions.
 *
 * @returns below 0 where `a` comes first, above 0 where `b` does, 0 where it does not matter.
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#transaction-output-ordering
 * @example
 * ```ts
 * import { compareOutputs } from '@boltwarden/core/bolt3/output-order'
 * import { sats } from '@boltwarden/core/units'
 * const scriptPubKey = Uint8Array.of(0x51)
 * compareOutputs({ value: sats(1n), scriptPubKey }, { value: sats(2n), scriptPubKey }) // -1
 * ```
 */
export function compareOutputs(a: OrderedOutput, b: OrderedOutput): number {
  if (a.value !== b.value) return a.value < b.value ? -1 : 1
  return compareScripts(a.scriptPubKey, b.scriptPubKey) || (a.cltvExpiry ?? 0) - (b.cltvExpiry ?? 0)
}

function compareScripts(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
