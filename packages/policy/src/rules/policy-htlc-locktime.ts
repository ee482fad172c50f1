import { eachHtlc } from './htlc-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses HTLC transactions whose locktime is not as BOLT 3 has it. */
export const policyHtlcLocktime: Rule<'policy-htlc-locktime'> = defineRule({
  tag: 'policy-htlc-locktime',
  summary:
    'an HTLC-success transaction of the counterparty with a locktime, and any HTLC transaction whose locktime is a time',
  why: 'HTLC-timeout is valid from the expiry on, HTLC-success at once: another locktime changes who wins.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#htlc-timeout-and-htlc-success-transactions',
  limits:
    'The expiry of what the broadcaster offered does not stand in its script: there the locktime itself is taken for it. Our own HTLC transactions on anchor channels may be joined, and then have a later one.',
  check: eachHtlc(({ signer, direction, transaction: { locktime } }) => [
    ...(locktime >= locktimeThreshold ? [`the locktime ${locktime} is a time, not a height`] : []),
    ...(signer === 'countersignatory' && direction === 'received' && locktime !== 0
      ? [`HTLC-success has the locktime ${locktime}, not 0`]
      : []),
  ]),
})

/** The first locktime that is a time and no block height. */
const locktimeThreshold = 500_000_000
