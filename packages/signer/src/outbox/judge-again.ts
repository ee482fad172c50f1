import { paymentHash, preimageNonce } from '@boltwarden/core/bytes'
import type { Delivery } from '@boltwarden/policy/event'
import { recompose } from '@boltwarden/policy/facts'
import { type Judgement, judge } from '@boltwarden/policy/judge'
import { noWrites, type View } from '@boltwarden/policy/view'
import type { Ruling } from '@boltwarden/store'
import type { DecideDeps } from '../pipeline/decide.ts'

/** The nonce that was issued is remembered: this one goes nowhere. */
const unused = {
  nonce: preimageNonce(new Uint8Array(32)),
  paymentHash: paymentHash(new Uint8Array(32)),
}

/** What is found when a recorded question is judged again. */
export type JudgedAgain = {
  readonly ruling: Ruling
  /** Whether the answer may not be given any more, whatever is waited for. */
  readonly isForbidden: boolean
}

/**
 * Judges a recorded delivery again: by the mandatory rules as the state is now, and by the policy as
 * if it came now for the first time. Only what was signed and would be signed today has a permit; a
 * decline stays one. Nothing is written but a row of the audit log where it is forbidden.
 *
 * @throws {StoreFault} if the store fails. {TypeError} if the delivery was never decided so.
 */
export async function judgeAgain(delivery: Delivery, deps: DecideDeps): Promise<JudgedAgain> {
  const { network, keychain, store, turnstile, policy: inForce } = deps
  await turnstile.pass()
  const { policy } = inForce()
  const { secp256k1 } = keychain
  const facts = recompose(delivery, { network, keys: keychain, secp256k1, candidate: unused })
  let isForbidden = false
  const ruling = await store.decide(delivery, (view) => {
    const recorded = judge(policy, facts, view)
    checkKnown(recorded, view)
    // The state has moved on: nobody is to have this answer now.
    isForbidden = !recorded.repeated
    if (isForbidden || recorded.decision.verdict !== 'sign') return recorded
    const { decision } = judge(policy, facts, before(delivery, view))
    isForbidden = decision.verdict === 'decline'
    if (decision.verdict === 'sign') return recorded
    return { decision, writes: noWrites, repeated: true }
  })
  return { ruling, isForbidden }
}

/** A row of the outbox without its decision, or of another question, is nothing to sign for. */
function checkKnown({ repeated, decision, grant }: Judgement, view: View): void {
  const isOvertaken = view.event?.verdict === 'sign' && decision.verdict === 'hold'
  const hasNonce = grant?.kind !== 'payment-hash' || view.invoice !== undefined
  if ((repeated || isOvertaken) && hasNonce) return
  throw new TypeError('"delivery" expected one that was decided')
}

/** What was remembered before the delivery, as far as its own traces would count against it. */
function before({ request }: Delivery, { invoice, ...view }: View): View {
  const isFirst = request.kind === 'request-invoice-payment-hash'
  const known = { event: undefined, forgottenBeforeMs: 0 }
  return { ...view, ...known, invoice: isFirst ? undefined : invoice }
}
