import type { OutPoint, Transaction, TxOut } from '@boltwarden/core/bitcoin/transaction'
import { toHex } from '@boltwarden/core/hex'

/** An output that may be spent. */
export type Coin = {
  readonly outPoint: OutPoint
  readonly output: TxOut
  /** Of its block. */
  readonly height: number
  readonly coinbase: boolean
}

/** A key of maps by outpoint. */
export function coinKey({ txid, vout }: OutPoint): string {
  return `${toHex(txid)}:${vout}`
}

/** Whether a transaction has the form that only a block's first one may have. */
export function isCoinbase({ inputs }: Transaction): boolean {
  return inputs.length === 1 && inputs.some(isNull)
}

/** Whether an input names no output, as a coinbase's does. */
export function isNull({ txid, vout }: OutPoint): boolean {
  return vout === 0xffff_ffff && txid.every((byte) => byte === 0)
}

/** The coins that a transaction makes. */
export function coinsOf(
  transaction: Transaction,
  txid: OutPoint['txid'],
  height: number,
): readonly Coin[] {
  const coinbase = isCoinbase(transaction)
  return transaction.outputs.map((output, vout) => ({
    outPoint: { txid, vout },
    output,
    height,
    coinbase,
  }))
}
