import { firstLockTime } from '../chain-height.ts'
import type { CommitmentReview } from '../channel/commitment-review.ts'
import { htlcChanges } from '../channel/htlc-changes.ts'
import { eachCounterpartyCommitment } from './commitment-checks.ts'
import { expiryBounds } from './expiry-bounds.ts'
import { defineRule, type Rule, type RuleContext } from './rule.ts'

/** Refuses commitments whose HTLCs expire too far apart, or at no plausible time. */
export const policyCommitmentHtlcCltvRange: Rule<'policy-commitment-htlc-cltv-range'> = defineRule({
  tag: 'policy-commitment-htlc-cltv-range',
  summary:
    "a counterparty's commitment whose HTLCs expire more than `maxHtlcCltvSpreadBlocks` apart, or with an expiry that is a time; with a new HTLC that expires so many blocks above any height that the chain may have, at one that it has long passed, or so far below the highest expiry that the channel has seen",
  why: 'Money in an HTLC is out of reach until its expiry: one that lies years ahead is as good as taken. One that has passed lets the counterparty take its payment back before our preimage counts.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#cltv_expiry_delta-selection',
  limits:
    'The height of the chain is not sent. On mainnet it follows from the time, from 9.5 to 11 minutes a block since block 840,000: some months too early or too late are not told. On other networks, where blocks are made at will, heights from 1 to 10,000,000 are plausible.',
  check: eachCounterpartyCommitment((review, context) => [
    ...ofAll(review, context),
    ...ofAdded(review, context),
  ]),
})

function ofAll({ facts }: CommitmentReview, { policy }: RuleContext): readonly string[] {
  const expiries = facts.htlcs.map(({ cltvExpiry }) => cltvExpiry)
  const spread = Math.max(...expiries) - Math.min(...expiries)
  const { maxHtlcCltvSpreadBlocks } = policy.channels
  return [
    ...expiries
      .filter((expiry) => expiry >= firstLockTime)
      .map((expiry) => `the expiry ${expiry} is a time, not a height`),
    ...(spread > maxHtlcCltvSpreadBlocks
      ? [`HTLCs expire ${spread} blocks apart, above ${maxHtlcCltvSpreadBlocks}`]
      : []),
  ]
}

/** HTLCs may outlive their expiry in a commitment, but none begins after it. */
function ofAdded(review: CommitmentReview, context: RuleContext): readonly string[] {
  const { isRepeated, state } = review
  if (isRepeated) return []
  const { lowest, highest } = expiryBounds(context)
  const seen = state?.highestExpiry ?? 0
  const least = Math.max(lowest, seen - context.policy.channels.maxHtlcCltvSpreadBlocks)
  return htlcChanges(review).added.flatMap(({ cltvExpiry }) =>
    cltvExpiry >= least && (cltvExpiry <= highest || cltvExpiry >= firstLockTime)
      ? []
      : [`an HTLC expires at ${cltvExpiry}, not from ${least} to ${highest}`],
  )
}
