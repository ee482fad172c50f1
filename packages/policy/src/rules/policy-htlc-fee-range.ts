import { htlcTransactionFee, htlcTransactionWeight } from '@boltwarden/core/bolt3/fees'
import { equalBytes } from '@boltwarden/core/bytes'
import { feeratePerKw } from '@boltwarden/core/units'
import type { CommitmentReview } from '../channel/commitment-review.ts'
import { holderParent } from '../channel/holder-parent.ts'
import type { HtlcFacts } from '../channel/htlc-facts.ts'
import { eachHtlc } from './htlc-checks.ts'
import { defineRule, type Finding, nothing, type Rule, type RuleContext } from './rule.ts'

/** Refuses HTLC transactions whose fee is out of range. */
export const policyHtlcFeeRange: Rule<'policy-htlc-fee-range'> = defineRule({
  tag: 'policy-htlc-fee-range',
  summary:
    'an HTLC transaction whose fee is not that of a feerate from `minFeeratePerKw` to `maxFeeratePerKw`, or which has a fee on an anchor channel; HTLC transactions of one commitment with different feerates; one of our own whose feerate is above what the fee of its commitment allows',
  why: 'What the second stage pays in fees is gone for whoever claims the HTLC, and that may be us.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source:
    'https://github.com/lightning/bolts/blob/master/03-transactions.md#htlc-timeout-and-htlc-success-transactions',
  limits:
    'On anchor channels the owner of the HTLC transaction adds an input for the fee: that is for the rules on the L1 wallet. The fee of a commitment also holds what was trimmed, and where a side has no output it tells no feerate.',
  check: (context) => [
    ...eachHtlc(ofHtlc)(context),
    ...eachHtlc(ofHolder)(context),
    ...context.commitments.flatMap(ofCommitment),
  ],
})

function ofHtlc(htlc: HtlcFacts, { policy }: RuleContext): readonly string[] {
  const { minFeeratePerKw, maxFeeratePerKw } = policy.channels
  const { script, direction } = htlc
  const fee = feeOf(htlc)
  const feeAt = (feerate: number) =>
    htlcTransactionFee(script.commitmentType, direction, feeratePerKw(feerate))
  const [least, most] = [feeAt(minFeeratePerKw), feeAt(maxFeeratePerKw)]
  return fee >= least && fee <= most ? [] : [`the fee is ${fee} sat, not ${least} to ${most} sat`]
}

/** Both stages have one feerate. */
function ofHolder(htlc: HtlcFacts, { policy, commitments, view }: RuleContext): readonly string[] {
  const { script, direction, signer, channel, input } = htlc
  if (signer !== 'broadcaster' || script.commitmentType !== 'static-remotekey') return []
  const inEvent = commitments.find(({ facts }) => equalBytes(facts.txid, input.txid))
  const parent = holderParent(htlc, inEvent, view.channels.get(channel), policy)
  if (parent?.maxFeeratePerKw === undefined) return []
  const feerate = feeratePerKw(Math.min(parent.maxFeeratePerKw, policy.channels.maxFeeratePerKw))
  const most = htlcTransactionFee(script.commitmentType, direction, feerate)
  const fee = feeOf(htlc)
  return fee <= most ? [] : [`the fee is ${fee} sat, above ${most} sat by its commitment's`]
}

/** Fees are rounded down, so each leaves a few feerates; one must be left for all. */
function ofCommitment({ facts }: CommitmentReview): readonly Finding[] {
  const priced = facts.htlcs.filter(({ script }) => script.commitmentType === 'static-remotekey')
  const ranges = priced.map((htlc) => {
    const weight = BigInt(htlcTransactionWeight('static-remotekey', htlc.direction))
    const fee = feeOf(htlc)
    return { least: (fee * 1000n + weight - 1n) / weight, most: (fee * 1000n + 999n) / weight }
  })
  const least = ranges.reduce((all, range) => (range.least > all ? range.least : all), 0n)
  const isOne = ranges.every(({ most }) => most >= least)
  return isOne
    ? nothing
    : [{ job: facts.job.job.id, message: 'its HTLC transactions have different feerates' }]
}

function feeOf({ amountSats, output }: HtlcFacts): bigint {
  return amountSats - output.value
}
