import type { OutPoint, Transaction, TxOut } from '@boltwarden/core/bitcoin/transaction'
import { type Sats, sats } from '@boltwarden/core/units'

/** What an unsigned transaction of the wallet's kind is made of. */
export type Spending = {
  readonly inputs: readonly (OutPoint & { readonly sequence?: number })[]
  readonly outputs: readonly TxOut[]
  readonly locktime?: number
}

/** A version 2 transaction without signatures; inputs signal BIP 125 where nothing else is said. */
export function unsigned({ inputs, outputs, locktime = 0 }: Spending): Transaction {
  return {
    version: 2,
    inputs: inputs.map(({ txid, vout, sequence = 0xffff_fffd }) => ({
      txid,
      vout,
      sequence,
      scriptSig: new Uint8Array(),
      witness: [],
    })),
    outputs,
    locktime,
  }
}

/** What is left of an amount after a fee. */
export function less(amount: Sats, fee: bigint): Sats {
  return sats(amount - fee)
}
