import { maxSats, type Sats, sats } from '@boltwarden/core/units'
import type { StateRecord } from './record.ts'

/** How much went out when: sums of five minutes, of the last day, ascending in time. */
export type Velocity = readonly Bucket[]

/** What went out within five minutes; `slot` counts them since 1970. */
export type Bucket = { readonly slot: number; readonly sats: Sats }

const slotMs = 5 * 60 * 1000
const slotsOfHour = 12
const slotsOfDay = 288

/** Nothing went out. */
export const noVelocity: Velocity = Object.freeze([])

/** The sums with one more amount; what is older than a day is forgotten. */
export function spend(velocity: Velocity, atMs: number, amount: Sats): Velocity {
  if (amount === 0n) return velocity
  const slot = slotOf(atMs)
  const kept = velocity.filter((bucket) => bucket.slot >= slot - slotsOfDay && bucket.slot !== slot)
  const here = velocity.find((bucket) => bucket.slot === slot)
  const bucket = { slot, sats: capped((here?.sats ?? 0n) + amount) }
  return [...kept, bucket].sort((a, b) => a.slot - b.slot)
}

/** Amounts are what requests state: sums of them may exceed all there is. */
function capped(amount: bigint): Sats {
  return sats(amount > maxSats ? maxSats : amount)
}

/** What went out within the last hour, at most five minutes more. */
export function spentWithinHour(velocity: Velocity, atMs: number): bigint {
  return spentSince(velocity, slotOf(atMs) - slotsOfHour)
}

/** What went out within the last day, at most five minutes more. */
export function spentWithinDay(velocity: Velocity, atMs: number): bigint {
  return spentSince(velocity, slotOf(atMs) - slotsOfDay)
}

/** Where the clock was set back, what lies ahead counts too. */
function spentSince(velocity: Velocity, first: number): bigint {
  return velocity.reduce((sum, bucket) => (bucket.slot >= first ? sum + bucket.sats : sum), 0n)
}

function slotOf(atMs: number): number {
  return Math.floor(atMs / slotMs)
}

/** As it stands in the JSON of a state. */
export function velocityJson(velocity: Velocity): readonly object[] {
  return velocity.map((bucket) => ({ slot: bucket.slot, sats: String(bucket.sats) }))
}

/** The inverse of {@link velocityJson}. */
export function readVelocity(record: StateRecord, name: string): Velocity {
  return record.list(name, (bucket) => ({
    slot: bucket.integer('slot'),
    sats: bucket.sats('sats'),
  }))
}
