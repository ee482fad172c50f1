import { obscuredFields } from '@boltwarden/core/bolt3/commitment-number'
import { numberOf } from '@boltwarden/core/units'
import {
  commitmentSource,
  eachCommitment,
  eachCommitmentShape,
  topByte,
} from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments whose locktime is not as BOLT 3 has it. */
export const policyCommitmentLocktime: Rule<'policy-commitment-locktime'> = defineRule({
  tag: 'policy-commitment-locktime',
  summary:
    'a commitment whose locktime does not start with 0x20, or whose low 24 bits are not those of the number that the job names',
  why: 'The locktime is half of the number: a commitment that hides another number than it claims is not the one whose order was checked.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: commitmentSource,
  limits:
    'The obscuring factor is learnt from the first commitment, whose number is 0; where a channel was adopted, from the index that the job names.',
  check: (context) => [...shape(context), ...number(context)],
})

const shape = eachCommitmentShape(({ transaction: { locktime } }) =>
  topByte(locktime) === 0x20 ? [] : [`the locktime starts with ${topByte(locktime)}, not 32`],
)

const number = eachCommitment(({ facts, factor }) => {
  const { index, transaction } = facts
  if (index === undefined) return []
  const expected = obscuredFields(numberOf(index), factor).locktime
  return transaction.locktime === expected
    ? []
    : [`the locktime is ${transaction.locktime}, for number ${numberOf(index)} it is ${expected}`]
})
