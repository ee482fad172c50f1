import { toHex } from '@boltwarden/core/hex'
import { ok } from '@boltwarden/core/result'
import type { NodeState, SettlingHtlc } from '../state/node-state.ts'
import { outPointKey } from '../state/out-point.ts'
import type { OwnOutput, SpentOutput } from '../state/spent-output.ts'
import type { Velocity } from '../state/velocity.ts'
import { conflicting, type History, higher, type Merged, union } from './conflict.ts'

/**
 * What two memories of the node give. What was sent counts as the most that either saw, in each five
 * minutes; what is waited for is what the later memory waits for, or either.
 */
export function mergeNode(ours: NodeState, theirs: NodeState, history: History): NodeState {
  const later = history === 'later' ? theirs : ours
  const waiting =
    history === 'apart'
      ? {
          unlinkedFundings: union(ours.unlinkedFundings, theirs.unlinkedFundings, outPointKey),
          paidFundings: union(ours.paidFundings, theirs.paidFundings, outPointKey),
          settling: union(ours.settling, theirs.settling, settlingKey),
        }
      : {
          unlinkedFundings: later.unlinkedFundings,
          paidFundings: later.paidFundings,
          settling: later.settling,
        }
  return {
    lightningOut: mergeVelocity(ours.lightningOut, theirs.lightningOut),
    onchainOut: mergeVelocity(ours.onchainOut, theirs.onchainOut),
    onchainFees: mergeVelocity(ours.onchainFees, theirs.onchainFees),
    trimmedPreimages: mergeVelocity(ours.trimmedPreimages, theirs.trimmedPreimages),
    ...waiting,
  }
}

function settlingKey({ paymentHash160, amountSats, cltvExpiry }: SettlingHtlc): string {
  return `${toHex(paymentHash160)} ${amountSats} ${cltvExpiry}`
}

function mergeVelocity(ours: Velocity, theirs: Velocity): Velocity {
  const sums = new Map(ours.map(({ slot, sats }) => [slot, sats]))
  for (const { slot, sats } of theirs) sums.set(slot, higher(sums.get(slot), sats) ?? sats)
  return [...sums].map(([slot, sats]) => ({ slot, sats })).sort((a, b) => a.slot - b.slot)
}

/** What two memories of an output that was spent give: the most that either saw leave by it. */
export function mergeSpentOutput(ours: SpentOutput, theirs: SpentOutput): Merged<SpentOutput> {
  if (ours.own !== undefined && theirs.own !== undefined) {
    if (ours.own.purpose !== theirs.own.purpose) return conflicting('its purpose differs')
  }
  const own = mergeOwn(ours.own, theirs.own)
  return ok({
    ...ours,
    ...(own !== undefined && { own }),
    leftSats: higher(ours.leftSats, theirs.leftSats) ?? ours.leftSats,
    feeSats: higher(ours.feeSats, theirs.feeSats) ?? ours.feeSats,
  })
}

function mergeOwn(ours: OwnOutput | undefined, theirs: OwnOutput | undefined) {
  if (ours === undefined || theirs === undefined) return ours ?? theirs
  return theirs.amountSats > ours.amountSats ? theirs : ours
}
