import { createJobs, type Job, type JobDraft } from '../../channel/job.ts'
import { isSignature } from '../../verify/signature.ts'
import type { EventData } from '../../webhook/envelope.ts'
import { askHonestly } from '../honest.ts'
import type { Scene } from '../player.ts'

/** The data of a request for signatures. */
export function aboutJobs(scene: Scene, wire: readonly Job['wire'][]): EventData {
  return {
    sub_event_type: 'DERIVE_KEY_AND_SIGN',
    bitcoin_network: scene.pairing.network,
    signing_jobs: wire,
  }
}

/**
 * Asks for the signatures of one batch and checks each under its own (tweaked) key.
 *
 * @param entityId - of the channel, or of the node where L1 money is spent.
 */
export async function askSignatures(
  scene: Scene,
  entityId: string,
  name: string,
  drafts: readonly JobDraft[],
): Promise<void> {
  const { platform } = scene.context
  const jobs = createJobs(platform, drafts)
  const [first] = jobs
  if (first === undefined) throw new TypeError('"drafts" expected at least one')
  const paths = [...new Set(drafts.map(({ path }) => path))].join(', ')
  await askHonestly(scene.context, {
    chapter: scene.chapter,
    name,
    entityId,
    data: aboutJobs(
      scene,
      jobs.map(({ wire }) => wire),
    ),
    answeredFor: first.payload.id,
    operation: 'sign_messages',
    check: () => jobs.map((job) => problemOf(scene, job)).find((problem) => problem !== undefined),
    proves: `${jobs.length === 1 ? 'a signature' : `${jobs.length} signatures`} under ${paths}`,
  })
}

function problemOf({ context }: Scene, { payload: { id } }: Job): string | undefined {
  const payload = context.platform.get('SignablePayload', id)
  const { signature, signingKey, status } = payload
  if (signature === undefined || signingKey === undefined) return 'a signature is missing'
  if (!isSignature(signature, payload.payload, signingKey)) {
    return `no signature under ${payload.derivationPath}`
  }
  return status === 'SIGNED' ? undefined : `the payload is ${status}`
}
