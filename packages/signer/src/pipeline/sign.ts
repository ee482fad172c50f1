import type { Answer } from '@boltwarden/core/answer'
import { answer } from '@boltwarden/core/answering'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import { Permit } from '@boltwarden/store'

/**
 * Does what a permit allows. Nothing else in this package reaches for the keys, and a permit exists
 * only once the decision is on disk: what was not recorded cannot be signed.
 *
 * @throws {TypeError} if `permit` was not made by a store, whatever the caller's types said.
 */
export function sign(permit: Permit, keychain: Keychain): Answer {
  if (!Permit.isPermit(permit)) throw new TypeError('"permit" expected one made by a store')
  return answer(permit.grant, keychain)
}
