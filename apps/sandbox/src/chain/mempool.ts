import {
  type OutPoint,
  serialiseTransaction,
  serialiseWithoutWitness,
  type Transaction,
  transactionId,
} from '@boltwarden/core/bitcoin/transaction'
import type { Txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { err, ok, type Result } from '@boltwarden/core/result'
import { sats } from '@boltwarden/core/units'
import { checkPlace, checkRelay, type Surroundings } from './admission.ts'
import type { Eviction, MempoolEntry } from './chain.ts'
import { type Coin, coinKey, coinsOf } from './coin.ts'
import type { Ledger } from './ledger.ts'
import type { Rejection } from './rejection.ts'

/** An entry that left, and why. */
export type Departure = { readonly entry: MempoolEntry; readonly why: Eviction }

/** What became of a transaction that was offered. */
export type Acceptance = {
  readonly entry: MempoolEntry
  /** False where it was there before. */
  readonly isNew: boolean
  readonly replaced: readonly Departure[]
}

/** Transactions that wait, each valid on the tip after those before it. */
export type Mempool = {
  readonly entries: () => readonly MempoolEntry[]
  readonly entry: (txid: Txid) => MempoolEntry | undefined
  readonly spend: (outPoint: OutPoint) => { entry: MempoolEntry; inputIndex: number } | undefined
  readonly offer: (transaction: Transaction) => Result<Acceptance, Rejection>
  /**
   * Goes through everything again after the tip has changed, `returning` transactions first, and
   * keeps what is still valid. Scripts are not run again: they depend on nothing that changed.
   */
  readonly settle: (why: Eviction, returning?: readonly Transaction[]) => Settlement
}

/** What a change of the tip did to the mempool. */
export type Settlement = {
  readonly departed: readonly Departure[]
  /** What waits now and did not before. */
  readonly returned: readonly MempoolEntry[]
}

/** BIP 141 weight units of a transaction. */
export function weightOf(transaction: Transaction): number {
  const stripped = serialiseWithoutWitness(transaction).length
  return 3 * stripped + serialiseTransaction(transaction).length
}

/** A mempool over a ledger, empty. */
export function createMempool(ledger: Ledger): Mempool {
  const entries = new Map<string, MempoolEntry>()
  const spends = new Map<string, { entry: MempoolEntry; inputIndex: number }>()

  const insert = (entry: MempoolEntry) => {
    entries.set(toHex(entry.txid), entry)
    entry.transaction.inputs.forEach((input, inputIndex) => {
      spends.set(coinKey(input), { entry, inputIndex })
    })
  }
  const drop = (entry: MempoolEntry) => {
    entries.delete(toHex(entry.txid))
    for (const input of entry.transaction.inputs) spends.delete(coinKey(input))
  }
  const surroundings = (without: ReadonlySet<MempoolEntry>): Surroundings => {
    const moment = ledger.next()
    return {
      moment,
      coin: (outPoint) =>
        ledger.coin(outPoint) ?? waitingCoin(entries, outPoint, moment.height, without),
      isSpent: (outPoint) => ledger.spend(outPoint) !== undefined,
    }
  }
  /** The direct conflicts of a transaction, and everything that builds on them. */
  const conflictsOf = (transaction: Transaction) => {
    const direct = new Set(
      transaction.inputs.flatMap((input) => spends.get(coinKey(input))?.entry ?? []),
    )
    const all = new Set(direct)
    for (const entry of entries.values()) {
      if (parentsOf(entry, entries).some((parent) => all.has(parent))) all.add(entry)
    }
    return { direct, all }
  }

  return {
    entries: () => [...entries.values()],
    entry: (txid) => entries.get(toHex(txid)),
    spend: (outPoint) => spends.get(coinKey(outPoint)),
    offer: (transaction) => {
      const txid = transactionId(transaction)
      const known = entries.get(toHex(txid))
      if (known !== undefined) return ok({ entry: known, isNew: false, replaced: [] })
      if (ledger.place(txid) !== undefined) {
        return err({ rule: 'already-confirmed', message: 'it is in a block' })
      }
      const { direct, all } = conflictsOf(transaction)
      const admission = checkRelay(transaction, surroundings(all))
      if (!admission.ok) return admission
      const { fee } = admission.value
      const entry = { txid, transaction, fee, weight: weightOf(transaction) }
      const cheap = underbids(entry, direct, all)
      if (cheap !== undefined) return err(cheap)
      for (const conflict of all) drop(conflict)
      insert(entry)
      const replaced = [...all].map((gone) => ({ entry: gone, why: 'replaced' as const }))
      return ok({ entry, isNew: true, replaced })
    },
    settle: (why, returning = []) => {
      const before = [...entries.values()]
      const candidates = [...returning, ...before.map(({ transaction }) => transaction)]
      entries.clear()
      spends.clear()
      for (const transaction of candidates) {
        const txid = transactionId(transaction)
        if (ledger.place(txid) !== undefined) continue
        if (transaction.inputs.some((input) => spends.has(coinKey(input)))) continue
        const admission = checkPlace(transaction, surroundings(new Set()))
        if (!admission.ok) continue
        insert({ txid, transaction, fee: admission.value.fee, weight: weightOf(transaction) })
      }
      const known = new Set(before.map(({ txid }) => toHex(txid)))
      return {
        departed: before
          .filter(({ txid }) => !entries.has(toHex(txid)) && ledger.place(txid) === undefined)
          .map((entry) => ({ entry, why })),
        returned: [...entries.values()].filter(({ txid }) => !known.has(toHex(txid))),
      }
    },
  }
}

/** The waiting transactions whose outputs an entry spends. */
export function parentsOf(
  entry: MempoolEntry,
  entries: ReadonlyMap<string, MempoolEntry>,
): readonly MempoolEntry[] {
  return entry.transaction.inputs.flatMap(({ txid }) => entries.get(toHex(txid)) ?? [])
}

function waitingCoin(
  entries: ReadonlyMap<string, MempoolEntry>,
  { txid, vout }: OutPoint,
  height: number,
  without: ReadonlySet<MempoolEntry>,
): Coin | undefined {
  const entry = entries.get(toHex(txid))
  if (entry === undefined || without.has(entry)) return undefined
  return coinsOf(entry.transaction, entry.txid, height)[vout]
}

/** BIP 125's third and sixth rule, without a relay fee: replacing has to pay more in both senses. */
function underbids(
  entry: MempoolEntry,
  direct: ReadonlySet<MempoolEntry>,
  all: ReadonlySet<MempoolEntry>,
): Rejection | undefined {
  const fees = [...all].reduce((sum, { fee }) => sum + fee, 0n)
  if (all.size > 0 && entry.fee <= fees) {
    const message = `pays ${entry.fee} sat, what it replaces pays ${sats(fees)} sat`
    return { rule: 'replacement-fee', message }
  }
  const isRicher = [...direct].every(
    ({ fee, weight }) => entry.fee * BigInt(weight) > fee * BigInt(entry.weight),
  )
  return isRicher
    ? undefined
    : { rule: 'replacement-fee', message: 'its feerate is not above what it replaces' }
}
