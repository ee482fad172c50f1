import {
  type ObscuringFactor,
  obscure,
  obscuringFactor,
} from '@boltwarden/core/bolt3/commitment-number'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { equalBytes } from '@boltwarden/core/bytes'
import { type CommitmentNumber, commitmentNumber, numberOf } from '@boltwarden/core/units'
import type { Facts } from '../facts.ts'
import type { Policy } from '../policy.ts'
import type { ChannelState } from '../state/channel-state.ts'
import type { CounterpartyCommitment, HtlcRecord } from '../state/commitment-record.ts'
import type { Opener } from '../state/funding.ts'
import type { View } from '../view.ts'
import type { CommitmentFacts } from './commitment-facts.ts'
import { type CommitmentSide, sideOf } from './commitment-side.ts'
import { settledHtlcs } from './htlc-changes.ts'
import { openerOfChannel } from './opener.ts'

/** A commitment beside what is remembered of its channel. */
export type CommitmentReview = {
  readonly facts: CommitmentFacts
  /** Undefined where the channel was never seen. */
  readonly state: ChannelState | undefined
  readonly side: CommitmentSide
  readonly factor: ObscuringFactor
  readonly number: CommitmentNumber
  /** That of the channel, which the first commitment fixed. */
  readonly type: CommitmentType
  /** The counterparty's commitment that was signed last. */
  readonly last: CounterpartyCommitment | undefined
  /** Who opened the channel, as far as what came before tells. */
  readonly opener: Opener
  /** The counterparty's commitment of the number before; the last one where that is not known. */
  readonly previous: CounterpartyCommitment | undefined
  /** HTLCs that paid us there, whose preimage was given, and that are gone. */
  readonly settled: readonly HtlcRecord[]
  /** Whether this very transaction was signed before. */
  readonly isRepeated: boolean
}

/** Every commitment of a delivery beside what is remembered of its channel. */
export function reviewCommitments(
  facts: Facts,
  view: View,
  policy: Policy,
): readonly CommitmentReview[] {
  return facts.channels.commitments.map((commitment) => {
    const state = view.channels.get(commitment.channel)
    const factor = factorOf(commitment, state)
    const number = uncovered(commitment.obscured, factor)
    const commitments = state?.commitments ?? []
    const signed = [...commitments, ...(state?.broadcast ?? [])]
    const opener = openerOfChannel(commitment, state, view.node)
    const last = commitments.at(-1)
    const previous = commitments.find((known) => known.number === number - 1) ?? last
    return {
      facts: commitment,
      state,
      side: sideOf(commitment, state, number, opener, policy),
      factor,
      number,
      type: state?.funding?.commitmentType ?? commitment.type,
      last,
      opener,
      previous,
      settled: settledHtlcs(commitment, previous, view.node.settling),
      isRepeated: signed.some(({ txid }) => equalBytes(txid, commitment.txid)),
    }
  })
}

/** Whether a channel is met in the middle of its life. */
export function isMidlife(state: ChannelState | undefined): boolean {
  return state === undefined || state.origin === 'adopted'
}

/**
 * Both sides' commitments of a channel have one factor. The first commitment is number 0; where a
 * channel is met in the middle of its life, the job's own index has to be believed once.
 */
function factorOf(facts: CommitmentFacts, state: ChannelState | undefined): ObscuringFactor {
  if (state?.funding !== undefined) return state.funding.obscuringFactor
  const { obscured, index } = facts
  if (index === undefined || !isMidlife(state)) return obscuringFactor(obscured)
  return obscuringFactor(uncovered(obscured, obscuringFactor(numberOf(index))))
}

function uncovered(obscured: number, factor: ObscuringFactor): CommitmentNumber {
  return commitmentNumber(obscure(commitmentNumber(obscured), factor))
}
