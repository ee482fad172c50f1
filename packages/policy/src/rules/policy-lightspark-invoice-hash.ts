import { defineRule, nothing, type Rule } from './rule.ts'

/** Notes that an invoice's hash is asked for again. */
export const policyLightsparkInvoiceHash: Rule<'policy-lightspark-invoice-hash'> = defineRule({
  tag: 'policy-lightspark-invoice-hash',
  summary:
    'nothing by itself: an invoice that has a payment hash is given the same one again, never a second. The repetition is noted; a stricter policy can refuse it',
  why: 'An invoice with two hashes could be paid twice, and only one payment would be expected.',
  mandatory: false,
  severity: 'warn',
  appliesTo: ['request-invoice-payment-hash'],
  source: 'https://github.com/lightning/bolts/blob/master/11-payment-encoding.md',
  limits:
    'Neither the amount nor the invoice itself is sent: what the hash is put into cannot be checked, and two invoice ids may stand for one purchase.',
  check: ({ view }) =>
    view.invoice === undefined
      ? nothing
      : [{ message: 'the invoice has a payment hash: it is given again' }],
})
