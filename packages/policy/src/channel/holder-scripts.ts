import { isP2wsh } from '@boltwarden/core/bitcoin/output-script'
import { commitmentWeight } from '@boltwarden/core/bolt3/fees'
import { equalBytes } from '@boltwarden/core/bytes'
import type { Policy } from '../policy.ts'
import type { BroadcastCommitment, BroadcastScript } from '../state/commitment-record.ts'
import type { CommitmentReview } from './commitment-review.ts'
import { sumOf } from './htlc-changes.ts'

/** What a commitment of our own pays, as far as its HTLC transactions depend on it. */
export type HolderScripts = Required<Pick<BroadcastCommitment, 'scripts' | 'toLocal'>> &
  Pick<BroadcastCommitment, 'maxFeeratePerKw'>

/**
 * The P2WSH outputs of a commitment of our own. Our delayed script cannot be built, since the
 * counterparty's revocation basepoint is not sent: it is found by what it holds, which is what the
 * counterparty's commitments give us.
 */
export function holderScriptsOf(review: CommitmentReview, policy: Policy): HolderScripts {
  const { facts } = review
  const { least, most } = balanceRange(review, policy)
  const scripts = facts.outputs
    .filter(({ kind }) => kind === 'script' || kind === 'htlc')
    .map(({ kind, scriptPubKey, value }) => ({
      scriptPubKey,
      amountSats: value,
      isBalance: kind === 'script' && value >= least && value <= most,
    }))
  const toLocal = least > highestDustLimit ? 'due' : 'perhaps'
  const feerate = toLocal === 'due' ? maxFeerateOf(review, scripts) : undefined
  return { scripts, toLocal, ...(feerate !== undefined && { maxFeeratePerKw: feerate }) }
}

/** The highest dust limit that BOLT 2 lets a node have, in satoshis. */
const highestDustLimit = 546n

/** What our balance may be: a payment of ours that failed came back to our side first. */
function balanceRange(
  { facts, state }: CommitmentReview,
  policy: Policy,
): { readonly least: bigint; readonly most: bigint } {
  const commitments = state?.commitments ?? []
  const balances = commitments.map(({ toHolderSats }) => toHolderSats)
  if (balances.length === 0) return { least: 0n, most: facts.amountSats }
  const fees = [facts.feeSats, ...commitments.map(({ feeSats }) => feeSats)]
  const slack = sum(fees) + policy.channels.maxTrimmedSats + 1000n
  const offered = commitments.map(({ htlcs }) => sumOf(htlcs, 'outgoing'))
  return {
    least: balances.reduce((low, each) => (each < low ? each : low)) - slack,
    most: balances.reduce((high, each) => (each > high ? each : high)) + sum(offered) + slack,
  }
}

/**
 * HTLC transactions have the feerate of their commitment, whose fee may also hold what was trimmed.
 * Where one side has no output, its balance may not have been enough for the fee.
 */
function maxFeerateOf(
  { facts, type }: CommitmentReview,
  scripts: readonly BroadcastScript[],
): number | undefined {
  if (type !== 'static-remotekey' || facts.feeSats < 0n) return undefined
  const hasBoth =
    scripts.some(({ isBalance }) => isBalance) && facts.outputs.some(({ kind }) => kind === 'key')
  if (!hasBoth) return undefined
  const weight = BigInt(commitmentWeight(type, Math.max(0, scripts.length - 1)))
  return Number(((facts.feeSats + 1n) * 1000n) / weight)
}

/** Whether a second stage of ours pays what may be our delayed output, or at least no other one. */
export function mayBeDelayed(
  scriptPubKey: Uint8Array,
  { scripts, toLocal }: Pick<HolderScripts, 'scripts' | 'toLocal'>,
): boolean {
  const same = scripts.filter((script) => equalBytes(script.scriptPubKey, scriptPubKey))
  if (same.some(({ isBalance }) => isBalance)) return true
  const isDue = toLocal === 'due' && scripts.some(({ isBalance }) => isBalance)
  return isP2wsh(scriptPubKey) && same.length === 0 && !isDue
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n)
}
