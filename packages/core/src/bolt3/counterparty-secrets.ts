import { bytes } from '../assert.ts'
import { type CommitmentSecret, commitmentSecret, concat, equalBytes } from '../bytes.ts'
import { hexToBytes, toHex } from '../hex.ts'
import { err, ok, type Result } from '../result.ts'
import { type CommitmentIndex, commitmentIndex, maxCommitmentIndex } from '../units.ts'
import { deriveSecret } from './per-commitment.ts'

/**
 * The secrets that the counterparty has revealed, in at most 49 slots: slot b holds the secret of
 * the lowest index so far that ends in exactly b zero bits, and every other one follows from them.
 * Since secrets come in order, the slots fill from 0 on without gaps. A value: inserting gives a new
 * store.
 *
 * @see https://github.com/lightning/bolts/blob/master/03-transactions.md#efficient-per-commitment-secret-storage
 */
export type CounterpartySecrets = {
  /** The index of the last secret inserted; none yet where undefined. Indexes count down. */
  readonly lowest: CommitmentIndex | undefined
  readonly slots: readonly CommitmentSecret[]
}

/** Why a secret does not go in. */
export type InsertProblem =
  /** Secrets come in order: only that of `expected` is taken; of none where undefined. */
  { readonly reason: 'not-next'; readonly expected: CommitmentIndex | undefined } | Contradiction

/** Two secrets do not belong to one seed: the one of `index` was to give that of `contradicts`. */
export type Contradiction = {
  readonly reason: 'contradicts'
  readonly index: CommitmentIndex
  readonly contradicts: CommitmentIndex
}

/** Why a text is no store. */
export type DecodeProblem = { readonly reason: 'malformed' } | Contradiction

/** The store of a channel whose counterparty has revealed nothing. */
export const emptyCounterpartySecrets: CounterpartySecrets = { lowest: undefined, slots: [] }

/** The index whose secret is to be inserted next: 2^48-1 first; undefined after that of 0. */
export function nextIndex(store: CounterpartySecrets): CommitmentIndex | undefined {
  if (store.lowest === undefined) return commitmentIndex(maxCommitmentIndex)
  return store.lowest === 0 ? undefined : commitmentIndex(store.lowest - 1)
}

/**
 * The store with one more secret, or why it does not go in. Every secret that the new one derives
 * is compared with the one known; where its index is odd there is none, so a wrong secret shows at
 * the next even one.
 *
 * @param index - must be {@link nextIndex} of the store.
 * @param secret - 32 bytes. Copied.
 * @example
 * ```ts
 * import { emptyCounterpartySecrets, insertSecret } from '@boltwarden/core/bolt3/counterparty-secrets'
 * import { perCommitmentSecret } from '@boltwarden/core/bolt3/per-commitment'
 * import { commitmentNumber, indexOf } from '@boltwarden/core/units'
 * const first = indexOf(commitmentNumber(0))
 * const secret = perCommitmentSecret(new Uint8Array(32), first)
 * insertSecret(emptyCounterpartySecrets, first, secret).ok // true
 * ```
 */
export function insertSecret(
  store: CounterpartySecrets,
  index: CommitmentIndex,
  secret: CommitmentSecret,
): Result<CounterpartySecrets, InsertProblem> {
  bytes('secret', secret, 32)
  const expected = nextIndex(store)
  if (index !== expected) return err({ reason: 'not-next', expected })
  const slot = trailingZeros(index)
  const copy = commitmentSecret(Uint8Array.from(secret))
  const next = { lowest: index, slots: store.slots.toSpliced(slot, 1, copy) }
  const problem = contradictionOf(next, index, slot, copy)
  return problem === undefined ? ok(next) : err(problem)
}

