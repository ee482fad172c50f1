import type { OnchainTransaction } from '../onchain/onchain-transaction.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses claims whose lock time cannot be right. */
export const policySweepLocktime: Rule<'policy-sweep-locktime'> = defineRule({
  tag: 'policy-sweep-locktime',
  summary:
    "a claim whose lock time is a time and no block height; a claim of an HTLC that the counterparty received whose lock time is below the HTLC's expiry",
  why: 'A claim that cannot be mined for years is as good as none, and the counterparty takes what it was to claim.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/lightning/bolts/blob/master/03-transactions.md#received-htlc-outputs',
  limits:
    'The height of the chain is not sent, so a lock time that is a height but lies far ahead is not told from one that is due.',
  check: eachTransaction(['sweep', 'anchor'], ({ onchain }) => problems(onchain)),
})

/** The first lock time that is a time and no block height. */
const firstTime = 500_000_000

function problems({ transaction: { locktime }, jobs }: OnchainTransaction): readonly string[] {
  if (locktime >= firstTime) return [`the lock time ${locktime} is no block height`]
  const early = jobs.flatMap(({ facts: { spend } }) =>
    spend?.kind === 'htlc-claim' && spend.script.template === 'received-htlc'
      ? [spend.script.cltvExpiry].filter((expiry) => locktime < expiry)
      : [],
  )
  return [...new Set(early)].map(
    (expiry) => `the lock time ${locktime} is below the HTLC's expiry at ${expiry}`,
  )
}
