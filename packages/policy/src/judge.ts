import { equalBytes } from '@boltwarden/core/bytes'
import type { Grant } from '@boltwarden/core/grant'
import { toGrant } from '@boltwarden/core/granting'
import { advance } from './advance.ts'
import { type Decision, violationsOf } from './decision.ts'
import { assess, evaluate, type Question } from './evaluate.ts'
import type { Facts } from './facts.ts'
import { type Policy, policyHash } from './policy.ts'
import { rollbackSign } from './rollback.ts'
import type { LedgerEntry } from './state/ledger-entry.ts'
import { noWrites, type View, type Writes } from './view.ts'

/** A decision, what may be done with the keys because of it, and what is remembered of it. */
export type Judgement = {
  readonly decision: Decision
  /** Present if and only if the verdict is `sign`. */
  readonly grant?: Grant
  readonly writes: Writes
  /**
   * What is to be recorded of the decision; absent where it is the same answer again. An id that
   * stands for another body keeps the entry of its first one, so this may be missing from `writes`.
   */
  readonly entry?: LedgerEntry
  /** Whether this very delivery was decided before, so that this is the same answer again. */
  readonly repeated: boolean
  /** What shows that this memory is older than the channel, in words. */
  readonly rollback?: string
}

/**
 * Decides a delivery by what is remembered. Pure and synchronous, so that a store can run it
 * between reading and writing.
 *
 * The same delivery again gets the same answer: signed ones are signed again, declined jobs are
 * declined again. What was held, and refusals that the platform was not told by a mutation, are
 * judged anew.
 *
 * An answer that the platform never accepted is another matter: what it would sign may have become
 * forbidden since, as the state moved on. Where a mandatory rule forbids it by now it is held, and
 * what was recorded of it stays. An answer that was accepted once teaches nobody anything.
 *
 * An event that may have been decided and forgotten since is judged as a new one: what is remembered
 * of channels, invoices and outputs gives the same answer, or none. Only its jobs are never declined.
 *
 * @throws {TypeError} if the rules let through what is no grant: a bug, never the request's doing.
 * @example
 * ```ts
 * import { preimageNonce } from '@boltwarden/core/bytes'
 * import { eventId, invoiceId } from '@boltwarden/core/ids'
 * import { Keychain } from '@boltwarden/core/keys/keychain'
 * import { portable } from '@boltwarden/core/secp256k1/portable'
 * import { recompose } from '@boltwarden/policy/facts'
 * import { judge } from '@boltwarden/policy/judge'
 * import { defaultPolicy } from '@boltwarden/policy/policy'
 * import { emptyView } from '@boltwarden/policy/view'
 * const keys = Keychain.fromSeed(new Uint8Array(32), { secp256k1: portable })
 * const delivery = {
 *   event: eventId('e-1'),
 *   bodyHash: new Uint8Array(32),
 *   timestampMs: 0,
 *   receivedAtMs: 0,
 *   entity: 'node:1',
 *   request: {
 *     kind: 'release-payment-preimage',
 *     network: 'REGTEST',
 *     invoice: invoiceId('Invoice:1'),
 *     nonce: preimageNonce(new Uint8Array(32)),
 *   },
 * } as const
 * const facts = recompose(delivery, { network: 'REGTEST', keys, secp256k1: portable })
 * judge(defaultPolicy, facts, emptyView).decision.verdict // 'decline'
 * keys.dispose()
 * ```
 */
export function judge(policy: Policy, facts: Facts, view: View): Judgement {
  const repetition = repeat(policy, facts, view)
  if (repetition !== undefined) return repetition
  const evaluated = evaluate({ policy, facts, view })
  const rollback = suspicionOf({ policy, facts, view }, evaluated)
  const decision = notDeclinedInDoubt(facts, view, evaluated, rollback)
  const entry = ledgerEntry(policy, facts, decision)
  // An id that stands for another body keeps what was recorded of it first.
  const isReplayed = view.event !== undefined && !isSameDelivery(facts, view.event)
  const event = isReplayed ? {} : { event: entry }
  const told = { entry, repeated: false, ...(rollback !== undefined && { rollback }) }
  if (decision.verdict !== 'sign') {
    return { decision, ...told, writes: { channels: [], ...event } }
  }
  const grant = grantOf(facts, view)
  if (grant === undefined) throw new TypeError('"request" passed every rule but is no grant')
  const writes = { ...advance(policy, facts, view), ...event }
  return { decision, grant, ...told, writes }
}

