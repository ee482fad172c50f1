import { toHex } from '@boltwarden/core/hex'
import { ok } from '@boltwarden/core/result'
import type { Sats } from '@boltwarden/core/units'
import type { Intent, PaymentIntent, PaymentPart, WithdrawalIntent } from '../state/intent.ts'
import { intentKey } from '../state/intent.ts'
import { outPointKey } from '../state/out-point.ts'
import { conflicting, type History, type Merged } from './conflict.ts'

/** What two memories of one intent give: what either saw used of it stays used. */
export function mergeIntent(ours: Intent, theirs: Intent, history: History): Merged<Intent> {
  if (ours.id !== theirs.id || termsOf(ours) !== termsOf(theirs)) {
    return conflicting('its terms differ')
  }
  if (ours.kind === 'payment' && theirs.kind === 'payment') {
    return ok(mergePayment(ours, theirs, history))
  }
  if (ours.kind === 'withdrawal' && theirs.kind === 'withdrawal') {
    return mergeWithdrawal(ours, theirs)
  }
  return conflicting('its kind differs')
}

/** What the owner registered, without what became of it. */
function termsOf(intent: Intent): string {
  const most =
    intent.kind === 'payment'
      ? `${intent.maxAmountSats} ${intent.maxFeeSats ?? ''}`
      : `${intent.amountSats}`
  return `${intent.kind} ${intentKey(intent)} ${most} ${intent.expiresAtMs}`
}

function mergePayment(ours: PaymentIntent, theirs: PaymentIntent, history: History): PaymentIntent {
  const settledSats = most(ours.settledSats, theirs.settledSats)
  return { ...ours, settledSats, inFlight: mergeParts(ours.inFlight, theirs.inFlight, history) }
}

/** What is in flight can come back: of one history the later memory knows. */
function mergeParts(
  ours: readonly PaymentPart[],
  theirs: readonly PaymentPart[],
  history: History,
): readonly PaymentPart[] {
  if (history !== 'apart') return history === 'later' ? theirs : ours
  const here = new Map(ours.map(({ channel, amountSats }) => [channel, amountSats]))
  for (const { channel, amountSats } of theirs) {
    here.set(channel, most(here.get(channel) ?? amountSats, amountSats))
  }
  return [...here].map(([channel, amountSats]) => ({ channel, amountSats }))
}

function mergeWithdrawal(
  ours: WithdrawalIntent,
  theirs: WithdrawalIntent,
): Merged<WithdrawalIntent> {
  if (ours.usedBy === undefined) return ok(theirs)
  if (theirs.usedBy === undefined || useOf(ours) === useOf(theirs)) return ok(ours)
  return conflicting('it was used by two transactions')
}

function useOf({ usedBy, usedInput }: WithdrawalIntent): string {
  return `${usedBy && toHex(usedBy)} ${usedInput && outPointKey(usedInput)}`
}

function most(a: Sats, b: Sats): Sats {
  return b > a ? b : a
}
