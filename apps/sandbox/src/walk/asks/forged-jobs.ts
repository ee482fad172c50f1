import { createJobs, type JobDraft } from '../../channel/job.ts'
import type { ChannelTerms } from '../../channel/terms.ts'
import { isSignature } from '../../verify/signature.ts'
import { askHostilely } from '../hostile.ts'
import type { Scene } from '../player.ts'
import { aboutJobs } from './signing-asks.ts'

/** Asks for a signature that no signer may give. */
export async function askForged(
  scene: Scene,
  terms: ChannelTerms,
  name: string,
  draft: JobDraft,
  refusedBy: readonly string[],
): Promise<void> {
  const { platform } = scene.context
  for (const { wire, payload } of createJobs(platform, [draft])) {
    await askHostilely(scene.context, {
      chapter: scene.chapter,
      name,
      entityId: terms.channelId,
      data: aboutJobs(scene, [wire]),
      answeredFor: payload.id,
      refusedBy,
      extracted: () => {
        const {
          signature,
          signingKey,
          payload: digest,
        } = platform.get('SignablePayload', payload.id)
        if (signature === undefined || signingKey === undefined) return undefined
        return isSignature(signature, digest, signingKey)
          ? `a good signature under ${draft.path}`
          : 'a signature, if a wrong one'
      },
    })
  }
}