/** Looked for where something is wrong only: it takes another look at every commitment. */
function suspicionOf(question: Question, decision: Decision): string | undefined {
  return violationsOf(decision).length > 0 ? rollbackSign(question) : undefined
}

/** Declined jobs close a channel, which takes more than what an old or a short memory finds wrong. */
function notDeclinedInDoubt(
  facts: Facts,
  view: View,
  decision: Decision,
  rollback: string | undefined,
): Decision {
  if (facts.delivery.request.kind !== 'derive-key-and-sign') return decision
  if (rollback !== undefined) return held(decision)
  if (!mayBeForgotten(facts, view)) return decision
  return held(decision, 'it may have been answered before, and forgotten')
}

function held(decision: Decision, because?: string): Decision {
  if (decision.verdict !== 'decline') return decision
  const [{ message, ...first }, ...rest] = decision.violations
  const said = because === undefined ? message : `${message}; ${because}`
  return { verdict: 'hold', violations: [{ ...first, message: said }, ...rest] }
}

/** Whether an event that nothing is known of may be one of those that the owner had forgotten. */
function mayBeForgotten({ delivery }: Facts, { event, forgottenBeforeMs }: View): boolean {
  return event === undefined && delivery.timestampMs < forgottenBeforeMs
}

/** The same answer as before, where the same delivery has one. */
function repeat(policy: Policy, facts: Facts, view: View): Judgement | undefined {
  const { event } = view
  if (event === undefined || !isSameDelivery(facts, event)) return undefined
  if (event.verdict === 'sign') {
    const grant = grantOf(facts, view)
    if (grant === undefined) return undefined
    const overtaken =
      event.answeredAtMs === undefined ? overtakenBy(policy, facts, view) : undefined
    if (overtaken !== undefined) {
      const entry = ledgerEntry(policy, facts, overtaken)
      return { decision: overtaken, entry, writes: noWrites, repeated: false }
    }
    return { decision: { verdict: 'sign', warnings: [] }, grant, writes: noWrites, repeated: true }
  }
  const [first, ...rest] = event.tags.map((tag) => ({ tag, message: 'declined before' }))
  const isDeclined = event.verdict === 'decline' && event.kind === 'derive-key-and-sign'
  if (!isDeclined || first === undefined) return undefined
  const decision = { verdict: 'decline', violations: [first, ...rest] } as const
  return { decision, writes: noWrites, repeated: true }
}

/**
 * What forbids by now an answer that was granted before and never accepted. Never a refusal: the
 * question was right when it was asked, and that is no reason to close a channel.
 */
function overtakenBy(policy: Policy, facts: Facts, view: View): Decision | undefined {
  const [first, ...rest] = assess({ policy, facts, view })
    .filter(({ rule }) => rule.mandatory)
    .flatMap(({ found }) => found.map(({ violation }) => violation))
  return first && { verdict: 'hold', violations: [first, ...rest] }
}

function isSameDelivery({ delivery }: Facts, entry: LedgerEntry): boolean {
  return entry.kind === delivery.request.kind && equalBytes(entry.bodyHash, delivery.bodyHash)
}

/**
 * What the request asks for. What is signed is the digest that was computed here, not the message
 * that was sent; and the nonce is the one issued first.
 */
function grantOf(facts: Facts, view: View): Grant | undefined {
  const { request } = facts.delivery
  if (request.kind === 'request-invoice-payment-hash') {
    const nonce = view.invoice?.nonce ?? facts.candidate?.nonce
    return nonce && { kind: 'payment-hash', invoice: request.invoice, nonce }
  }
  const granted = toGrant(request, undefined)
  if (!granted.ok) return undefined
  if (granted.value.kind !== 'signatures') return granted.value
  const jobs = granted.value.jobs.flatMap((job, at) => {
    const digest = facts.jobs[at]?.match?.digest
    return digest === undefined ? [] : [{ ...job, digest }]
  })
  return jobs.length === granted.value.jobs.length ? { kind: 'signatures', jobs } : undefined
}

function ledgerEntry(policy: Policy, facts: Facts, decision: Decision): LedgerEntry {
  const { event, bodyHash, timestampMs, receivedAtMs, request } = facts.delivery
  return {
    event,
    bodyHash,
    kind: request.kind,
    verdict: decision.verdict,
    tags: [...new Set(violationsOf(decision).map(({ tag }) => tag))].sort(),
    policyHash: policyHash(policy),
    // Whoever holds the webhook secret can write any date.
    sentAtMs: Math.max(0, timestampMs),
    receivedAtMs,
  }
}
