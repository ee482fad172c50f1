import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses claims of another version than BOLT 3 needs. */
export const policySweepVersion: Rule<'policy-sweep-version'> = defineRule({
  tag: 'policy-sweep-version',
  summary: "a claim of a commitment's outputs, or an anchor's spend, of another version than 2",
  why: 'Relative lock times, which delayed and anchor outputs ask for, hold from version 2 on: an older one could never be mined.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/bitcoin/bips/blob/master/bip-0068.mediawiki',
  limits: 'What version the chain will relay later is not known here.',
  check: eachTransaction(['sweep', 'anchor'], ({ onchain: { transaction } }) =>
    transaction.version === 2 ? [] : [`the version is ${transaction.version}, not 2`],
  ),
})
