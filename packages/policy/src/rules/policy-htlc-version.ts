import { eachHtlc } from './htlc-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses HTLC transactions of another version. */
export const policyHtlcVersion: Rule<'policy-htlc-version'> = defineRule({
  tag: 'policy-htlc-version',
  summary: 'an HTLC transaction whose version is not 2',
  why: 'Relative locks, on which the delay of its output rests, do not hold below version 2.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#htlc-timeout-and-htlc-success-transactions',
  limits: 'Claims of HTLCs that do not go to a second stage are for the rules on sweeps.',
  check: eachHtlc(({ transaction: { version } }) =>
    version === 2 ? [] : [`the version is ${version}, not 2`],
  ),
})
