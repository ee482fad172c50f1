import { paymentIntentOf } from '../channel/intent-parts.ts'
import { newlyOffered } from '../channel/outflow.ts'
import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses payments that the owner did not register. */
export const policyCommitmentPaymentApproved: Rule<'policy-commitment-payment-approved'> =
  defineRule({
    tag: 'policy-commitment-payment-approved',
    summary:
      'an HTLC that we offer for a payment hash that is not registered, or no longer, where the policy says `requireIntents`',
    why: 'A stolen account of the platform can then pay nobody but whom the owner named.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source: 'https://gitlab.com/lightning-signer/validating-lightning-signer',
    limits:
      'A forwarded payment cannot be told from our own, so a node that forwards cannot require intents. Payments below the dust limit have no output: they are bounded by policy-routing-deltas-only-htlc.',
    check: ({ policy, facts, commitments, view }) => {
      if (!policy.payments.requireIntents) return nothing
      return commitments.flatMap(newlyOffered).flatMap(({ job, paymentHash160 }) => {
        const intent = paymentIntentOf(view.intents, paymentHash160)
        if (intent !== undefined && facts.delivery.receivedAtMs < intent.expiresAtMs) return nothing
        const message =
          intent === undefined
            ? 'the payment is not registered'
            : 'the payment was registered for an earlier time'
        return [{ job: job.job.id, message }]
      })
    },
  })
