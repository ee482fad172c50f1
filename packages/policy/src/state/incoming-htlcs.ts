import { toHex } from '@boltwarden/core/hex'
import { indexOf } from '@boltwarden/core/units'
import type { ChannelState } from './channel-state.ts'
import type {
  BroadcastCommitment,
  CounterpartyCommitment,
  HtlcRecord,
} from './commitment-record.ts'
import { lowestRevealed } from './revealed.ts'

/**
 * How sure it is that an HTLC pays us.
 *
 * - `sure`: it stands in every commitment that can still be published.
 * - `not-yet`: the counterparty has not revoked a commitment without it.
 * - `never`: a close was signed, or a commitment of ours that does not hold it.
 */
export type HtlcStanding = 'sure' | 'not-yet' | 'never'

/** An HTLC that pays us in the counterparty's last commitment. */
export type IncomingHtlc = HtlcRecord & { readonly standing: HtlcStanding }

/**
 * The HTLCs that pay us in the counterparty's last commitment, and how sure that is.
 *
 * @see https://github.com/lightning/bolts/blob/master/02-peer-protocol.md#forwarding-htlcs
 */
export function incomingHtlcs(state: ChannelState): readonly IncomingHtlc[] {
  const last = state.commitments.at(-1)
  if (last === undefined) return []
  const incoming = last.htlcs.filter(({ way }) => way === 'incoming')
  return incoming.map((htlc) => ({ ...htlc, standing: standingOf(htlc, incoming, state) }))
}

function standingOf(
  htlc: HtlcRecord,
  incoming: readonly HtlcRecord[],
  state: ChannelState,
): HtlcStanding {
  const ofAmount = incoming.filter(({ amountSats }) => amountSats === htlc.amountSats)
  const isLeftOut = (ours: BroadcastCommitment) => holds(ours, htlc) < ofAmount.length
  if (state.closings.length > 0 || state.broadcast.some(isLeftOut)) return 'never'
  const { commitments } = state
  const lowest = lowestRevealed(state)
  const isRevoked = ({ number }: CounterpartyCommitment) =>
    lowest !== undefined && lowest <= indexOf(number)
  const unrevoked = commitments.filter((commitment) => !isRevoked(commitment))
  const wanted = countOf(htlc, incoming)
  if (unrevoked.some(({ htlcs }) => countOf(htlc, htlcs) < wanted)) return 'not-yet'
  // One before those that are remembered may be unrevoked too.
  const [first] = commitments
  const isFirstKnown = first === undefined || first.number === 0 || isBehind(state, first)
  return isFirstKnown ? 'sure' : 'not-yet'
}

/** Whether everything before a commitment was revoked. */
function isBehind(state: ChannelState, { number }: CounterpartyCommitment): boolean {
  const lowest = lowestRevealed(state)
  return lowest !== undefined && lowest <= indexOf(number) + 1
}

function countOf(wanted: HtlcRecord, htlcs: readonly HtlcRecord[]): number {
  return htlcs.filter(
    (htlc) =>
      htlc.way === wanted.way &&
      htlc.amountSats === wanted.amountSats &&
      htlc.cltvExpiry === wanted.cltvExpiry &&
      toHex(htlc.paymentHash160) === toHex(wanted.paymentHash160),
  ).length
}

/** How many outputs of our own commitment may be that HTLC. */
function holds({ scripts }: BroadcastCommitment, { amountSats }: HtlcRecord): number {
  if (scripts === undefined) return Number.POSITIVE_INFINITY
  return scripts.filter((script) => script.amountSats === amountSats).length
}
