import { toHex } from '@boltwarden/core/hex'
import type { HtlcRecord } from '../state/commitment-record.ts'
import type { CommitmentFacts } from './commitment-facts.ts'
import type { CommitmentReview } from './commitment-review.ts'
import type { HtlcFacts } from './htlc-facts.ts'

/** What a counterparty's commitment changes in the HTLCs of the one before. */
export type HtlcChanges = {
  /** HTLCs that are new, with the jobs that sign them. */
  readonly added: readonly HtlcFacts[]
  /** HTLCs that are gone. */
  readonly removed: readonly HtlcRecord[]
}

/** What `to_remote` of a counterparty's commitment gives us. */
export function toHolderSats({ outputs }: CommitmentFacts): bigint {
  return outputs.reduce((sum, { kind, value }) => (kind === 'to-holder' ? sum + value : sum), 0n)
}

/** HTLCs as they are remembered. */
export function recordOf(htlc: HtlcFacts): HtlcRecord {
  const { way, paymentHash160, amountSats, cltvExpiry } = htlc
  return { way, paymentHash160, amountSats, cltvExpiry }
}

/** Compares a counterparty's commitment with the one before: HTLCs have no ids, so they count. */
export function htlcChanges({ facts, previous }: CommitmentReview): HtlcChanges {
  const left = new Map<string, HtlcRecord[]>()
  for (const htlc of previous?.htlcs ?? []) {
    const name = nameOf(htlc)
    left.set(name, [...(left.get(name) ?? []), htlc])
  }
  const added = facts.htlcs.filter((htlc) => left.get(nameOf(htlc))?.pop() === undefined)
  return { added, removed: [...left.values()].flat() }
}

/** The sum of HTLCs that go one way. */
export function sumOf(
  htlcs: readonly Pick<HtlcRecord, 'way' | 'amountSats'>[],
  wanted: HtlcRecord['way'],
): bigint {
  return htlcs.reduce((sum, { way, amountSats }) => (way === wanted ? sum + amountSats : sum), 0n)
}

function nameOf({ way, paymentHash160, amountSats, cltvExpiry }: HtlcRecord): string {
  return `${way} ${toHex(paymentHash160)} ${amountSats} ${cltvExpiry}`
}
