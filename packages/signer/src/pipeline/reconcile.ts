import type { Answer } from '@boltwarden/core/answer'
import type { PayloadId } from '@boltwarden/core/ids'
import type { LightsparkClient, MutationSender, PayloadStatus } from '@boltwarden/sdk'
import type { Deadline } from './deadline.ts'

/** The platform's API, as far as answers need it. */
export type PlatformApi = MutationSender & Pick<LightsparkClient, 'signablePayloadStatus'>

/** What the platform has of an answer that it refused to take. */
export type Held =
  /** It took the same one before. */
  | { readonly state: 'accepted' }
  /** It holds another one, or has given up. */
  | { readonly state: 'closed'; readonly status: PayloadStatus }
  /** It waits for it, or does not tell. */
  | { readonly state: 'open' }

const open: Held = Object.freeze({ state: 'open' })

/**
 * Asks the platform what it has of each signing job of an answer. Other answers have no state there.
 *
 * @throws {LightsparkFault} where it does not tell.
 */
export async function heldByPlatform(
  answer: Answer,
  api: PlatformApi,
  deadline: Deadline,
): Promise<Held> {
  const jobs = jobsOf(answer)
  if (jobs === undefined) return open
  for (const id of jobs.ids) {
    const deadlineMs = Math.max(1, Math.floor(deadline.leftMs()))
    const status = await deadline.hold(() => api.signablePayloadStatus(id, { deadlineMs }))
    if (status === jobs.wanted) continue
    if (status === undefined || status === 'CREATED' || status === 'FUTURE_VALUE') return open
    return { state: 'closed', status }
  }
  return { state: 'accepted' }
}

function jobsOf(
  answer: Answer,
): { readonly ids: readonly PayloadId[]; readonly wanted: PayloadStatus } | undefined {
  switch (answer.kind) {
    case 'signatures':
      return { ids: answer.signatures.map(({ id }) => id), wanted: 'SIGNED' }
    case 'declined':
      return { ids: answer.ids, wanted: 'VALIDATION_FAILED' }
    default:
      return undefined
  }
}
