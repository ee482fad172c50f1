import { commitmentSource, eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments that pay us twice. */
export const policyCommitmentSingularToHolder: Rule<'policy-commitment-singular-to-holder'> =
  defineRule({
    tag: 'policy-commitment-singular-to-holder',
    summary: "a counterparty's commitment with a second output that pays our payment key",
    why: 'BOLT 3 has one `to_remote`: a second one makes our balance look larger than it is in one of them.',
    mandatory: false,
    severity: 'error',
    appliesTo: ['derive-key-and-sign'],
    source: commitmentSource,
    limits: 'Our payment key is the same in every commitment, so this is certain.',
    check: eachCounterpartyCommitment(({ facts }) => {
      const count = facts.outputs.filter(({ kind }) => kind === 'to-holder').length
      return count <= 1 ? [] : [`${count} outputs pay our payment key`]
    }),
  })
