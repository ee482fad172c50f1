import { toHex } from '@boltwarden/core/hex'
import type { CounterpartyCommitment, HtlcRecord } from '../state/commitment-record.ts'
import type { SettlingHtlc } from '../state/node-state.ts'
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
export function toHolderSats({ outputs }: Pick<CommitmentFacts, 'outputs'>): bigint {
  return outputs.reduce((sum, { kind, value }) => (kind === 'to-holder' ? sum + value : sum), 0n)
}

/** HTLCs as they are remembered. */
export function recordOf(htlc: HtlcFacts): HtlcRecord {
  const { way, paymentHash160, amountSats, cltvExpiry } = htlc
  return { way, paymentHash160, amountSats, cltvExpiry }
}

/** Compares a counterparty's commitment with the one before: HTLCs have no ids, so they count. */
export function htlcChanges({
  facts,
  previous,
}: Pick<CommitmentReview, 'facts' | 'previous'>): HtlcChanges {
  const left = new Map<string, HtlcRecord[]>()
  for (const htlc of previous?.htlcs ?? []) {
    const name = nameOf(htlc)
    left.set(name, [...(left.get(name) ?? []), htlc])
  }
  const added = facts.htlcs.filter((htlc) => left.get(nameOf(htlc))?.pop() === undefined)
  return { added, removed: [...left.values()].flat() }
}

/** Of the HTLCs that a commitment drops, those that paid us and whose preimage was given. */
export function settledHtlcs(
  facts: CommitmentFacts,
  previous: CounterpartyCommitment | undefined,
  settling: readonly SettlingHtlc[],
): readonly HtlcRecord[] {
  if (settling.length === 0) return []
  let left = settling
  return htlcChanges({ facts, previous }).removed.filter((htlc) => {
    const rest = htlc.way === 'incoming' ? withoutOne(left, htlc) : left
    const isSettled = rest !== left
    left = rest
    return isSettled
  })
}

/** The HTLCs without one that is equal; the same ones where there is none. */
export function withoutOne(
  htlcs: readonly SettlingHtlc[],
  wanted: SettlingHtlc,
): readonly SettlingHtlc[] {
  const name = nameOf({ ...wanted, way: 'incoming' })
  const at = htlcs.findIndex((htlc) => nameOf({ ...htlc, way: 'incoming' }) === name)
  return at < 0 ? htlcs : htlcs.toSpliced(at, 1)
}

/** The sum of HTLCs that go one way. */
export function sumOf(
  htlcs: readonly Pick<HtlcRecord, 'way' | 'amountSats'>[],
  wanted: HtlcRecord['way'],
): bigint {
  return htlcs.reduce((sum, { way, amountSats }) => (way === wanted ? sum + amountSats : sum), 0n)
}

/** Whether two commitments, or one that comes again, show one and the same HTLC. */
export function isSameHtlc(one: HtlcRecord, other: HtlcRecord): boolean {
  return nameOf(one) === nameOf(other)
}

function nameOf({ way, paymentHash160, amountSats, cltvExpiry }: HtlcRecord): string {
  return `${way} ${toHex(paymentHash160)} ${amountSats} ${cltvExpiry}`
}
