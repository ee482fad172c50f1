import { commitmentNumber, indexOf } from '@boltwarden/core/units'
import { eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Holds commitments that come before the last but one is revoked. */
export const policyCommitmentPreviousRevoked: Rule<'policy-commitment-previous-revoked'> =
  defineRule({
    tag: 'policy-commitment-previous-revoked',
    summary:
      'nothing for good: a commitment that comes before the counterparty revoked the last but one is held until it does',
    why: 'With two unrevoked commitments besides the new one the counterparty could choose the best of three.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source:
      'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#completing-the-transition-to-the-updated-state-revoke_and_ack',
    limits:
      'The platform reveals without waiting for an answer, so a reveal may be on its way: it is waited for as long as `revealGraceMs`. Of an adopted channel earlier secrets are not known, so it is not asked there.',
    check: (context) =>
      eachCounterparty(context).map((finding) => ({ ...finding, temporary: true as const })),
  })

const eachCounterparty = eachCounterpartyCommitment(({ state, number, isRepeated }) => {
  if (isRepeated || state === undefined || state.origin === 'adopted' || number < 2) return []
  const due = indexOf(commitmentNumber(number - 2))
  const { lowest } = state.counterpartySecrets
  return lowest !== undefined && lowest <= due
    ? []
    : [`the counterparty has not revoked number ${number - 2}`]
})
