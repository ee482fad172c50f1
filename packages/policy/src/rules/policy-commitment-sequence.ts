import { obscuredFields } from '@boltwarden/core/bolt3/commitment-number'
import { numberOf } from '@boltwarden/core/units'
import {
  commitmentSource,
  eachCommitment,
  eachCommitmentShape,
  topByte,
} from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments whose sequence is not as BOLT 3 has it. */
export const policyCommitmentSequence: Rule<'policy-commitment-sequence'> = defineRule({
  tag: 'policy-commitment-sequence',
  summary:
    'a commitment whose sequence does not start with 0x80, or whose low 24 bits are not those of the number that the job names',
  why: 'The sequence is half of the number, and its first bit switches relative locks off for the funding output.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: commitmentSource,
  limits: 'As for the locktime: the obscuring factor is learnt from the first commitment.',
  check: (context) => [...shape(context), ...number(context)],
})

const shape = eachCommitmentShape(({ input: { sequence } }) =>
  topByte(sequence) === 0x80 ? [] : [`the sequence starts with ${topByte(sequence)}, not 128`],
)

const number = eachCommitment(({ facts, factor }) => {
  const { index, input } = facts
  if (index === undefined) return []
  const expected = obscuredFields(numberOf(index), factor).sequence
  return input.sequence === expected
    ? []
    : [`the sequence is ${input.sequence}, for number ${numberOf(index)} it is ${expected}`]
})
