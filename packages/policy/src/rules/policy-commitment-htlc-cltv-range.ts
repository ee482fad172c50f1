import { eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments whose HTLCs expire too far apart. */
export const policyCommitmentHtlcCltvRange: Rule<'policy-commitment-htlc-cltv-range'> = defineRule({
  tag: 'policy-commitment-htlc-cltv-range',
  summary:
    "a counterparty's commitment whose HTLCs expire more than `maxHtlcCltvSpreadBlocks` apart, or with an expiry that is a time",
  why: 'Money in an HTLC is out of reach until its expiry: one that lies years ahead is as good as taken.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#cltv_expiry_delta-selection',
  limits:
    'The height of the chain is not sent, so expiries are compared with each other only; that of a single HTLC is not bounded.',
  check: eachCounterpartyCommitment(({ facts }, { policy }) => {
    const expiries = facts.htlcs.map(({ cltvExpiry }) => cltvExpiry)
    const spread = Math.max(...expiries) - Math.min(...expiries)
    const { maxHtlcCltvSpreadBlocks } = policy.channels
    return [
      ...expiries
        .filter((expiry) => expiry >= locktimeThreshold)
        .map((expiry) => `the expiry ${expiry} is a time, not a height`),
      ...(spread > maxHtlcCltvSpreadBlocks
        ? [`HTLCs expire ${spread} blocks apart, above ${maxHtlcCltvSpreadBlocks}`]
        : []),
    ]
  }),
})

/** The first locktime that is a time and no block height. */
const locktimeThreshold = 500_000_000
