import type { FundingSpendFacts } from '../channel/commitment-facts.ts'
import type { CommitmentReview } from '../channel/commitment-review.ts'
import type { Rule, RuleContext } from './rule.ts'

/** Where BOLT 3 says what a commitment is. */
export const commitmentSource =
  'https://github.com/lightning/bolts/blob/master/03-transactions.md#commitment-transaction'

/** A check of each commitment by itself, of either side. */
export function eachCommitment(
  check: (review: CommitmentReview, context: RuleContext) => readonly string[],
): Rule['check'] {
  return (context) =>
    context.commitments.flatMap((review) =>
      check(review, context).map((message) => ({ message, job: review.facts.job.job.id })),
    )
}

/** A check of each commitment of the counterparty by itself. */
export function eachCounterpartyCommitment(
  check: (review: CommitmentReview, context: RuleContext) => readonly string[],
): Rule['check'] {
  return eachCommitment((review, context) =>
    review.side === 'counterparty' ? check(review, context) : [],
  )
}

/**
 * A check of the shape of each spend of a funding output that has a mark of a commitment: locktime
 * from 0x20000000 to 0x20ffffff, or sequence from 0x80000000 to 0x80ffffff.
 */
export function eachCommitmentShape(
  check: (spend: FundingSpendFacts) => readonly string[],
): Rule['check'] {
  return ({ facts }) =>
    facts.channels.fundingSpends
      .filter(isCommitmentLike)
      .flatMap((spend) => check(spend).map((message) => ({ message, job: spend.job.job.id })))
}

function isCommitmentLike({ transaction, input }: FundingSpendFacts): boolean {
  return topByte(transaction.locktime) === 0x20 || topByte(input.sequence) === 0x80
}

/** The upper 8 of 32 bits. */
export function topByte(value: number): number {
  return Math.floor(value / 2 ** 24)
}

/**
 * A check of one side's anchor on each commitment of the counterparty: it stands there once where
 * that side has a balance or there is an HTLC, else not at all.
 */
export function eachAnchor(
  whose: string,
  anchor: 'holder-anchor' | 'counterparty-anchor',
  balance: 'to-holder' | 'script',
): Rule['check'] {
  return eachCounterpartyCommitment(({ facts, type }) => {
    if (type !== 'anchors') return []
    const count = facts.outputs.filter(({ kind }) => kind === anchor).length
    const isDue = facts.htlcs.length > 0 || facts.outputs.some(({ kind }) => kind === balance)
    const due = isDue ? 1 : 0
    return count === due ? [] : [`${whose} anchor stands there ${count} times, not ${due}`]
  })
}
