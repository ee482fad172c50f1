import { join } from 'node:path'
import type { Chain } from '../chain/chain.ts'
import { openChain } from '../chain/chain-folder.ts'
import { createChain } from '../chain/create-chain.ts'
import { machine } from '../environment.ts'
import type { PeerNode } from '../lightning/node/peer-node.ts'
import { openStage, type Stage } from '../lightning/stage.ts'
import { openStageFolder } from '../lightning/stage-folder.ts'
import { keepStage } from '../lightning/stage-keeper.ts'
import { type RunningSigner, startSigner } from '../signers/signer.ts'
import { sandboxFolder } from './files.ts'

/** A signer, our node whose keys it holds, its peers, and a chain. */
export type DemoSet = {
  readonly signer: RunningSigner
  readonly stage: Stage
  /** The second peer, who will cheat. */
  readonly mallory: PeerNode
  readonly chain: Chain
  /** Whether all of it was there before, and goes on. */
  readonly isOld: boolean
  readonly close: () => Promise<void>
}

/** What a set is opened with. */
export type SetOptions = {
  /** How many channels our node may have in its life. */
  readonly channels: number
  readonly signal: AbortSignal
  /** The folder in which the run is kept for `boltwarden policy replay`. */
  readonly record?: string | undefined
  /** The folder in which all of it is kept, to go on with another time. */
  readonly state?: string | undefined
}

/**
 * Starts all that the demo needs. Whatever fails, nothing is left but the folder of the state.
 *
 * @throws {DemoError} if a part does not start.
 * @throws {StateError} if the folder's state cannot be played on.
 */
export async function openSet({ state, ...terms }: SetOptions): Promise<DemoSet> {
  // Looked at before anything is opened: what opens may write.
  const folder = state === undefined ? undefined : openStageFolder(join(state, sandboxFolder))
  const signer = await startSigner('boltwarden', { ...terms, state })
  try {
    const { platform, dispatcher } = signer.sandbox
    const nowSeconds = () => Math.floor(machine.nowMicros() / 1e6)
    const { sandbox } = signer.files
    const chain =
      sandbox === undefined ? createChain({ nowSeconds }) : openChain(sandbox, { nowSeconds })
    const { deliver } = dispatcher
    const { pairing } = signer
    const stage = await openStage({ platform, pairing, deliver, chain, saved: folder?.saved })
    const mallory = await stage.addPeer('mallory')
    if (!mallory.isConnectedTo(stage.alice().id)) await stage.connect(stage.alice(), mallory)
    const keeper = folder && keepStage(stage, platform, folder)
    const close = async () => {
      try {
        await keeper?.close()
      } finally {
        stage.close()
        await signer.close()
      }
    }
    return { signer, stage, mallory, chain, isOld: folder?.saved !== undefined, close }
  } catch (error) {
    await signer.close()
    throw error
  }
}
