import { commitmentFee, commitmentWeight, htlcTransactionWeight } from '@boltwarden/core/bolt3/fees'
import { anchorValue } from '@boltwarden/core/bolt3/scripts/anchor'
import { feeratePerKw, sats } from '@boltwarden/core/units'
import type { Policy } from '../policy.ts'
import type { CounterpartyCommitment, Dues } from '../state/commitment-record.ts'
import type { Opener } from '../state/funding.ts'
import type { CommitmentFacts } from './commitment-facts.ts'
import { type CommitmentReview, isMidlife } from './commitment-review.ts'
import { htlcChanges, sumOf, toHolderSats } from './htlc-changes.ts'

/** The highest dust limit that BOLT 2 lets a node have, in satoshis: what is below has no output. */
export const highestDustLimit = 546n

/**
 * What a counterparty's commitment leaves us, beside what it has to.
 *
 * Who opened the channel pays its fee. Where that is the counterparty, `to_remote` is our balance,
 * and no fee explains that it falls. Where that is us, what we pay as fee now comes back as the fee
 * falls: `to_remote`, fee and anchors together are what the counterparty has no part in.
 */
export type Balance = {
  /** Who opened the channel, as far as this commitment tells; for what comes after it. */
  readonly opener: Opener
  readonly dues: Dues
  /** What is taken from us and no HTLC with an output explains; 0 or more. */
  readonly takenSats: bigint
  /** What of it the policy lets HTLCs without an output explain. */
  readonly mostSats: bigint
  /** What HTLCs could explain at most that have no output, or that look like another. */
  readonly roomSats: bigint
  /** What we surely get beyond what we have to. */
  readonly surplusSats: bigint
  /** Whether more is taken, and only our having opened the channel would explain it. */
  readonly isDoubtful: boolean
}

/** One side's answer to the question who pays the fee, and what follows. */
type Account = {
  readonly due: bigint
  readonly takenSats: bigint
  readonly mostSats: bigint
  readonly roomSats: bigint
  readonly surplusSats: bigint
}

/** Balances a counterparty's commitment against the one before. */
export function balanceOf(review: CommitmentReview, policy: Policy): Balance {
  const { opener, previous } = review
  if (previous === undefined) {
    return {
      opener,
      dues: firstDues(review, policy),
      takenSats: 0n,
      mostSats: 0n,
      roomSats: 0n,
      surplusSats: 0n,
      isDoubtful: false,
    }
  }
  const theirs = counterpartyPays(review, previous, policy)
  const ours = holderPays(review, previous, policy)
  const dues = { toHolderSats: capped(theirs.due), withFeeSats: capped(ours.due) }
  const by = ({ due: _, ...account }: Account, known: Opener, isDoubtful = false): Balance => ({
    ...account,
    opener: known,
    dues,
    isDoubtful,
  })
  switch (opener) {
    case 'holder':
      return by(ours, opener)
    case 'counterparty':
      return by(theirs, opener)
    case 'probably-counterparty':
      if (fits(theirs) || !fits(ours)) return by(theirs, opener)
      return by(theirs, 'holder', true)
    case 'unknown':
      // What neither fits is refused; where the owner lets it pass, nothing was learnt.
      if (fits(theirs) === fits(ours)) {
        const surplusSats = lesser(theirs.surplusSats, ours.surplusSats)
        return { ...by(greaterOf(theirs, ours), opener), surplusSats }
      }
      return fits(ours) ? by(ours, 'holder') : by(theirs, 'counterparty')
  }
}

/** What a commitment that is remembered has to leave us. */
export function duesOf(known: CounterpartyCommitment): Dues {
  const { dues, toHolderSats: ours } = known
  return dues ?? { toHolderSats: ours, withFeeSats: ours }
}

function fits({ takenSats, mostSats }: Account): boolean {
  return takenSats <= mostSats
}

function greaterOf(one: Account, other: Account): Account {
  return one.takenSats > other.takenSats ? one : other
}

function counterpartyPays(
  review: CommitmentReview,
  previous: CounterpartyCommitment,
  policy: Policy,
): Account {
  const { facts } = review
  const have = toHolderSats(facts)
  const before = duesOf(previous).toHolderSats
  const missing = expectedOf(review, before) - have
  const room = roomOf(review, 'script', policy)
  // A balance below the dust limit has no output, and neither has an HTLC that the feerate outgrew:
  // both are still owed, and come back.
  const owedBefore = positive(before - previous.toHolderSats)
  const unsettled = owedBefore + trimmedSettledSats(review)
  const owed = (have === 0n ? highestDustLimit : 0n) + lesser(room, unsettled)
  const excused = missing > 0n ? lesser(missing, owed) : 0n
  // What was still owed and does not come back was an HTLC of ours without an output after all.
  const roomSats = greater(room, owedBefore)
  // Who pays the fee pays more for the feerate of such an HTLC than it can take so.
  const least = unsettled === 0n ? largestTrimmed(review) : 0n
  return {
    due: have + excused,
    takenSats: positive(missing - excused),
    mostSats: trimmedMost(roomSats, policy, least),
    roomSats,
    surplusSats: positive(-missing),
  }
}

