import { spentWithinDay } from '../state/velocity.ts'
import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses preimages that no HTLC is waiting for. */
export const policyLightsparkPreimageHtlc: Rule<'policy-lightspark-preimage-htlc'> = defineRule({
  tag: 'policy-lightspark-preimage-htlc',
  summary:
    'a preimage whose payment hash stands in no HTLC that pays us in a commitment signed last. Where `allowTrimmedBelowSats` is not 0, up to `maxTrimmedDaily` of them a day are released',
  why: 'Who learns a preimage on the way to us takes the payment: it is given once the payment is committed to.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['release-payment-preimage'],
  source:
    'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#removing-an-htlc-update_fulfill_htlc-update_fail_htlc-and-update_fail_malformed_htlc',
  limits:
    "The amount of an invoice is not sent, nor an HTLC that is too small for an output: that no other invoice is paid so is the owner's word. Whether an HTLC pays the whole amount is for the node.",
  check: ({ policy, facts, view }) => {
    const { invoice, incoming, node } = view
    // Once it was given, giving it again teaches nobody anything.
    if (invoice === undefined || invoice.releasedAtMs !== undefined || incoming.length > 0) {
      return nothing
    }
    const { allowTrimmedBelowSats, maxTrimmedDaily } = policy.payments
    if (allowTrimmedBelowSats === 0n) return [{ message: 'no HTLC has its payment hash' }]
    const given = spentWithinDay(node.trimmedPreimages, facts.delivery.receivedAtMs)
    return given < maxTrimmedDaily
      ? nothing
      : [{ message: `no HTLC has its payment hash, as with ${given} others within a day` }]
  },
})
