import { addressOf } from '@boltwarden/core/bitcoin/address'
import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { type Transaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import type { Chain } from '../chain/chain.ts'
import type { ConfirmedAt, PaymentNews } from './lightning-backend.ts'
import type { RemoteNode } from './node/remote-node.ts'

/** What comes to a node's wallet by the addresses that were given out, and what leaves it. */
export type OnChainNews = {
  /** A new address. */
  readonly newAddress: () => string
  /** Deposits that wait for a block, in satoshis. */
  readonly unconfirmed: () => bigint
  /**
   * A withdrawal is on its way.
   *
   * @param txid - display byte order, hex.
   */
  readonly expect: (txid: string) => void
  readonly subscribe: (listener: (news: PaymentNews) => void) => () => void
}

/** The network of the sandbox's chain, for addresses. */
export const regtest = 'REGTEST'

/** Watches the chain for a node's customer. */
export function watchChain(chain: Chain, { wallet }: RemoteNode): OnChainNews {
  const withdrawals = new Set<string>()
  const newsOf = (transaction: Transaction, confirmation: ConfirmedAt): readonly PaymentNews[] => {
    if (withdrawals.delete(confirmation.txid)) return [{ kind: 'withdrawn', confirmation }]
    return transaction.outputs.flatMap(({ value, scriptPubKey }): readonly PaymentNews[] => {
      if (!wallet.receiving.has(toHex(scriptPubKey))) return []
      const address = addressOf(scriptPubKey, regtest) ?? ''
      return [{ kind: 'deposited', amountSats: value, address, confirmation }]
    })
  }
  return {
    newAddress: () => addressOf(p2wpkh(wallet.newAddress(0).publicKey), regtest) ?? '',
    unconfirmed: () =>
      [...wallet.receiving.keys()]
        .flatMap((script) => chain.unspent(hexToBytes(script)))
        .filter(({ height }) => height === undefined)
        .reduce((sum, { output }) => sum + output.value, 0n),
    expect: (txid) => {
      withdrawals.add(txid)
    },
    subscribe: (listener) =>
      chain.subscribe({
        blockConnected: ({ height, hash, transactions }) => {
          const blockHash = toHex(hash.toReversed())
          for (const transaction of transactions) {
            const txid = toHex(transactionId(transaction).toReversed())
            newsOf(transaction, { txid, blockHash, blockHeight: height }).forEach(listener)
          }
        },
      }),
  }
}
