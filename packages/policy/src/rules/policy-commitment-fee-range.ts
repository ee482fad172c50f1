import { commitmentFee } from '@boltwarden/core/bolt3/fees'
import { feeratePerKw } from '@boltwarden/core/units'
import type { CommitmentFacts } from '../channel/commitment-facts.ts'
import { highestFee } from '../channel/commitment-side.ts'
import { eachCommitment, eachCounterpartyCommitment } from './commitment-checks.ts'
import { defineRule, type Rule } from './rule.ts'

/** Refuses commitments whose fee is out of range. */
export const policyCommitmentFeeRange: Rule<'policy-commitment-fee-range'> = defineRule({
  tag: 'policy-commitment-fee-range',
  summary:
    "a commitment whose fee is above that of `maxFeeratePerKw` and `maxTrimmedSats`, or, of the counterparty's, below that of `minFeeratePerKw`",
  why: 'A fee too low never confirms, and one too high is a way to spend a channel; who opened it pays it.',
  mandatory: false,
  severity: 'error',
  appliesTo: ['derive-key-and-sign'],
  source: 'https://github.com/lightning/bolts/blob/master/03-transactions.md#fee-calculation',
  limits:
    'The feerate is not sent, and HTLCs without an output are part of the fee. Below the minimum nothing is said while a balance is without an output: who opened the channel may be unable to pay. Of our own commitment the HTLCs are scripts among others.',
  check: (context) => [...ofCounterparty(context), ...ofHolder(context)],
})

const ofCounterparty = eachCounterpartyCommitment(({ facts, type }, { policy }) => {
  const { minFeeratePerKw, maxFeeratePerKw, maxTrimmedSats } = policy.channels
  const { feeSats, htlcs } = facts
  const feeAt = (feerate: number) => commitmentFee(type, feeratePerKw(feerate), htlcs.length)
  const least = hasBothBalances(facts) ? feeAt(minFeeratePerKw) : 0n
  const most = feeAt(maxFeeratePerKw) + maxTrimmedSats
  if (feeSats >= 0n && feeSats < least) return [`the fee is ${feeSats} sat, below ${least} sat`]
  return feeSats > most ? [`the fee is ${feeSats} sat, above ${most} sat`] : []
})

const ofHolder = eachCommitment(({ facts, side }, { policy }) => {
  const most = highestFee(facts, policy)
  return side === 'holder' && facts.feeSats > most
    ? [`the fee of our own commitment is ${facts.feeSats} sat, above ${most} sat`]
    : []
})

function hasBothBalances({ outputs }: CommitmentFacts): boolean {
  const has = (wanted: string) => outputs.some(({ kind }) => kind === wanted)
  return has('to-holder') && has('script')
}
