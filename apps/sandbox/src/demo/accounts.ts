import { type OutPoint, type TxOut, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { equalBytes } from '@boltwarden/core/bytes'
import { faucetScript } from '../chain/block-assembly.ts'
import type { Chain } from '../chain/chain.ts'
import { coinKey } from '../chain/coin.ts'

/** Who may own coins on the chain, by outpoint; what a coin is worth is the chain's to say. */
export type Owner = { readonly name: string; readonly owns: (outPoint: OutPoint) => boolean }

/** Where all the money is that the faucet gave. Satoshis. */
export type Accounts = {
  readonly gave: bigint
  readonly wallets: readonly { readonly name: string; readonly sats: bigint }[]
  /** Of all mined transactions but the faucet's own. */
  readonly fees: bigint
  /** Anchors that nobody has swept. */
  readonly anchors: bigint
  /** In outputs that are nobody's here: open channels, or lost money. */
  readonly elsewhere: bigint
}

type Coin = { readonly outPoint: OutPoint; readonly output: TxOut }

/** BOLT 3's value of an anchor, in satoshis. */
const anchorSats = 330n

/** Sums every confirmed transaction from the first block on; no node is asked for a balance. */
export function readAccounts(chain: Chain, owners: readonly Owner[]): Accounts {
  const coins = new Map<string, Coin>()
  const flow = { gave: 0n, fees: 0n }
  for (let height = 1; height <= chain.tip().height; height++) {
    const [coinbase, ...transactions] = chain.blockAt(height)?.transactions ?? []
    if (coinbase) add(coins, transactionId(coinbase), coinbase.outputs.map(onlyFaucet))
    for (const transaction of transactions) {
      const spent = transaction.inputs.flatMap((input) => take(coins, input))
      if (spent.every(isFaucets)) flow.gave += sum(transaction.outputs.filter(isNotFaucets))
      else flow.fees += sum(spent) - sum(transaction.outputs)
      add(coins, transactionId(transaction), transaction.outputs)
    }
  }
  const left = [...coins.values()].filter(({ output }) => isNotFaucets(output))
  const nobodys = left
    .filter(({ outPoint }) => !owners.some(({ owns }) => owns(outPoint)))
    .map(({ output }) => output)
  const anchors = sum(nobodys.filter(isAnchor))
  return {
    ...flow,
    wallets: owners.map(({ name, owns }) => ({
      name,
      sats: sum(left.filter(({ outPoint }) => owns(outPoint)).map(({ output }) => output)),
    })),
    anchors,
    elsewhere: sum(nobodys) - anchors,
  }
}

/** Whether wallets, fees and anchors are what the faucet gave, to the satoshi. */
export function addUp({ gave, wallets, fees, anchors, elsewhere }: Accounts): boolean {
  const owned = wallets.reduce((total, { sats }) => total + sats, 0n)
  return elsewhere === 0n && owned + fees + anchors === gave
}

function take(coins: Map<string, Coin>, outPoint: OutPoint): readonly TxOut[] {
  const found = coins.get(coinKey(outPoint))
  coins.delete(coinKey(outPoint))
  return found ? [found.output] : []
}

function add(
  coins: Map<string, Coin>,
  txid: OutPoint['txid'],
  outputs: readonly (TxOut | undefined)[],
): void {
  outputs.forEach((output, vout) => {
    if (output) coins.set(coinKey({ txid, vout }), { outPoint: { txid, vout }, output })
  })
}

/** Of a coinbase only what the faucet can spend counts: fees are counted where they are paid. */
function onlyFaucet(output: TxOut): TxOut | undefined {
  return isFaucets(output) ? output : undefined
}

function isFaucets({ scriptPubKey }: TxOut): boolean {
  return equalBytes(scriptPubKey, faucetScript)
}

function isNotFaucets(output: TxOut): boolean {
  return !isFaucets(output)
}

function isAnchor({ value, scriptPubKey }: TxOut): boolean {
  return value === anchorSats && scriptPubKey.length === 34
}

function sum(outputs: readonly TxOut[]): bigint {
  return outputs.reduce((total, { value }) => total + value, 0n)
}
