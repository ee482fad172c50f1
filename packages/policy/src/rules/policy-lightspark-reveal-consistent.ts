import { hash160Of } from '@boltwarden/core/bitcoin/hash'
import { equalBytes } from '@boltwarden/core/bytes'
import { type CommitmentIndex, numberOf } from '@boltwarden/core/units'
import type { RevealedPoint } from '../facts/revealed-point.ts'
import type { ChannelState } from '../state/channel-state.ts'
import { withRevealed } from '../state/revealed.ts'
import { defineRule, type Finding, nothing, type Rule } from './rule.ts'

/** Refuses counterparty secrets that do not belong together, or not to what was signed. */
export const policyLightsparkRevealConsistent: Rule<'policy-lightspark-reveal-consistent'> =
  defineRule({
    tag: 'policy-lightspark-reveal-consistent',
    summary:
      "a counterparty's secret that contradicts BOLT 3's derivation from those before it, that is no scalar, or that does not give the keys of the HTLCs of its commitment. One whose predecessors are still missing is held",
    why: 'The secrets of revoked commitments are what punishes a cheat: a wrong one must show when it comes, not when it is needed.',
    mandatory: true,
    severity: 'error',
    appliesTo: ['reveal-counterparty-per-commitment-secret'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#efficient-per-commitment-secret-storage',
    limits:
      "The counterparty's points are not sent. A secret of an odd index is compared with the HTLCs of its commitment only, if it had any; otherwise a wrong one shows at the next even index. Of a channel never seen nothing is known: its reveals are acknowledged and not remembered. Of one that was adopted those are compared that were revealed since.",
    check: ({ facts, view }) => {
      const { request } = facts.delivery
      const state = view.channelById
      if (request.kind !== 'reveal-counterparty-per-commitment-secret' || state === undefined) {
        return nothing
      }
      const unfit = unfitting(request.index, facts.revealed, state)
      const learnt = withRevealed(state, request.index, request.secret)
      if (learnt.ok) return unfit
      const finding: Finding =
        learnt.error.reason === 'early'
          ? { message: `the secret of ${learnt.error.expected} is still missing`, temporary: true }
          : { message: `the secret does not give that of ${learnt.error.contradicts}` }
      return [...unfit, finding]
    },
  })

/** Compares the secret with the HTLCs that were signed on its commitment. */
function unfitting(
  index: CommitmentIndex,
  revealed: RevealedPoint | undefined,
  { commitments, funding }: ChannelState,
): readonly Finding[] {
  if (revealed === undefined) return [{ message: 'the secret is no scalar of the curve' }]
  const number = numberOf(index)
  const keys = commitments.find((known) => known.number === number)?.htlcKeys
  if (keys === undefined || funding === undefined) return nothing
  const revocationKey = revealed.revocationKeyOf(funding.revocationBasepoint)
  const fits =
    equalBytes(keys.holder, revealed.htlcKeyOf(funding.htlcBasepoint)) &&
    equalBytes(keys.revocationHash, hash160Of(revocationKey))
  return fits
    ? nothing
    : [{ message: `the secret does not give the keys of the HTLCs of number ${number}` }]
}
