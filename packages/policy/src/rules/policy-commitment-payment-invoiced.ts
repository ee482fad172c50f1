import { changedIntents, committedSats } from '../channel/intent-parts.ts'
import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses payments above what the owner registered. */
export const policyCommitmentPaymentInvoiced: Rule<'policy-commitment-payment-invoiced'> =
  defineRule({
    tag: 'policy-commitment-payment-invoiced',
    summary:
      'HTLCs that we offer for a registered payment and that add up, with those in flight and those that were paid, to more than its amount and fee',
    why: 'An invoice is paid once: what exceeds it goes to whoever chose the route.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source: 'https://gitlab.com/lightning-signer/validating-lightning-signer',
    limits:
      'Only a payment that is registered has a known amount. HTLCs that are gone count as paid unless our balance shows that they came back.',
    check: ({ policy, commitments, view }) => {
      const intents = changedIntents(
        commitments.filter(({ side, isRepeated }) => side === 'counterparty' && !isRepeated),
        view.intents,
      )
      return intents.flatMap((intent) => {
        const committed = committedSats(intent)
        const known = view.intents.find(({ id }) => id === intent.id)
        const most = intent.maxAmountSats + (intent.maxFeeSats ?? policy.payments.maxFeeSats)
        const isMore = known?.kind !== 'payment' || committed > committedSats(known)
        return committed > most && isMore
          ? [{ message: `${committed} sat for a payment, above ${most} sat` }]
          : nothing
      })
    },
  })
