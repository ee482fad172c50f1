import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses preimages of invoices that are too old. */
export const policyLightsparkInvoiceTtl: Rule<'policy-lightspark-invoice-ttl'> = defineRule({
  tag: 'policy-lightspark-invoice-ttl',
  summary: 'a preimage asked for longer than `invoiceLifeMs` after its payment hash was given',
  why: 'An invoice that is long forgotten must not be paid to somebody on the way.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['release-payment-preimage'],
  source: 'https://github.com/lightning/bolts/blob/master/11-payment-encoding.md',
  limits:
    'How long an invoice is valid is not sent; a preimage that was given once is given again.',
  check: ({ policy, facts, view }) => {
    const { invoice } = view
    if (invoice === undefined || invoice.releasedAtMs !== undefined) return nothing
    const age = facts.delivery.receivedAtMs - invoice.issuedAtMs
    const { invoiceLifeMs } = policy.payments
    return age <= invoiceLifeMs
      ? nothing
      : [{ message: `the payment hash was given ${age} ms ago, above ${invoiceLifeMs} ms` }]
  },
})
