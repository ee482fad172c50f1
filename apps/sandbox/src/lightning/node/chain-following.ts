import type { Wallet } from '../wallet/wallet.ts'
import type { Assembly } from './assembly.ts'
import { type ChainFollower, transactionsOf } from './chain-link.ts'

/** Hands each block to LDK, all of it, and to the wallet. */
export function followChain(
  { manager, monitor }: Assembly,
  wallet: Wallet,
  changed: () => void,
): ChainFollower {
  return {
    connected: (block) => {
      wallet.coins.connect(block.height, block.transactions)
      for (const listen of [monitor.as_Listen(), manager.as_Listen()]) {
        listen.filtered_block_connected(block.header, transactionsOf(block), block.height)
      }
      changed()
    },
    disconnected: (block) => {
      wallet.coins.disconnect(block.height)
      for (const listen of [monitor.as_Listen(), manager.as_Listen()]) {
        listen.block_disconnected(block.header, block.height)
      }
      changed()
    },
  }
}
