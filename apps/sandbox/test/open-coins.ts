import { sha256 } from '@boltwarden/core/bitcoin/hash'
import {
  type OutPoint,
  serialiseTransaction,
  type Transaction,
  type TxOut,
} from '@boltwarden/core/bitcoin/transaction'
import { concat } from '@boltwarden/core/bytes'
import { sats } from '@boltwarden/core/units'

/** A coin under a witness script without keys. */
export type Coinlike = OutPoint &
  TxOut & { readonly sequence?: number; readonly witnessScript?: Uint8Array }

/** A witness script and the P2WSH that holds coins under it. */
export function script(...opcodes: readonly number[]): {
  readonly witnessScript: Uint8Array
  readonly scriptPubKey: Uint8Array
} {
  const witnessScript = Uint8Array.from(opcodes)
  return { witnessScript, scriptPubKey: concat(Uint8Array.of(0, 32), sha256(witnessScript)) }
}

/** Holds coins that anyone may spend: OP_2 OP_DROP OP_1, which is not the faucet's. */
const anyone = script(0x52, 0x75, 0x51)

/** P2WSH of a script that is always true. */
export const openScript: Uint8Array = anyone.scriptPubKey

/** An output that anyone may spend. */
export function open(value: bigint): TxOut {
  return { value: sats(value), scriptPubKey: openScript }
}

/** A transaction that spends such coins. */
export function pay(
  coins: readonly Coinlike[],
  outputs: readonly TxOut[],
  { locktime = 0 }: { readonly locktime?: number } = {},
): Transaction {
  return {
    version: 2,
    inputs: coins.map(({ txid, vout, sequence = 0xffff_fffd, witnessScript }) => ({
      txid,
      vout,
      scriptSig: new Uint8Array(),
      sequence,
      witness: [witnessScript ?? anyone.witnessScript],
    })),
    outputs,
    locktime,
  }
}

/** A transaction's bytes as they go over the wire. */
export function raw(transaction: Transaction): Uint8Array {
  return serialiseTransaction(transaction)
}