function holderPays(
  review: CommitmentReview,
  previous: CounterpartyCommitment,
  policy: Policy,
): Account {
  const have = withFeeSats(review.facts)
  const expected = expectedOf(review, duesOf(previous).withFeeSats)
  const room = roomOf(review, 'to-holder', policy)
  // The fee holds what neither side has an output for, so of what we have only a part is sure.
  const sure = positive(have - room)
  const { channels } = policy
  const least = leastFee(review, previous.htlcs.length, channels.minFeeratePerKw)
  const roomSats = positive(previous.feeSats - (previous.toHolderSats > 0n ? least : 0n))
  return {
    due: expected > have ? have - unsureOf(review.facts, room, 0n) : greater(expected, sure),
    takenSats: positive(expected - have),
    mostSats: trimmedMost(roomSats, policy),
    // Whether an HTLC was credited while an equal one took its place is not seen through the fee.
    roomSats: greater(roomSats, settledSats(review)),
    surplusSats: positive(sure - expected),
  }
}

/** What has to be left once HTLCs have been added, and those that were paid to us are credited. */
function expectedOf(review: CommitmentReview, before: bigint): bigint {
  const { added } = htlcChanges(review)
  const offered = added.filter(({ way }) => way === 'outgoing')
  // Amounts are of millisatoshis: an output shows a satoshi less than the HTLC takes.
  const rest = before - sumOf(offered, 'outgoing') - BigInt(offered.length)
  // What is credited may be offered on in the same commitment.
  return positive(rest + settledSats(review))
}

/** What HTLCs bring that are gone and whose preimage was given. */
function settledSats({ settled }: CommitmentReview): bigint {
  return sumOf(settled, 'incoming')
}

/** What of it may still be owed: HTLCs that are gone because the feerate leaves them no output. */
function trimmedSettledSats(review: CommitmentReview): bigint {
  const most = largestTrimmed(review)
  const trimmed = review.settled.filter(({ amountSats }) => amountSats <= most)
  return sumOf(trimmed, 'incoming')
}

function firstDues(review: CommitmentReview, policy: Policy): Dues {
  const { facts, state } = review
  const have = withFeeSats(facts)
  const room = roomOf(review, 'to-holder', policy)
  const unsure = isMidlife(state) ? room : unsureOf(facts, room, 1n)
  return { toHolderSats: capped(toHolderSats(facts)), withFeeSats: capped(positive(have - unsure)) }
}

/**
 * What of the fee the counterparty has where no HTLC is without an output: its balance where that is
 * too small for one, or what its output leaves out of a satoshi.
 */
function unsureOf(facts: CommitmentFacts, room: bigint, rounded: bigint): bigint {
  const isTrimmed = !facts.outputs.some(({ kind }) => kind === 'script')
  return lesser(room, isTrimmed ? highestDustLimit : rounded)
}

/** What the counterparty has no part in: all but its outputs and those of HTLCs. */
function withFeeSats({ outputs, feeSats }: CommitmentFacts): bigint {
  const anchors = outputs
    .filter(({ kind }) => kind === 'holder-anchor' || kind === 'counterparty-anchor')
    .reduce((sum, { value }) => sum + lesser(value, anchorValue), 0n)
  return toHolderSats({ outputs }) + positive(feeSats) + anchors
}

/** What of the fee may be HTLCs and balances without an output; all of it if its payer has none. */
function roomOf(
  review: CommitmentReview,
  payer: 'to-holder' | 'script',
  { channels }: Policy,
): bigint {
  const { facts } = review
  const isPaid = facts.outputs.some(({ kind }) => kind === payer)
  const least = isPaid ? leastFee(review, facts.htlcs.length, channels.minFeeratePerKw) : 0n
  return positive(facts.feeSats - least)
}

function leastFee({ type }: CommitmentReview, htlcs: number, feerate: number): bigint {
  return commitmentFee(type, feeratePerKw(feerate), htlcs)
}

/** An HTLC without an output shows neither its hash nor that it is one. */
export function trimmedMost(room: bigint, { channels, payments }: Policy, least = 0n): bigint {
  if (payments.receiveOnly || payments.requireIntents) return 0n
  return lesser(room, greater(channels.maxTrimmedSats, least))
}

/**
 * The largest single HTLC that may have no output in a commitment: below the dust limit and the fee of
 * its own transaction, at the feerate of what it leaves of the commitment's fee.
 */
function largestTrimmed({ type, facts }: CommitmentReview): bigint {
  if (type === 'anchors') return highestDustLimit
  const own = BigInt(htlcTransactionWeight(type, 'received'))
  const weight = BigInt(commitmentWeight(type, facts.htlcs.length))
  return (highestDustLimit * weight + own * positive(facts.feeSats)) / (weight + own)
}

function capped(amount: bigint) {
  return sats(positive(amount))
}

function positive(amount: bigint): bigint {
  return amount > 0n ? amount : 0n
}

function lesser(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}

function greater(one: bigint, other: bigint): bigint {
  return one > other ? one : other
}
