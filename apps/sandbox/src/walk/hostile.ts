import { ask, type Seen, type Step, type WalkContext } from './asking.ts'
import { type Finding, failed } from './step.ts'

/** A hostile step: what is asked for must not be given. */
export type HostileStep = Omit<Step, 'kind' | 'judge'> & {
  /** What was given away by this answer, or undefined. */
  readonly extracted: (seen: Seen) => string | undefined
  /** The rules or codes of which a signer that names its reasons must name one. */
  readonly refusedBy: readonly string[]
  /** The only good status of the webhook's answer, where the protocol has one. */
  readonly status?: number
}

/** Makes a hostile step: only a refusal for the right reason is good. */
export function askHostilely(context: WalkContext, step: HostileStep): Promise<Seen & Finding> {
  const { extracted, refusedBy, status, ...rest } = step
  const judge = (seen: Seen): Finding => {
    const loot = extracted(seen)
    if (loot !== undefined) return { outcome: 'extracted', ok: false, note: `gave away ${loot}` }
    if (!isRefusal(seen)) return failed('neither refused nor answered')
    if (status !== undefined && seen.status !== status) {
      return { outcome: 'refused', ok: false, note: `refused, but not with ${status}` }
    }
    const named = seen.tags.length === 0 || seen.tags.some((tag) => refusedBy.includes(tag))
    const note = named
      ? refusalNote(seen)
      : `refused, but for another reason than ${refusedBy.join(' or ')}`
    return { outcome: 'refused', ok: named, note }
  }
  return ask(context, { ...rest, kind: 'hostile', judge })
}

/** A 4xx without a mutation, a 503 that names a rule, or the mutation that declines. */
function isRefusal(seen: Seen): boolean {
  if (seen.mutation !== undefined) return seen.mutation.operation === declined
  if (seen.status === 503) return seen.tags.some((tag) => tag.startsWith('policy-'))
  return seen.status !== undefined && seen.status >= 400 && seen.status < 500
}

const declined = 'decline_to_sign_messages'

function refusalNote(seen: Seen): string {
  return seen.mutation?.operation === declined ? 'declined' : 'refused'
}
