import type { ClosingFacts } from '../channel/closing-facts.ts'
import { duesOf, trimmedMost } from '../channel/dues.ts'
import { ownSats } from '../channel/outflow.ts'
import type { CounterpartyCommitment } from '../state/commitment-record.ts'
import { eachClosing, shortfallOf } from './closing-checks.ts'
import { defineRule, type Rule, type RuleContext } from './rule.ts'

/** Refuses closes that pay us less than we have. */
export const policyMutualValueMatchesCommitment: Rule<'policy-mutual-value-matches-commitment'> =
  defineRule({
    tag: 'policy-mutual-value-matches-commitment',
    summary:
      "a closing transaction that pays our own keys less than the counterparty's last commitment gives us; where we opened the channel, less than our balance there, its fee and its anchors, less the fee of the close",
    why: 'A close is final: what it does not pay us is lost, whatever the commitments say.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#legacy-closing-transaction',
    limits:
      'Who opened the channel, and so pays the fee, is told as in policy-routing-deltas-only-htlc; where it is not known, either may. Who asks for a close by `closing_complete` pays its fee, and may be us. Where no commitment of the channel was seen, the balance is not known: the close is held.',
    check: (context) => [...held(context), ...values(context)],
  })

/** How a close leaves us short, and whether that is only in doubt. */
function problemOf(
  closing: ClosingFacts,
  last: CounterpartyCommitment | undefined,
  { policy, view }: RuleContext,
): { readonly message: string; readonly isDoubtful: boolean } | undefined {
  if (last === undefined) return undefined
  const paid = ownSats(closing, policy)
  const state = view.channels.get(closing.channel)
  const { ifCounterpartyPays, ifHolderPays, isDoubtful } = shortfallOf(closing, paid, last, state)
  const fits = (missing: bigint | undefined, allowed = 0n) =>
    missing !== undefined && missing <= allowed
  // What looked owed to us may have been paid: an HTLC of ours without an output.
  const owed = duesOf(last).toHolderSats - last.toHolderSats
  const isFit = fits(ifCounterpartyPays, trimmedMost(owed, policy))
  if (isFit || (fits(ifHolderPays) && !isDoubtful)) return undefined
  const missing = ifCounterpartyPays ?? ifHolderPays
  const payer = ifCounterpartyPays === undefined ? 'its fee counted as ours' : 'its fee not ours'
  return {
    message: `${paid} sat are ours, ${missing} sat less than the last commitment has, ${payer}`,
    isDoubtful: isDoubtful && fits(ifHolderPays),
  }
}

const values = eachClosing((closing, last, context) => {
  const problem = problemOf(closing, last, context)
  return problem === undefined || problem.isDoubtful ? [] : [problem.message]
})

/** An owner who knows better can let it pass. */
const doubtfulValues = eachClosing((closing, last, context) => {
  const problem = problemOf(closing, last, context)
  return problem?.isDoubtful
    ? [`${problem.message}: the L1 wallet did not pay for the channel`]
    : []
})

const unknownBalance = eachClosing((_closing, last) =>
  last === undefined ? ['no commitment of the channel was seen: the balance is not known'] : [],
)

const held: Rule['check'] = (context) =>
  [...unknownBalance(context), ...doubtfulValues(context)].map((finding) => ({
    ...finding,
    temporary: true as const,
  }))