/** The secret of an index that was revealed, 32 bytes, a copy; undefined where it was not. */
export function lookUpSecret(
  store: CounterpartySecrets,
  index: CommitmentIndex,
): CommitmentSecret | undefined {
  const { lowest, slots } = store
  if (lowest === undefined) return undefined
  for (const [slot, secret] of slots.entries()) {
    if (derives(indexOfSlot(lowest, slot), slot, index)) return deriveSecret(secret, slot, index)
  }
  return undefined
}

/** The indexes whose secrets stand in the slots: every other one that is known follows from them. */
export function keptIndexes({ lowest, slots }: CounterpartySecrets): readonly CommitmentIndex[] {
  return lowest === undefined ? [] : slots.map((_, slot) => indexOfSlot(lowest, slot))
}

const version = '1'
const encoded = /^1\.(0|[1-9][0-9]{0,14})\.((?:[0-9a-f]{64}){1,49})$/

/** A store as text: version, lowest index, and the slots in hex; at most 3,156 characters. */
export function encodeCounterpartySecrets({ lowest, slots }: CounterpartySecrets): string {
  return lowest === undefined ? version : `${version}.${lowest}.${toHex(concat(...slots))}`
}

/**
 * The store of a text: the inverse of {@link encodeCounterpartySecrets}. The number of slots must be
 * that of the index, and secrets that derive one another are compared, so most damage is found.
 */
export function decodeCounterpartySecrets(
  text: string,
): Result<CounterpartySecrets, DecodeProblem> {
  if (text === version) return ok(emptyCounterpartySecrets)
  const [, digits = '', hex = ''] = encoded.exec(text) ?? []
  if (hex === '' || Number(digits) > maxCommitmentIndex) return err({ reason: 'malformed' })
  const lowest = commitmentIndex(Number(digits))
  const all = hexToBytes(hex)
  const slots = Array.from({ length: all.length / 32 }, (_, slot) =>
    commitmentSecret(all.slice(32 * slot, 32 * slot + 32)),
  )
  if (slots.length !== slotCount(lowest)) return err({ reason: 'malformed' })
  const store = { lowest, slots }
  for (const [slot, secret] of slots.entries()) {
    const problem = contradictionOf(store, indexOfSlot(lowest, slot), slot, secret)
    if (problem !== undefined) return err(problem)
  }
  return ok(store)
}

/** Where a secret does not give one of a lower slot that its index derives. */
function contradictionOf(
  { lowest, slots }: { lowest: CommitmentIndex; slots: readonly CommitmentSecret[] },
  index: CommitmentIndex,
  slot: number,
  secret: CommitmentSecret,
): Contradiction | undefined {
  for (const [below, known] of slots.slice(0, slot).entries()) {
    const contradicts = indexOfSlot(lowest, below)
    if (!derives(index, slot, contradicts)) continue
    if (!equalBytes(deriveSecret(secret, slot, contradicts), known)) {
      return { reason: 'contradicts', index, contradicts }
    }
  }
  return undefined
}

/** How many slots are filled once all indexes from 2^48-1 down to `lowest` were inserted. */
function slotCount(lowest: CommitmentIndex): number {
  return (maxCommitmentIndex + 1 - lowest).toString(2).length
}

/** The index in a filled slot: the lowest one so far that ends in exactly `slot` zero bits. */
function indexOfSlot(lowest: CommitmentIndex, slot: number): CommitmentIndex {
  if (slot === 48) return commitmentIndex(0)
  const step = 2 ** slot
  const units = Math.ceil(lowest / step)
  return commitmentIndex((units % 2 === 1 ? units : units + 1) * step)
}

/** How many zero bits an index ends in; 48 for 0. */
function trailingZeros(index: CommitmentIndex): number {
  let zeros = 0
  while (zeros < 48 && index % 2 ** (zeros + 1) === 0) zeros++
  return zeros
}

/** Whether `index` differs from `base` in the low `bits` bits only. */
function derives(base: CommitmentIndex, bits: number, index: CommitmentIndex): boolean {
  return Math.floor(base / 2 ** bits) === Math.floor(index / 2 ** bits)
}
