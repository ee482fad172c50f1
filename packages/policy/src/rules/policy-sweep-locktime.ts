import { firstLockTime } from '../chain-height.ts'
import type { OnchainTransaction } from '../onchain/onchain-transaction.ts'
import { expiryBounds } from './expiry-bounds.ts'
import { eachTransaction } from './onchain-check.ts'
import { defineRule, type Rule, type RuleContext } from './rule.ts'

/** Refuses claims whose lock time cannot be right. */
export const policySweepLocktime: Rule<'policy-sweep-locktime'> = defineRule({
  tag: 'policy-sweep-locktime',
  summary:
    "a claim whose lock time is a time and no block height, or lies more than `maxHtlcCltvSpreadBlocks` above any height that the chain may have; a claim of an HTLC that the counterparty received whose lock time is below the HTLC's expiry",
  why: 'A claim that cannot be mined for years is as good as none, and the counterparty takes what it was to claim.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/lightning/bolts/blob/master/03-transactions.md#received-htlc-outputs',
  limits:
    'The height of the chain is not sent. On mainnet it follows from the time, at 9.5 minutes a block since block 840,000, so that some months ahead are not told from what is due; on other networks, where blocks are made at will, up to 10,000,000 is plausible.',
  check: eachTransaction(['sweep', 'anchor'], ({ onchain }, context) => [
    ...ofHeight(onchain, context),
    ...problems(onchain),
  ]),
})

function ofHeight(
  { transaction: { locktime } }: OnchainTransaction,
  context: RuleContext,
): readonly string[] {
  if (locktime >= firstLockTime) return [`the lock time ${locktime} is no block height`]
  const { highest } = expiryBounds(context)
  return locktime <= highest ? [] : [`the lock time ${locktime} is above ${highest}`]
}

function problems({ transaction: { locktime }, jobs }: OnchainTransaction): readonly string[] {
  const early = jobs.flatMap(({ facts: { spend } }) =>
    spend?.kind === 'htlc-claim' && spend.script.template === 'received-htlc'
      ? [spend.script.cltvExpiry].filter((expiry) => locktime < expiry)
      : [],
  )
  return [...new Set(early)].map(
    (expiry) => `the lock time ${locktime} is below the HTLC's expiry at ${expiry}`,
  )
}
