import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import type { Stage } from '../lightning/stage.ts'
import type { RunningSigner } from '../signers/signer.ts'
import type { Mail } from './mail.ts'

/** A scenario did not go as it must; says what was expected. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError'
}

/** What a scenario is played on: a new chain with new nodes, and a signer that runs on. */
export type Scene = {
  readonly stage: Stage
  readonly kind: CommitmentType
  readonly mail: Mail
  readonly signer: Pick<RunningSigner, 'name' | 'restart'>
}

/** A piece of a node's life. */
export type Scenario = {
  readonly name: string
  /** One sentence for people. */
  readonly story: string
  readonly play: (scene: Scene) => Promise<void>
  /** How sweeps show their transaction; PSBTs where nothing is said. */
  readonly sweepForm?: 'raw' | 'psbt'
  /** Why the official SDK's handler cannot play it; the others it has to play as well. */
  readonly notByOfficial?: string
  /** Events that are refused on the way are part of it. */
  readonly expectsRefusals?: boolean
}

/**
 * @throws {ScenarioError} unless the condition holds.
 */
export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new ScenarioError(`expected ${what}`)
}
