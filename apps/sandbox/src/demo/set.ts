import type { Chain } from '../chain/chain.ts'
import { createChain } from '../chain/create-chain.ts'
import { machine } from '../environment.ts'
import type { PeerNode } from '../lightning/node/peer-node.ts'
import { openStage, type Stage } from '../lightning/stage.ts'
import { type RunningSigner, startSigner } from '../signers/signer.ts'

/** A signer, our node whose keys it holds, its peers, and a chain. */
export type DemoSet = {
  readonly signer: RunningSigner
  readonly stage: Stage
  /** The second peer, who will cheat. */
  readonly mallory: PeerNode
  readonly chain: Chain
  readonly close: () => Promise<void>
}

/**
 * Starts all that the demo needs. Whatever fails, nothing is left.
 *
 * @param channels - how many channels our node may have in its life.
 * @param record - the folder in which the run is kept.
 * @throws {DemoError} if a part does not start.
 */
export async function openSet(
  channels: number,
  signal: AbortSignal,
  record?: string,
): Promise<DemoSet> {
  const signer = await startSigner('boltwarden', { channels, record, signal })
  try {
    const { platform, dispatcher } = signer.sandbox
    const chain = createChain({ nowSeconds: () => Math.floor(machine.nowMicros() / 1e6) })
    const { deliver } = dispatcher
    const stage = await openStage({ platform, pairing: signer.pairing, deliver, chain })
    const mallory = await stage.addPeer('mallory')
    await stage.connect(stage.alice(), mallory)
    const close = async () => {
      stage.close()
      await signer.close()
    }
    return { signer, stage, mallory, chain, close }
  } catch (error) {
    await signer.close()
    throw error
  }
}
