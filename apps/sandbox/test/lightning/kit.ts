import { afterAll, beforeAll } from 'vitest'
import { createChain } from '../../src/chain/create-chain.ts'
import { machine } from '../../src/environment.ts'
import { parsePairing, startSandbox } from '../../src/index.ts'
import { openStage, type Stage, type StageOptions } from '../../src/lightning/stage.ts'
import { lastAttempt } from '../../src/webhook/delivery.ts'
import { type Boltwarden, startBoltwarden } from '../boltwarden.ts'
import { startOfficialSigner } from '../official-signer.ts'
import { credentials, pairingOf, webhookSecret } from '../pairing.ts'

/** A signer that runs, and the platform that it serves. */
type RunningSigner = Pick<Boltwarden, 'sandbox' | 'pairing' | 'close'>

/** A signer for all tests of a file, and new stages for each. */
export type Kit<S extends RunningSigner = RunningSigner> = {
  readonly signer: () => S
  /** A new chain with new nodes; channels have numbers that no stage before has used. */
  readonly stage: (options?: Partial<StageOptions>) => Promise<Stage>
  /** The ends of the paths that the stage's last signing jobs had: `0` to `4`, `l1`, `m/1`. */
  readonly asked: () => ReadonlySet<string>
  /** What the signer did not answer with 2xx, each with its tags. */
  readonly refusals: () => readonly string[]
}

const channelsPerStage = 3
const mostStages = 16

/** Stages whose signer is this repository's, as it is built. */
export function boltwardenKit(policy?: string): Kit<Boltwarden> {
  return kitOf(() => startBoltwarden(policy, mostStages * channelsPerStage))
}

/** Stages whose signer is the official SDK's handler, which signs what its validator lets through. */
export function officialKit(isWilling: () => boolean = () => true): Kit {
  return kitOf(async () => {
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

function kitOf<S extends RunningSigner>(start: () => Promise<S>): Kit<S> {
  const running: { signer?: S; stages: Stage[]; seen: number; mutations: number } = {
    stages: [],
    seen: 0,
    mutations: 0,
  }
  beforeAll(async () => {
    running.signer = await start()
  })
  afterAll(async () => {
    for (const stage of running.stages) stage.close()
    await running.signer?.close()
  })
  const signer = () => {
    if (running.signer === undefined) throw new TypeError('the signer is not started')
    return running.signer
  }
  const deliveries = () => signer().sandbox.dispatcher.deliveries().slice(running.seen)
  return {
    signer,
    stage: async (options = {}) => {
      const { sandbox, pairing } = signer()
      const first = running.stages.length * channelsPerStage
      running.seen = sandbox.dispatcher.deliveries().length
      running.mutations = sandbox.platform.mutations.records().length
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
      running.stages.push(stage)
      return stage
    },
    asked: () => new Set(deliveries().flatMap(({ body }) => pathsIn(body).map(keyOf))),
    refusals: () => [
      ...deliveries().flatMap((delivery) => {
        if (delivery.outcome === 'accepted') return []
        const last = lastAttempt(delivery)
        return [`${delivery.subject} ${delivery.outcome} ${last?.status} ${last?.reply}`]
      }),
      ...signer()
        .sandbox.platform.mutations.records()
        .slice(running.mutations)
        .filter(({ operation, error }) => operation.startsWith('decline') || error !== undefined)
        .map(({ operation, error }) => `${operation} ${error}`),
    ],
  }
}

/** The derivation paths of an event's signing jobs. */
function pathsIn(body: string): readonly string[] {
  return [...body.matchAll(/"derivation_path":"([^"]+)","message"/g)].map(([, path = '']) => path)
}

function keyOf(path: string): string {
  if (path.startsWith("m/84'")) return 'l1'
  if (path.startsWith('m/1/')) return 'm/1'
  return path.slice(path.lastIndexOf('/') + 1)
}
