import { afterAll, beforeAll } from 'vitest'
import { createChain } from '../../src/chain/create-chain.ts'
import { machine } from '../../src/environment.ts'
import { parsePairing, startSandbox } from '../../src/index.ts'
import { openStage, type Stage, type StageOptions } from '../../src/lightning/stage.ts'
import { type RunningSigner, startSigner } from '../../src/signers/signer.ts'
import { startOfficialSigner } from '../official-signer.ts'
import { credentials, pairingOf, webhookSecret } from '../pairing.ts'

/** A signer that runs, and the platform that it serves. */
type ServedSandbox = Pick<RunningSigner, 'sandbox' | 'pairing' | 'close'>

/** Opens stages on the one signer of a file: a new chain with new nodes, on channel numbers of its own. */
export type OpenStage = (options?: Partial<StageOptions>) => Promise<Stage>

const channelsPerStage = 3
const mostStages = 8

/** Stages whose signer is this repository's, as it is built. */
export function boltwardenStages(): OpenStage {
  const { signal } = new AbortController()
  return stagesOf(() =>
    startSigner('boltwarden', { channels: mostStages * channelsPerStage, signal }),
  )
}

/** Stages whose signer is the official SDK's handler, which signs what its validator lets through. */
export function officialStages(isWilling: () => boolean): OpenStage {
  return stagesOf(async () => {
    const seed = new Uint8Array(64).fill(0x2a)
    const signer = await startOfficialSigner(seed, isWilling)
    const sandbox = await startSandbox({
      credentials,
      webhookUrl: signer.webhookUrl,
      webhookSecret,
    })
    signer.connect(sandbox.url)
    return {
      sandbox,
      pairing: parsePairing(pairingOf(seed, mostStages * channelsPerStage)),
      close: async () => {
        await sandbox.close()
        await signer.close()
      },
    }
  })
}

function stagesOf(start: () => Promise<ServedSandbox>): OpenStage {
  const stages: Stage[] = []
  const running: { signer?: ServedSandbox } = {}
  beforeAll(async () => {
    running.signer = await start()
  })
  afterAll(async () => {
    for (const stage of stages) stage.close()
    await running.signer?.close()
  })
  return async (options = {}) => {
    if (running.signer === undefined) throw new TypeError('the signer is not started')
    const { sandbox, pairing } = running.signer
    const first = stages.length * channelsPerStage
    const stage = await openStage({
      platform: sandbox.platform,
      pairing: {
        ...pairing,
        channels: pairing.channels.slice(first, first + channelsPerStage),
      },
      deliver: sandbox.dispatcher.deliver,
      chain: createChain({ nowSeconds: () => Math.floor(machine.nowMicros() / 1e6) }),
      ...options,
    })
    stages.push(stage)
    return stage
  }
}
