import { commitmentFee } from '@boltwarden/core/bolt3/fees'
import { equalBytes } from '@boltwarden/core/bytes'
import { type CommitmentNumber, feeratePerKw, numberOf } from '@boltwarden/core/units'
import type { Policy } from '../policy.ts'
import type { ChannelState } from '../state/channel-state.ts'
import type { Opener } from '../state/funding.ts'
import type { CommitmentFacts } from './commitment-facts.ts'
import type { CommitmentOutputFacts } from './commitment-outputs.ts'

/** Whose commitment it is: who broadcasts it. */
export type CommitmentSide = 'holder' | 'counterparty'

/**
 * Tells whose commitment it is. The counterparty's has an output that pays our payment key, or an
 * HTLC job that signs beside it. Where our balance is nothing it has neither, and looks like our
 * own; then numbers and balances decide, and what is doubtful is held to the stricter rules: those
 * of the counterparty's, or, where its secret is out, those of our own revoked one.
 */
export function sideOf(
  facts: CommitmentFacts,
  state: ChannelState | undefined,
  number: CommitmentNumber,
  opener: Opener,
  policy: Policy,
): CommitmentSide {
  const isKnown = ({ txid }: { readonly txid: Uint8Array }) => equalBytes(txid, facts.txid)
  if (state?.broadcast.some(isKnown)) return 'holder'
  if (state?.commitments.some(isKnown)) return 'counterparty'
  const [htlc] = facts.htlcs
  if (htlc?.signer === 'countersignatory') return 'counterparty'
  if (htlc !== undefined) {
    // A true HTLC of ours says nothing of the outputs beside it.
    const isComparable = state !== undefined && state.commitments.length > 0
    return isComparable && !mirrors(facts, state, opener, policy) ? 'counterparty' : 'holder'
  }
  if (facts.outputs.some(({ kind }) => kind === 'to-holder')) return 'counterparty'
  if (state === undefined) return 'holder'
  const last = state.commitments.at(-1)
  if (last === undefined) return state.origin === 'adopted' ? 'holder' : 'counterparty'
  const isNext = number === last.number + 1
  const hadNothing = last.toHolderSats <= policy.channels.maxTrimmedSats
  if (isNext && hadNothing && isOnlyToLocal(facts)) return 'counterparty'
  const current = state.lastReleased === undefined ? 0 : numberOf(state.lastReleased) + 1
  if (number < current) return 'holder'
  // Our own next one exists unrevoked beside the current one, but hardly ahead of the other side.
  const isCurrent = number === current || (number === current + 1 && number <= last.number)
  return isCurrent && mirrors(facts, state, opener, policy) ? 'holder' : 'counterparty'
}

/** Whether it may be the counterparty's with all the money on its side. */
function isOnlyToLocal({ outputs }: CommitmentFacts): boolean {
  const [only, ...others] = outputs.filter(({ kind }) => kind !== 'counterparty-anchor')
  return only?.kind === 'script' && others.length === 0
}

/**
 * Whether the amounts are those of our own commitment: ours behind a script, the counterparty's
 * where its key takes it at once. HTLCs may have moved, and fees.
 */
function mirrors(
  facts: CommitmentFacts,
  state: ChannelState,
  opener: Opener,
  policy: Policy,
): boolean {
  const { commitments } = state
  const ours = commitments.map(({ toHolderSats }) => toHolderSats)
  const inFlight = commitments
    .flatMap(({ htlcs }) => htlcs)
    .reduce((sum, { amountSats }) => sum + amountSats, 0n)
  const slack = feeSlack(facts, state, opener, policy) + policy.channels.maxTrimmedSats + 1000n
  const least = -greatest(ours.map((value) => -value)) - slack
  const most = greatest(ours) + inFlight + slack
  const scripts = valuesOf(facts.outputs, 'script')
  if (facts.type === 'anchors') {
    return least <= 0n || scripts.some((value) => value >= least && value <= most)
  }
  const behindScripts = scripts.reduce((sum, value) => sum + value, 0n)
  const atOnce = valuesOf(facts.outputs, 'key')
  return (
    atOnce.length <= 1 &&
    behindScripts >= least &&
    behindScripts <= most &&
    (atOnce[0] ?? 0n) <= facts.amountSats - least
  )
}

/** What the fee may have taken from us: nothing where the counterparty pays it. */
function feeSlack(
  facts: CommitmentFacts,
  { commitments }: ChannelState,
  opener: Opener,
  policy: Policy,
): bigint {
  if (opener === 'counterparty' || opener === 'probably-counterparty') return 0n
  const most = highestFee(facts, policy)
  const fee = facts.feeSats < most ? facts.feeSats : most
  return greatest([fee, ...commitments.map(({ feeSats }) => feeSats)])
}

/** The most fee of a commitment of our own, of whose scripts all but `to_local` may be HTLCs. */
export function highestFee(
  { type, outputs }: Pick<CommitmentFacts, 'type' | 'outputs'>,
  { channels }: Policy,
): bigint {
  const scripts = outputs.filter(({ kind }) => kind === 'htlc' || kind === 'script').length
  const feerate = feeratePerKw(channels.maxFeeratePerKw)
  return commitmentFee(type, feerate, Math.max(scripts - 1, 0)) + channels.maxTrimmedSats
}

function valuesOf(
  outputs: readonly CommitmentOutputFacts[],
  wanted: CommitmentOutputFacts['kind'],
): readonly bigint[] {
  return outputs.filter(({ kind }) => kind === wanted).map(({ value }) => value)
}

function greatest(values: readonly bigint[]): bigint {
  return values.reduce((most, value) => (value > most ? value : most), values[0] ?? 0n)
}
