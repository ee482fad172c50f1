import { ownSats } from '../channel/outflow.ts'
import { eachClosing, isDust } from './closing-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses closes that pay us less than we have. */
export const policyMutualValueMatchesCommitment: Rule<'policy-mutual-value-matches-commitment'> =
  defineRule({
    tag: 'policy-mutual-value-matches-commitment',
    summary:
      "a closing transaction that pays our own keys less than the counterparty's last commitment gives us, less the whole fee of the close",
    why: 'A close is final: what it does not pay us is lost, whatever the commitments say.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/03-transactions.md#legacy-closing-transaction',
    limits:
      'Who pays the fee is not sent, so that we may always be the one. Where no commitment of the channel was seen, the balance is not known: the close is held.',
    check: (context) => [...unknown(context), ...values(context)],
  })

const values = eachClosing((closing, last, { policy }) => {
  if (last === undefined || isDust(closing, last.toHolderSats)) return []
  const paid = ownSats(closing, policy)
  const fee = closing.feeSats > 0n ? closing.feeSats : 0n
  return paid + fee >= last.toHolderSats
    ? []
    : [`${paid} sat are ours, of ${last.toHolderSats} sat less a fee of ${fee} sat`]
})

const unknownBalance = eachClosing((_closing, last) =>
  last === undefined ? ['no commitment of the channel was seen: the balance is not known'] : [],
)

const unknown: Rule['check'] = (context) =>
  unknownBalance(context).map((finding) => ({ ...finding, temporary: true as const }))
