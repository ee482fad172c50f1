import { paymentHash, preimageNonce } from '@boltwarden/core/bytes'
import type { Delivery } from '@boltwarden/policy/event'
import { recompose } from '@boltwarden/policy/facts'
import { judge } from '@boltwarden/policy/judge'
import { noWrites, type View } from '@boltwarden/policy/view'
import type { Ruling } from '@boltwarden/store'
import type { DecideDeps } from '../pipeline/decide.ts'

/** The nonce that was issued is remembered: this one goes nowhere. */
const unused = {
  nonce: preimageNonce(new Uint8Array(32)),
  paymentHash: paymentHash(new Uint8Array(32)),
}

/**
 * Judges a recorded delivery again, as it was and as if it came now under another id. Only what was
 * signed and would be signed today has a permit; a decline stays one. Nothing is written.
 *
 * @throws {StoreFault} if the store fails. {TypeError} if the delivery was never decided so.
 */
export async function judgeAgain(delivery: Delivery, deps: DecideDeps): Promise<Ruling> {
  const { network, keychain, store, turnstile, policy: inForce } = deps
  await turnstile.pass()
  const { policy } = inForce()
  const { secp256k1 } = keychain
  const facts = recompose(delivery, { network, keys: keychain, secp256k1, candidate: unused })
  return store.decide(delivery, (view) => {
    const recorded = judge(policy, facts, view)
    const isKnown = recorded.grant?.kind !== 'payment-hash' || view.invoice !== undefined
    if (!recorded.repeated || !isKnown)
      throw new TypeError('"delivery" expected one that was decided')
    if (recorded.decision.verdict !== 'sign') return recorded
    const { decision } = judge(policy, facts, before(delivery, view))
    if (decision.verdict === 'sign') return recorded
    return { decision, writes: noWrites, repeated: true }
  })
}

/** What was remembered before the delivery, as far as its own traces would count against it. */
function before({ request }: Delivery, { invoice, ...view }: View): View {
  const isFirst = request.kind === 'request-invoice-payment-hash'
  return { ...view, event: undefined, invoice: isFirst ? undefined : invoice }
}
