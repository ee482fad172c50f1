import type { Transaction, TxOut } from '@boltwarden/core/bitcoin/transaction'
import { dustLimitOf } from '@boltwarden/core/bolt3/dust-limit'
import { type Sats, sats } from '@boltwarden/core/units'
import { anyoneScript, faucetScript } from './block-assembly.ts'
import type { UnspentOutput } from './chain.ts'

/** What the faucet pays for a transaction, whatever its size. */
const fee = 1_000n

/**
 * A transaction that pays an output from the faucet's coins, the first of its outputs; what is left
 * goes back to the faucet. It needs no signature.
 *
 * @param coins - what the faucet may spend, oldest first.
 * @throws {RangeError} if they do not reach.
 */
export function faucetPayment(coins: readonly UnspentOutput[], payment: TxOut): Transaction {
  const chosen: UnspentOutput[] = []
  let sum = 0n
  for (const coin of coins) {
    if (sum >= payment.value + fee) break
    chosen.push(coin)
    sum += coin.output.value
  }
  const change = sum - payment.value - fee
  if (change < 0n) {
    throw new RangeError(`"value" expected at most what the faucet has, ${sum} sat and a fee`)
  }
  return {
    version: 2,
    inputs: chosen.map(({ txid, vout }) => ({
      txid,
      vout,
      scriptSig: new Uint8Array(),
      sequence: 0xffff_fffd,
      witness: [anyoneScript],
    })),
    outputs: [payment, ...changeOutputs(change)],
    locktime: 0,
  }
}

/** An output too small to spend is left to the miner. */
function changeOutputs(change: bigint): readonly TxOut[] {
  const value: Sats = sats(change)
  return value < dustLimitOf(faucetScript) ? [] : [{ value, scriptPubKey: faucetScript }]
}
