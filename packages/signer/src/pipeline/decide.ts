import { preimageNonce } from '@boltwarden/core/bytes'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import type { Network } from '@boltwarden/core/network'
import type { Decision } from '@boltwarden/policy/decision'
import type { Delivery } from '@boltwarden/policy/event'
import { type Candidate, recompose } from '@boltwarden/policy/facts'
import { judge } from '@boltwarden/policy/judge'
import type { View } from '@boltwarden/policy/view'
import type { Keeping, Store } from '@boltwarden/store'
import type { Ruled } from '../capture/capture.ts'
import type { Clock } from '../clock.ts'
import type { Entropy } from '../entropy.ts'
import type { Logger } from '../logging.ts'
import type { Metrics } from '../metrics.ts'
import type { LoadedPolicy } from '../policy-file/load.ts'
import type { Probe } from './probe.ts'
import type { RevealWatch } from './reveal-watch.ts'
import type { Turnstile } from './turnstile.ts'

/** What decides. */
export type DecideDeps = {
  readonly network: Network
  /** The policy in force now. */
  readonly policy: () => LoadedPolicy
  readonly keychain: Keychain
  readonly store: Store
  readonly entropy: Entropy
  readonly clock: Clock
  readonly metrics: Metrics
  readonly reveals: RevealWatch
  readonly turnstile: Turnstile
  readonly logger: Logger
  readonly probe?: Probe
}

/**
 * Computes anew what a delivery states, judges it by what is remembered, and records the decision,
 * in one exclusive transaction. Resolves only once that is on disk.
 *
 * @param keeping - puts an answer by mutation into the outbox, in the same transaction.
 * @throws {StoreFault} if the store fails: nothing may be signed then.
 */
export async function decide(
  delivery: Delivery,
  deps: DecideDeps,
  keeping?: Keeping,
): Promise<Ruled> {
  const { network, keychain, store, reveals, turnstile, clock, metrics } = deps
  await turnstile.pass()
  // One policy from beginning to end, whatever is reloaded meanwhile.
  const { policy, hash } = deps.policy()
  const candidate = freshCandidate(delivery, deps)
  const facts = recompose(delivery, {
    network,
    keys: keychain,
    secp256k1: keychain.secp256k1,
    ...(candidate !== undefined && { candidate }),
  })
  await turnstile.pass()
  const askedMs = clock.monotonicMs()
  const step = (view: View) => {
    metrics.waitedForLock((clock.monotonicMs() - askedMs) / 1000)
    const judgement = judge(policy, facts, view)
    deps.probe?.('before-commit', delivery.event)
    return judgement
  }
  const ruling = await store.decide(delivery, step, keeping)
  deps.probe?.('after-commit', delivery.event)
  const isReveal = delivery.request.kind === 'reveal-counterparty-per-commitment-secret'
  if (isReveal && ruling.decision.verdict === 'sign') reveals.recorded()
  if (ruling.rollback === undefined) return { ...ruling, policyHash: hash }
  suspectRollback(delivery, ruling.rollback, deps)
  return { ...ruling, decision: saying(ruling.decision, ruling.rollback), policyHash: hash }
}

/** Whoever is alerted has to find what it was. */
function suspectRollback({ event, request }: Delivery, sign: string, deps: DecideDeps): void {
  const facts = { event_id: event, kind: request.kind, sign }
  deps.metrics.rollbackSuspected('event')
  deps.logger.error(facts, 'the store may be older than the channel')
}

/** A refusal says what else it may mean. */
function saying(decision: Decision, sign: string): Decision {
  if (decision.verdict === 'sign') return decision
  const [{ message, ...first }, ...rest] = decision.violations
  const said = {
    ...first,
    message: `${message}; this store may be older than the channel: ${sign}`,
  }
  return { ...decision, violations: [said, ...rest] }
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
