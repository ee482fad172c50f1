import { isUnlearnable, learnSecret } from '../state/revealed.ts'
import { defineRule, nothing, type Rule } from './rule.ts'

/** Refuses counterparty secrets that do not belong together. */
export const policyLightsparkRevealConsistent: Rule<'policy-lightspark-reveal-consistent'> =
  defineRule({
    tag: 'policy-lightspark-reveal-consistent',
    summary:
      "a counterparty's secret that contradicts BOLT 3's derivation from those before it. One whose predecessors are still missing is held",
    why: 'The secrets of revoked commitments are what punishes a cheat: a wrong one must show when it comes, not when it is needed.',
    mandatory: true,
    severity: 'error',
    appliesTo: ['reveal-counterparty-per-commitment-secret'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#efficient-per-commitment-secret-storage',
    limits:
      "The counterparty's points are not sent, so a secret is compared with earlier secrets only; for odd indexes there are none, and a wrong one shows at the next even one. Of a channel never seen or adopted later nothing is known: its reveals are acknowledged and not remembered.",
    check: ({ facts, view }) => {
      const { request } = facts.delivery
      const state = view.channelById
      if (request.kind !== 'reveal-counterparty-per-commitment-secret' || state === undefined) {
        return nothing
      }
      if (isUnlearnable(state)) return nothing
      const learnt = learnSecret(state.counterpartySecrets, request.index, request.secret)
      if (learnt.ok) return nothing
      return learnt.error.reason === 'early'
        ? [{ message: `the secret of ${learnt.error.expected} is still missing`, temporary: true }]
        : [{ message: `the secret does not give that of ${learnt.error.contradicts}` }]
    },
  })
