import { equalBytes } from '@boltwarden/core/bytes'
import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses preimages of nonces that were not issued for the invoice. */
export const policyLightsparkPreimageIssued: Rule<'policy-lightspark-preimage-issued'> = defineRule(
  {
    tag: 'policy-lightspark-preimage-issued',
    summary: 'a preimage of a nonce that this signer did not issue for this invoice',
    why: 'A preimage is the proof of payment: whoever may choose the nonce could have any of them.',
    mandatory: true,
    severity: 'error',
    appliesTo: ['release-payment-preimage'],
    source: 'https://github.com/lightning/bolts/blob/master/11-payment-encoding.md',
    limits:
      'Whether the payment has arrived is not sent with the request. Invoices made before this signer was in use are not known to it.',
    check: ({ facts, view }) => {
      const { request } = facts.delivery
      if (request.kind !== 'release-payment-preimage') return nothing
      if (view.invoice === undefined) {
        return [{ message: 'no payment hash was ever issued for the invoice' }]
      }
      return equalBytes(view.invoice.nonce, request.nonce)
        ? nothing
        : [{ message: 'the nonce is not the one that was issued for the invoice' }]
    },
  },
)
