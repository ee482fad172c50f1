import type { OutPoint } from '@boltwarden/core/bitcoin/transaction'
import { equalBytes } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { commitmentIndex, indexOf, maxSats, sats } from '@boltwarden/core/units'
import type { Facts } from '../facts.ts'
import type { Policy } from '../policy.ts'
import type { ChannelState } from '../state/channel-state.ts'
import type { CounterpartyCommitment } from '../state/commitment-record.ts'
import type { Funding } from '../state/funding.ts'
import type { Intent } from '../state/intent.ts'
import type { NodeState } from '../state/node-state.ts'
import { spend } from '../state/velocity.ts'
import type { View } from '../view.ts'
import type { ClosingFacts } from './closing-facts.ts'
import { type CommitmentReview, reviewCommitments } from './commitment-review.ts'
import { balanceOf } from './dues.ts'
import { holderScriptsOf } from './holder-scripts.ts'
import { recordOf, toHolderSats } from './htlc-changes.ts'
import { changedIntents } from './intent-parts.ts'
import { outflowOf, ownSats, toCounterpartySats } from './outflow.ts'
import { withoutCredited } from './settling.ts'

/** The most closing transactions that are remembered. */
export const maxClosings = 16

/** What commitments and closes leave behind. */
export type SignedState = {
  readonly channels: readonly ChannelState[]
  readonly intents: readonly Intent[]
  readonly node: NodeState
}

/**
 * What is remembered of commitments and closes that were signed.
 *
 * @param node - the view's, as transactions on the chain of the same event leave it.
 */
export function afterSigning(
  policy: Policy,
  facts: Facts,
  view: View,
  node: NodeState,
): SignedState {
  const channels = new Map<number, ChannelState>()
  const current = (channel: number) => channels.get(channel) ?? view.channels.get(channel)
  const reviews = reviewCommitments(facts, view, policy).filter(({ isRepeated }) => !isRepeated)
  for (const review of reviews) {
    const state = current(review.facts.channel)
    if (state !== undefined) channels.set(state.channel, withCommitment(state, review, policy))
  }
  for (const closing of facts.channels.closings) {
    const state = current(closing.channel)
    if (state !== undefined && !isSigned(state, closing)) {
      channels.set(state.channel, withClosing(state, closing, policy))
    }
  }
  const counterparty = reviews.filter(({ side }) => side === 'counterparty')
  return {
    channels: [...channels.values()],
    intents: changedIntents(counterparty, view.intents),
    node: afterPaying(counterparty, { policy, facts, view, node }),
  }
}

function withCommitment(
  state: ChannelState,
  review: CommitmentReview,
  policy: Policy,
): ChannelState {
  const { facts, number, side } = review
  const { opener } = side === 'holder' ? review : balanceOf(review, policy)
  const funding = { ...(state.funding ?? fundingOf(review)), opener }
  if (side === 'holder') {
    // Where job and transaction disagree, both are spoilt: the higher index comes first.
    const index = commitmentIndex(Math.max(indexOf(number), facts.index ?? 0))
    const signed = { index, txid: facts.txid, ...holderScriptsOf(review, policy) }
    const broadcast = [...state.broadcast, signed]
    return { ...state, funding, broadcast }
  }
  const others = state.commitments.filter((known) => known.number !== number)
  const commitments = [...others, commitmentOf(review, policy)]
    .sort((a, b) => a.number - b.number)
    .slice(-2)
  const expiries = facts.htlcs.map(({ cltvExpiry }) => cltvExpiry)
  if (expiries.length === 0) return { ...state, funding, commitments }
  const highestExpiry = Math.max(state.highestExpiry ?? 0, ...expiries)
  return { ...state, funding, commitments, highestExpiry }
}

function commitmentOf(review: CommitmentReview, policy: Policy): CounterpartyCommitment {
  const { facts, number } = review
  const [htlc] = facts.htlcs
  return {
    number,
    txid: facts.txid,
    toHolderSats: sats(toHolderSats(facts)),
    feeSats: sats(facts.feeSats > 0n ? facts.feeSats : 0n),
    htlcs: facts.htlcs.map(recordOf),
    ...(htlc !== undefined && {
      htlcKeys: {
        holder: htlc.script.countersignatoryHtlcPublicKey,
        revocationHash: htlc.script.revocationPublicKeyHash,
      },
    }),
    dues: balanceOf(review, policy).dues,
  }
}

function fundingOf(review: CommitmentReview): Funding {
  const { facts, factor } = review
  return {
    txid: facts.input.txid,
    vout: facts.input.vout,
    amountSats: facts.amountSats,
    holderKey: facts.holderKey,
    counterpartyKey: facts.counterpartyKey,
    revocationBasepoint: facts.revocationBasepoint,
    htlcBasepoint: facts.htlcBasepoint,
    obscuringFactor: factor,
    commitmentType: facts.type,
    initialToHolderSats: sats(toHolderSats(facts)),
    initialToCounterpartySats: sats(toCounterpartySats(review)),
  }
}

function isSigned({ closings }: ChannelState, { txid }: ClosingFacts): boolean {
  return closings.some((known) => equalBytes(known.txid, txid))
}

function withClosing(state: ChannelState, closing: ClosingFacts, policy: Policy): ChannelState {
  const signed = { txid: closing.txid, toHolderSats: sats(ownSats(closing, policy)) }
  return { ...state, closings: [...state.closings, signed].slice(-maxClosings) }
}

/** What HTLCs take out of the node, the fundings that commitments have shown, and what is credited. */
function afterPaying(
  reviews: readonly CommitmentReview[],
  {
    policy,
    facts: { delivery },
    view,
    node,
  }: {
    readonly policy: Policy
    readonly facts: Facts
    readonly view: View
    readonly node: NodeState
  },
): NodeState {
  // The wallet's payment that a commitment links is told by the node as it was before.
  const outflow = reviews.reduce((sum, review) => sum + outflowOf(review, view.node, policy), 0n)
  const shown = new Set(reviews.map(({ facts }) => outPoint(facts.input)))
  const isShown = (point: OutPoint) => shown.has(outPoint(point))
  const settling = reviews.reduce(
    (left, review) => withoutCredited(left, review, policy),
    node.settling,
  )
  const unlinkedFundings = node.unlinkedFundings.filter((funding) => !isShown(funding))
  const paidFundings = node.paidFundings.filter((funding) => !isShown(funding))
  const isSame =
    outflow === 0n &&
    settling.length === node.settling.length &&
    unlinkedFundings.length === node.unlinkedFundings.length &&
    paidFundings.length === node.paidFundings.length
  if (isSame) return node
  return {
    ...node,
    unlinkedFundings,
    paidFundings,
    settling,
    lightningOut: spend(node.lightningOut, delivery.receivedAtMs, cappedSats(outflow)),
  }
}

function cappedSats(amount: bigint) {
  return sats(amount > maxSats ? maxSats : amount)
}

function outPoint({ txid, vout }: OutPoint): string {
  return `${toHex(txid)}:${vout}`
}
