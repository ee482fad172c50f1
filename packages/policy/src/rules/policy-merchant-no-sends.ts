import { newlyOffered } from '../channel/outflow.ts'
import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses payments of a node that only receives. */
export const policyMerchantNoSends: Rule<'policy-merchant-no-sends'> = defineRule({
  tag: 'policy-merchant-no-sends',
  summary: 'an HTLC that we offer, where the policy says `receiveOnly`',
  why: 'A node that only receives cannot be emptied over Lightning by whoever controls its account.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://gitlab.com/lightning-signer/validating-lightning-signer',
  limits:
    'Payments below the dust limit have no output: they are bounded by policy-routing-deltas-only-htlc.',
  check: ({ policy, commitments }) =>
    policy.payments.receiveOnly
      ? commitments.flatMap(newlyOffered).map(({ job, amountSats }) => ({
          job: job.job.id,
          message: `a payment of ${amountSats} sat from a node that only receives`,
        }))
      : nothing,
})
