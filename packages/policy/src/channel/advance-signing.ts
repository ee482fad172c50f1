import { equalBytes } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { commitmentIndex, indexOf, sats } from '@boltwarden/core/units'
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
import { recordOf, toHolderSats } from './htlc-changes.ts'
import { changedIntents } from './intent-parts.ts'
import { outflowOf, ownSats, toCounterpartySats } from './outflow.ts'

/** The most closing transactions that are remembered. */
const maxClosings = 16

/** What commitments and closes leave behind. */
export type SignedState = {
  readonly channels: readonly ChannelState[]
  readonly intents: readonly Intent[]
  readonly node: NodeState
}

/** What is remembered of commitments and closes that were signed. */
export function afterSigning(policy: Policy, facts: Facts, view: View): SignedState {
  const channels = new Map<number, ChannelState>()
  const current = (channel: number) => channels.get(channel) ?? view.channels.get(channel)
  const reviews = reviewCommitments(facts, view, policy).filter(({ isRepeated }) => !isRepeated)
  for (const review of reviews) {
    const state = current(review.facts.channel)
    if (state !== undefined) channels.set(state.channel, withCommitment(state, review))
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
    node: afterPaying(counterparty, facts, view),
  }
}

function withCommitment(state: ChannelState, review: CommitmentReview): ChannelState {
  const { facts, number, side } = review
  const funding = state.funding ?? fundingOf(review)
  if (side === 'holder') {
    // Where job and transaction disagree, both are spoilt: the higher index comes first.
    const index = commitmentIndex(Math.max(indexOf(number), facts.index ?? 0))
    const broadcast = [...state.broadcast, { index, txid: facts.txid }]
    return { ...state, funding, broadcast }
  }
  const others = state.commitments.filter((known) => known.number !== number)
  const commitments = [...others, commitmentOf(review)]
    .sort((a, b) => a.number - b.number)
    .slice(-2)
  return { ...state, funding, commitments }
}

function commitmentOf({ facts, number }: CommitmentReview): CounterpartyCommitment {
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

/** What HTLCs take out of the node, and the fundings that commitments have shown. */
function afterPaying(
  reviews: readonly CommitmentReview[],
  { delivery }: Facts,
  { node }: View,
): NodeState {
  const outflow = reviews.reduce((sum, review) => sum + outflowOf(review, node), 0n)
  const shown = new Set(reviews.map(({ facts }) => outPoint(facts.input)))
  const unlinkedFundings = node.unlinkedFundings.filter((funding) => !shown.has(outPoint(funding)))
  if (outflow === 0n && unlinkedFundings.length === node.unlinkedFundings.length) return node
  return {
    ...node,
    unlinkedFundings,
    lightningOut: spend(node.lightningOut, delivery.receivedAtMs, sats(outflow)),
  }
}

function outPoint({ txid, vout }: { readonly txid: Uint8Array; readonly vout: number }): string {
  return `${toHex(txid)}:${vout}`
}
