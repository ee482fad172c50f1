import { type CommitmentType, commitmentTypes } from '@boltwarden/core/bolt3/commitment-type'
import { toHex } from '@boltwarden/core/hex'
import { createChain } from '../chain/create-chain.ts'
import { type Environment, machine } from '../environment.ts'
import { openStage, type Stage } from '../lightning/stage.ts'
import { type RunningSigner, type SignerName, startSigner } from '../signers/signer.ts'
import { lastAttempt } from '../webhook/delivery.ts'
import { createMail } from './mail.ts'
import type { Scenario } from './scenario.ts'
import { allowedScript } from './wallet.ts'

/** How a scenario went. */
export type Played = {
  readonly name: string
  readonly kind: CommitmentType
  readonly ok: boolean
  /** What was not as it must be; empty where all was. */
  readonly note: string
  /** Webhooks that were sent. */
  readonly events: number
  readonly milliseconds: number
}

/** A signer that runs, on whose stages scenarios are played one after the other. */
export type Theatre = {
  readonly signer: RunningSigner
  readonly play: (scenario: Scenario, kind: CommitmentType) => Promise<Played>
  /** A new chain with new nodes; channels have numbers that no stage before has used. */
  readonly stage: (options?: StageChoice) => Promise<PreparedStage>
  readonly close: () => Promise<void>
}

type StageChoice = { readonly sweepForm?: 'raw' | 'psbt' }
type PreparedStage = { readonly stage: Stage; readonly mail: ReturnType<typeof createMail> }

const channelsPerStage = 3

/** The policy that `init` writes, and what the scenarios must allow: one address to withdraw to. */
export const scenarioPolicy = `[[onchain.scripts]]
script = "${toHex(allowedScript)}"
label = "where the scenarios withdraw to"
`

/** The channel kinds that a scenario is played in. */
export const everyKind: readonly CommitmentType[] = commitmentTypes

/**
 * Starts a signer and what it serves.
 *
 * @param plays - how many scenarios will be played at most.
 * @param options.record - the folder in which the run is kept.
 */
export async function openTheatre(
  name: SignerName,
  plays: number,
  options: { readonly signal?: AbortSignal; readonly record?: string | undefined } = {},
  environment: Environment = machine,
): Promise<Theatre> {
  const { signal = new AbortController().signal, record } = options
  const signer = await startSigner(name, {
    policy: scenarioPolicy,
    channels: plays * channelsPerStage,
    record,
    signal,
  })
  const used = { stages: 0 }
  const stage = async ({ sweepForm }: StageChoice = {}): Promise<PreparedStage> => {
    const { platform, dispatcher } = signer.sandbox
    const first = used.stages * channelsPerStage
    used.stages += 1
    const mail = createMail(dispatcher.deliver, environment)
    const opened = await openStage({
      platform,
      pairing: {
        ...signer.pairing,
        channels: signer.pairing.channels.slice(first, first + channelsPerStage),
      },
      deliver: mail.deliver,
      chain: createChain({ nowSeconds: () => Math.floor(environment.nowMicros() / 1e6) }),
      environment,
      ...(sweepForm && { sweepForm }),
    })
    return { stage: opened, mail }
  }
  return {
    signer,
    stage,
    play: (scenario, kind) => play(signer, stage, scenario, kind),
    close: signer.close,
  }
}

async function play(
  signer: RunningSigner,
  prepare: Theatre['stage'],
  scenario: Scenario,
  kind: CommitmentType,
): Promise<Played> {
  const { dispatcher, platform } = signer.sandbox
  const seen = dispatcher.count()
  const mutations = platform.mutations.count()
  const from = performance.now()
  const told = (note: string): Played => ({
    name: scenario.name,
    kind,
    ok: note === '',
    note,
    events: dispatcher.count() - seen,
    milliseconds: Math.round(performance.now() - from),
  })
  const { stage, mail } = await prepare(scenario)
  try {
    const policied = (policy?: string) =>
      signer.restart(policy === undefined ? undefined : `${policy}\n${scenarioPolicy}`)
    await scenario.play({ stage, kind, mail, signer: { name: signer.name, restart: policied } })
    await stage.settle()
    const refused = scenario.expectsRefusals ? [] : refusals(signer, seen, mutations)
    return told(refused.join('; '))
  } catch (error) {
    return told(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
  } finally {
    stage.close()
  }
}

/** What the signer did not answer, each with what it said; and answers that the platform refused. */
function refusals({ sandbox }: RunningSigner, seen: number, mutations: number): readonly string[] {
  const { dispatcher, platform } = sandbox
  const unanswered = dispatcher
    .deliveries(seen)
    .filter(({ outcome }) => outcome !== 'accepted')
    .map((delivery) => {
      const last = lastAttempt(delivery)
      return `${delivery.subject} ${delivery.outcome} ${last?.status} ${last?.reply}`
    })
  const declined = platform.mutations
    .records(mutations)
    .filter(({ operation, error }) => operation.startsWith('decline') || error !== undefined)
    .map(({ operation, error }) => `${operation} ${error ?? ''}`)
  return [...unanswered, ...declined]
}
