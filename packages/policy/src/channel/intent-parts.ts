import { toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import type { HtlcRecord } from '../state/commitment-record.ts'
import { type Intent, intentKey, type PaymentIntent, type PaymentPart } from '../state/intent.ts'
import type { CommitmentReview } from './commitment-review.ts'
import { htlcChanges, sumOf, toHolderSats } from './htlc-changes.ts'
import { newlyOffered } from './outflow.ts'

/** The payment that HTLCs of this hash serve, in hex of the hash160. */
export function paymentIntentOf(
  intents: readonly Intent[],
  paymentHash160: Uint8Array,
): PaymentIntent | undefined {
  const key = toHex(paymentHash160)
  for (const intent of intents) {
    if (intent.kind === 'payment' && intentKey(intent) === key) return intent
  }
  return undefined
}

/** What is in flight or gone for a payment. */
export function committedSats({ inFlight, settledSats }: PaymentIntent): bigint {
  return inFlight.reduce((sum, { amountSats }) => sum + amountSats, 0n) + settledSats
}

/** The intents that commitments change. */
export function changedIntents(
  reviews: readonly CommitmentReview[],
  intents: readonly Intent[],
): readonly PaymentIntent[] {
  let changed: ReadonlyMap<string, PaymentIntent> = new Map()
  for (const review of reviews) changed = afterCommitment(review, intents, changed)
  return [...changed.values()]
}

function afterCommitment(
  review: CommitmentReview,
  intents: readonly Intent[],
  before: ReadonlyMap<string, PaymentIntent>,
): ReadonlyMap<string, PaymentIntent> {
  const after = new Map(before)
  const { channel } = review.facts
  const change = (hash: Uint8Array, next: (intent: PaymentIntent) => PaymentIntent) => {
    const intent = paymentIntentOf(intents, hash)
    if (intent !== undefined) after.set(intent.id, next(after.get(intent.id) ?? intent))
  }
  let returned = returnedSats(review)
  for (const { paymentHash160, amountSats } of goneOffers(review)) {
    const isReturned = amountSats <= returned
    if (isReturned) returned -= amountSats
    change(paymentHash160, (intent) => withoutPart(intent, { channel, amountSats }, isReturned))
  }
  for (const { paymentHash160, amountSats } of newlyOffered(review)) {
    const isUnpaid = amountSats <= returned
    if (isUnpaid) returned -= amountSats
    change(paymentHash160, (intent) => withOffer(intent, { channel, amountSats }, isUnpaid))
  }
  return after
}

function goneOffers(review: CommitmentReview): readonly HtlcRecord[] {
  return htlcChanges(review).removed.filter(({ way }) => way === 'outgoing')
}

/** What offers that are gone brought back at least: what came in is taken for payments to us. */
function returnedSats(review: CommitmentReview): bigint {
  const { facts, previous, opener } = review
  if (previous === undefined) return 0n
  const { removed } = htlcChanges(review)
  const rise = toHolderSats(facts) - previous.toHolderSats
  // Where we may be who pays the fee, one that falls comes back to us too.
  const isOurs = opener === 'holder' || opener === 'unknown'
  const fell = previous.feeSats - facts.feeSats
  const fees = isOurs && fell > 0n ? fell : 0n
  const offered = newlyOffered(review).reduce((sum, { amountSats }) => sum + amountSats, 0n)
  return rise + offered - fees - sumOf(removed, 'incoming')
}

/**
 * An intent with an HTLC more. One that our balance does not pay for was left without an output by a
 * feerate for a while, and counted as paid. Where the fee is ours, that cannot be told from one that a
 * falling fee pays for.
 */
function withOffer(intent: PaymentIntent, part: PaymentPart, isUnpaid: boolean): PaymentIntent {
  const isBack = isUnpaid && intent.settledSats >= part.amountSats
  const settledSats = isBack ? sats(intent.settledSats - part.amountSats) : intent.settledSats
  return { ...intent, inFlight: [...intent.inFlight, part], settledSats }
}

function withoutPart(
  intent: PaymentIntent,
  { channel, amountSats }: PaymentPart,
  isReturned: boolean,
): PaymentIntent {
  const at = intent.inFlight.findIndex(
    (part) => part.channel === channel && part.amountSats === amountSats,
  )
  if (at < 0) return intent
  const settledSats = isReturned ? intent.settledSats : sats(intent.settledSats + amountSats)
  return { ...intent, inFlight: intent.inFlight.toSpliced(at, 1), settledSats }
}
