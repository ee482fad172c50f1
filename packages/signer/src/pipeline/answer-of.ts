import type { Answer } from '@boltwarden/core/answer'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import type { Delivery } from '@boltwarden/policy/event'
import type { Ruling } from '@boltwarden/store'
import { sign } from './sign.ts'

/**
 * What a recorded decision says to the platform.
 *
 * @throws {TypeError} where it says nothing: held, refused without a mutation, or not recorded.
 */
export function answerOf(
  { decision, permit }: Ruling,
  { request }: Delivery,
  keychain: Keychain,
): Answer {
  if (decision.verdict === 'sign' && permit !== undefined) return sign(permit, keychain)
  if (decision.verdict === 'decline' && request.kind === 'derive-key-and-sign') {
    return { kind: 'declined', ids: request.jobs.map(({ id }) => id) }
  }
  throw new TypeError('"ruling" expected a permit with the verdict sign')
}
