import type { OutPoint } from '@boltwarden/core/bitcoin/transaction'
import { equalBytes, type Txid } from '@boltwarden/core/bytes'
import type { KnownTransaction, Spend, UnspentOutput } from './chain.ts'
import { coinsOf } from './coin.ts'
import type { Ledger } from './ledger.ts'
import type { Mempool } from './mempool.ts'

/** A transaction in a block or in the mempool. */
export function knownTransaction(
  ledger: Ledger,
  mempool: Mempool,
  txid: Txid,
): KnownTransaction | undefined {
  const place = ledger.place(txid)
  if (place !== undefined) return { txid, ...place }
  const entry = mempool.entry(txid)
  return entry && { txid, transaction: entry.transaction, confirmation: undefined }
}

/** The outputs with a script that neither a block nor the mempool spends. */
export function unspentOutputs(
  ledger: Ledger,
  mempool: Mempool,
  scriptPubKey: Uint8Array,
): readonly UnspentOutput[] {
  const next = ledger.next().height
  const waiting = mempool.entries().flatMap((entry) => coinsOf(entry.transaction, entry.txid, next))
  return [...ledger.coins(), ...waiting]
    .filter(({ output }) => equalBytes(output.scriptPubKey, scriptPubKey))
    .filter(({ outPoint }) => mempool.spend(outPoint) === undefined)
    .sort((a, b) => a.height - b.height)
    .map(({ outPoint, output, height, coinbase }) => ({
      ...outPoint,
      output,
      height: height === next ? undefined : height,
      coinbase,
    }))
}

/** Who spends an output. */
export function spendOf(ledger: Ledger, mempool: Mempool, outPoint: OutPoint): Spend | undefined {
  const confirmed = ledger.spend(outPoint)
  const waiting = mempool.spend(outPoint)
  const spending = confirmed ?? (waiting && { ...waiting, txid: waiting.entry.txid })
  if (spending === undefined) return undefined
  const spender = knownTransaction(ledger, mempool, spending.txid)
  return spender && { spender, inputIndex: spending.inputIndex }
}
