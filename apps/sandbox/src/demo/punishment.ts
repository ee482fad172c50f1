import type { NodeState } from '../lightning/node/lightning-node.ts'
import { DemoError } from './demo-error.ts'
import type { DemoSet } from './set.ts'

/**
 * Lets the cheat broadcast the states that it remembers from before, and mines until all is ours.
 *
 * @returns what our wallet has won, in satoshis.
 * @throws {DemoError} if the chain takes none of them.
 */
export async function punish(set: DemoSet, old: NodeState): Promise<bigint> {
  const { stage, chain, mallory } = set
  const alice = stage.alice()
  await stage.disconnect(mallory)
  const before = alice.wallet.balance()
  // What it remembers of channels that have ended spends what is spent.
  const taken = mallory.oldCommitments(old).filter((transaction) => chain.submit(transaction).ok)
  if (taken.length === 0) throw new DemoError('mallory has nothing to cheat with')
  await stage.mine(2)
  const open = () => alice.channels().length
  await stage.mineUntil('the end of all claims', () => alice.pendingClaims() === open())
  await stage.mine(8)
  return alice.wallet.balance() - before
}
