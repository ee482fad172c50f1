import { preimageNonce } from '@boltwarden/core/bytes'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import type { Network } from '@boltwarden/core/network'
import type { Delivery } from '@boltwarden/policy/event'
import { type Candidate, recompose } from '@boltwarden/policy/facts'
import { judge } from '@boltwarden/policy/judge'
import type { Policy } from '@boltwarden/policy/policy'
import type { Ruling, Store } from '@boltwarden/store'
import type { Entropy } from '../entropy.ts'

/** What decides. */
export type DecideDeps = {
  readonly network: Network
  readonly policy: Policy
  readonly keychain: Keychain
  readonly store: Store
  readonly entropy: Entropy
}

/**
 * Computes anew what a delivery states, judges it by what is remembered, and records the decision,
 * in one exclusive transaction. Resolves only once that is on disk.
 *
 * @throws {StoreFault} if the store fails: nothing may be signed then.
 */
export async function decide(delivery: Delivery, deps: DecideDeps): Promise<Ruling> {
  const { network, policy, keychain, store } = deps
  const candidate = freshCandidate(delivery, deps)
  const facts = recompose(delivery, {
    network,
    keys: keychain,
    secp256k1: keychain.secp256k1,
    ...(candidate !== undefined && { candidate }),
  })
  return store.decide(delivery, (view) => judge(policy, facts, view))
}

/** Randomness is drawn before the critical section, which draws none. */
function freshCandidate(
  { request }: Delivery,
  { entropy, keychain }: DecideDeps,
): Candidate | undefined {
  if (request.kind !== 'request-invoice-payment-hash') return undefined
  const nonce = preimageNonce(entropy.bytes(32))
  return { nonce, paymentHash: keychain.paymentHash(nonce) }
}
