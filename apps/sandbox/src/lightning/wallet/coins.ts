import {
  type OutPoint,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import { toHex } from '@boltwarden/core/hex'
import type { Sats } from '@boltwarden/core/units'
import type { OwnAddress } from '../../channel/claims.ts'

/** A confirmed output of the wallet's. */
export type Coin = OutPoint & {
  readonly value: Sats
  readonly address: OwnAddress
  /** Hex of the scriptPubKey. */
  readonly script: string
}

/** The confirmed coins of a wallet, followed block by block, backwards too. */
export type Coins = {
  readonly all: () => readonly Coin[]
  readonly find: (outPoint: OutPoint) => Coin | undefined
  readonly connect: (height: number, transactions: readonly Transaction[]) => void
  /** Takes the last block back. */
  readonly disconnect: (height: number) => void
}

type Change = { readonly height: number; readonly made: string[]; readonly spent: Coin[] }

/**
 * Coins that pay a known address.
 *
 * @param addressOf - by the hex of a scriptPubKey.
 */
export function createCoins(addressOf: (script: string) => OwnAddress | undefined): Coins {
  const coins = new Map<string, Coin>()
  const changes: Change[] = []
  const apply = (transaction: Transaction, change: Change) => {
    for (const input of transaction.inputs) {
      const spent = coins.get(nameOf(input))
      if (spent === undefined) continue
      coins.delete(nameOf(input))
      change.spent.push(spent)
    }
    const txid = transactionId(transaction)
    transaction.outputs.forEach(({ value, scriptPubKey }, vout) => {
      const script = toHex(scriptPubKey)
      const address = addressOf(script)
      if (address === undefined) return
      const coin = { txid, vout, value, address, script }
      coins.set(nameOf(coin), coin)
      change.made.push(nameOf(coin))
    })
  }
  return {
    all: () => [...coins.values()],
    find: (outPoint) => coins.get(nameOf(outPoint)),
    connect: (height, transactions) => {
      const change: Change = { height, made: [], spent: [] }
      for (const transaction of transactions) apply(transaction, change)
      if (change.made.length + change.spent.length > 0) changes.push(change)
    },
    disconnect: (height) => {
      const last = changes[changes.length - 1]
      if (last === undefined || last.height !== height) return
      changes.pop()
      for (const spent of last.spent) coins.set(nameOf(spent), spent)
      for (const name of last.made) coins.delete(name)
    },
  }
}

/** One text for one outpoint. */
export function nameOf({ txid, vout }: OutPoint): string {
  return `${toHex(txid)}:${vout}`
}
