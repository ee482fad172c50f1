import { isP2wsh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import type { OutPoint, TxIn } from '@boltwarden/core/bitcoin/transaction'
import { anchorValue } from '@boltwarden/core/bolt3/scripts/anchor'
import { equalBytes } from '@boltwarden/core/bytes'
import { maxSats, type Sats, sats } from '@boltwarden/core/units'
import { reviewCommitments } from '../channel/commitment-review.ts'
import type { Facts } from '../facts.ts'
import type { Policy } from '../policy.ts'
import type { WithdrawalIntent } from '../state/intent.ts'
import type { NodeState, UnlinkedFunding } from '../state/node-state.ts'
import { outPointKey } from '../state/out-point.ts'
import { type SpentOutput, unspentOutput } from '../state/spent-output.ts'
import { spend } from '../state/velocity.ts'
import type { View } from '../view.ts'
import type { OnchainTransaction } from './onchain-transaction.ts'
import { type OutputRole, rolesOf } from './output-roles.ts'
import { isLoneCommitment, isLoneSecondStage, maxSpentOutputs } from './remembered.ts'
import { withdrawalsOf } from './withdrawals.ts'

/** A transaction, and what it does to the money of the node. */
export type SettledTransaction = {
  readonly onchain: OnchainTransaction
  /** By output. */
  readonly roles: readonly OutputRole[]
  /**
   * What goes to others: with the owner's consent, and, where every input is known and so is all
   * that they bring, without.
   */
  readonly leftSats: bigint
  /**
   * What our inputs bring and neither comes back nor leaves so. Inputs whose amounts are not known
   * count as nothing, so that it grows from event to event; negative until then.
   */
  readonly feeSats: bigint
  /** Whether every input is known. */
  readonly isWhole: boolean
  /** Whether it spends an anchor, to raise the fee of a commitment. */
  readonly raisesParent: boolean
}

/** What the transactions of an event do together, and what is remembered of it. */
export type Settlement = {
  readonly transactions: readonly SettledTransaction[]
  /** What leaves by this event and was not counted before. */
  readonly newlyLeftSats: Sats
  /** The fees of this event that were not counted before. */
  readonly newFeeSats: Sats
  readonly node: NodeState
  /** Spent outputs that changed. */
  readonly spends: readonly SpentOutput[]
  /** Intents that were used. */
  readonly intents: readonly WithdrawalIntent[]
}

/** The most outputs that may wait for a commitment to show what they fund. */
export const maxUnlinkedFundings = 64

/** What one transaction after another changes. */
type Books = {
  /** Whether anything is remembered of what is spent; see `maxSpentOutputs`. */
  readonly remembers: boolean
  readonly spends: Map<string, SpentOutput>
  readonly changed: Set<string>
  readonly intents: Map<string, WithdrawalIntent>
  /** By outpoint, ascending in time, as is what is paid: an event may add tens of thousands. */
  readonly unlinked: Map<string, UnlinkedFunding>
  readonly paid: Map<string, OutPoint>
  left: bigint
  fees: bigint
}

const settled = new WeakMap<View, { policy: Policy; facts: Facts; settlement: Settlement }>()

/**
 * Settles the transactions of an event, one after another. Pure; the same question is answered once,
 * since every rule on the chain asks it.
 */
export function settle(policy: Policy, facts: Facts, view: View): Settlement {
  const before = settled.get(view)
  if (before?.policy === policy && before.facts === facts) return before.settlement
  const settlement = settleAll(policy, facts, view)
  settled.set(view, { policy, facts, settlement })
  return settlement
}

function settleAll(policy: Policy, facts: Facts, view: View): Settlement {
  const atMs = facts.delivery.receivedAtMs
  const unlinkedBefore = unlinkedAfterCommitments(facts, view)
  const books: Books = {
    remembers: spentOutputs(facts) <= maxSpentOutputs,
    spends: new Map(view.spends.map((spent) => [outPointKey(spent), spent])),
    changed: new Set(),
    intents: new Map(),
    unlinked: byOutPoint(unlinkedBefore),
    paid: byOutPoint(view.node.paidFundings),
    left: 0n,
    fees: 0n,
  }
  noteOwnCommitments(policy, facts, view, books)
  const transactions = facts.onchain.map((onchain) =>
    settleOne(onchain, { policy, view, atMs, books }),
  )
  const newlyLeftSats = capped(books.left)
  const newFeeSats = capped(books.fees)
  const isUnchanged = transactions.length === 0 && unlinkedBefore === view.node.unlinkedFundings
  return {
    transactions,
    newlyLeftSats,
    newFeeSats,
    node: isUnchanged
      ? view.node
      : {
          ...view.node,
          onchainOut: spend(view.node.onchainOut, atMs, newlyLeftSats),
          onchainFees: spend(view.node.onchainFees, atMs, newFeeSats),
          unlinkedFundings: [...books.unlinked.values()],
          paidFundings: [...books.paid.values()].slice(-maxUnlinkedFundings),
        },
    spends: books.remembers ? [...books.changed].flatMap((key) => books.spends.get(key) ?? []) : [],
    intents: [...books.intents.values()],
  }
}

type SettleContext = {
  readonly policy: Policy
  readonly view: View
  readonly atMs: number
  readonly books: Books
}

function settleOne(
  onchain: OnchainTransaction,
  { policy, view, atMs, books }: SettleContext,
): SettledTransaction {
  const keeps =
    !onchain.jobs.every(({ purpose }) => purpose === 'second-stage') ||
    !isLoneSecondStage(onchain.transaction)
  noteInputs(onchain, books, keeps)
  const intents = view.intents.map((intent) => books.intents.get(intent.id) ?? intent)
  const withdrawals = withdrawalsOf(onchain, intents, atMs)
  const roles = rolesOf(onchain, { policy, view, spends: books.spends, withdrawals })
  if (roles.includes('withdrawal')) {
    for (const intent of withdrawals.used) books.intents.set(intent.id, intent)
  }
  const known = onchain.transaction.inputs.map((input) => amountOf(input, books))
  const returned = (output: OnchainTransaction['outputs'][number], index: number): bigint => {
    if (roles[index] === 'own') return output.value
    // What an HTLC output becomes is worth what that output was, and not more.
    const brought = roles[index] === 'second-stage' ? (known[index] ?? 0n) : 0n
    return output.value < brought ? output.value : brought
  }
  const isWhole = known.every((amount) => amount !== undefined)
  const left = (output: OnchainTransaction['outputs'][number], index: number): bigint => {
    const role = roles[index] ?? 'unknown'
    return consented.has(role) || (isWhole && refused.has(role)) ? output.value : 0n
  }
  const leftSats = sum(onchain.outputs.map(left))
  const back = sum(onchain.outputs.map(returned))
  const feeSats = sum(known.map((amount) => amount ?? 0n)) - back - leftSats
  charge(onchain, { leftSats, feeSats }, books, keeps)
  noteUnlinked(onchain, roles, atMs, books)
  notePaid(onchain, roles, view, books)
  const raisesParent = onchain.transaction.inputs.some((input) => {
    const own = books.spends.get(outPointKey(input))?.own
    return own?.purpose === 'anchor' && own.amountSats === anchorValue
  })
  return { onchain, roles, leftSats, feeSats, isWhole, raisesParent }
}

const consented: ReadonlySet<OutputRole> = new Set(['withdrawal', 'allowed', 'funding', 'unlinked'])
const refused: ReadonlySet<OutputRole> = new Set(['unknown', 'unregistered', 'misfunding'])

function amountOf(input: TxIn, { spends }: Books): bigint | undefined {
  return spends.get(outPointKey(input))?.own?.amountSats
}

/** A signature holds for the true amount only, so a lower one that was stated before was no use. */
function noteInputs({ transaction, jobs }: OnchainTransaction, books: Books, keeps: boolean): void {
  for (const { inputIndex, purpose, amount } of jobs) {
    const input = transaction.inputs[inputIndex]
    if (input === undefined) continue
    const spent = spentOutputAt(input, books)
    if (spent.own === undefined || spent.own.amountSats < amount) {
      put({ ...spent, own: { purpose, amountSats: amount } }, books, keeps)
    }
  }
}

/**
 * Outputs of our own commitment, as it is signed: the wallet pays for their HTLC transactions, and
 * raises the commitment's fee, in events that name no channel.
 */
function noteOwnCommitments(policy: Policy, facts: Facts, view: View, books: Books): void {
  if (!isLoneCommitment(facts.jobs)) return
  for (const { side, facts: commitment } of reviewCommitments(facts, view, policy)) {
    if (side !== 'holder' || commitment.outputs.length > maxSpentOutputs) continue
    for (const [vout, { value, scriptPubKey }] of commitment.transaction.outputs.entries()) {
      if (!isP2wsh(scriptPubKey)) continue
      const purpose = value === anchorValue ? 'anchor' : 'second-stage'
      const spent = unspentOutput({ txid: commitment.txid, vout })
      const known = books.spends.get(outPointKey(spent))
      if (known?.own === undefined) {
        put({ ...spent, ...known, own: { purpose, amountSats: value } }, books, true)
      }
    }
  }
}

function charge(
  { transaction }: OnchainTransaction,
  { leftSats, feeSats }: Pick<SettledTransaction, 'leftSats' | 'feeSats'>,
  books: Books,
  keeps: boolean,
): void {
  const [first] = transaction.inputs
  if (first === undefined) return
  const spent = spentOutputAt(first, books)
  const moreLeft = leftSats > spent.leftSats ? leftSats - spent.leftSats : 0n
  const moreFee = feeSats > spent.feeSats ? feeSats - spent.feeSats : 0n
  if (moreLeft === 0n && moreFee === 0n) return
  books.left += moreLeft
  books.fees += moreFee
  put(
    {
      ...spent,
      leftSats: capped(spent.leftSats + moreLeft),
      feeSats: capped(spent.feeSats + moreFee),
    },
    books,
    keeps,
  )
}

function spentOutputAt(input: TxIn, { spends }: Books): SpentOutput {
  return spends.get(outPointKey(input)) ?? unspentOutput(input)
}

/** How many different outputs the transactions of an event spend. */
export function spentOutputs({ onchain }: Facts): number {
  return new Set(onchain.flatMap(({ transaction }) => transaction.inputs.map(outPointKey))).size
}

function put(spent: SpentOutput, { spends, changed }: Books, keeps: boolean): void {
  const key = outPointKey(spent)
  spends.set(key, spent)
  if (keeps) changed.add(key)
}

function noteUnlinked(
  { txid, transaction, outputs }: OnchainTransaction,
  roles: readonly OutputRole[],
  atMs: number,
  { unlinked }: Books,
): void {
  const [first] = transaction.inputs
  if (first === undefined) return
  const spends = { txid: first.txid, vout: first.vout }
  for (const [vout, { scriptPubKey, value }] of outputs.entries()) {
    if (roles[vout] !== 'unlinked') continue
    const key = outPointKey({ txid, vout })
    if (unlinked.has(key)) continue
    unlinked.set(key, { txid, vout, scriptPubKey, amountSats: value, spends, atMs })
  }
}

/** What the wallet pays for may be a channel, which is then one that we opened: a commitment shows it. */
function notePaid(
  { txid, jobs, outputs }: OnchainTransaction,
  roles: readonly OutputRole[],
  { fundings }: View,
  { paid }: Books,
): void {
  if (!jobs.some(({ purpose }) => purpose === 'wallet')) return
  const told = new Set(
    fundings.flatMap(({ funding }) => (funding?.opener === 'holder' ? [outPointKey(funding)] : [])),
  )
  for (const [vout, { form }] of outputs.entries()) {
    const role = roles[vout]
    if (form !== 'p2wsh' || role === 'own' || role === 'second-stage') continue
    const key = outPointKey({ txid, vout })
    if (!paid.has(key) && !told.has(key)) paid.set(key, { txid, vout })
  }
}

function byOutPoint<T extends OutPoint>(points: readonly T[]): Map<string, T> {
  return new Map(points.map((point) => [outPointKey(point), point]))
}

/**
 * A commitment of ours that spends a funding output links it: the output is a 2-of-2 of ours. With it
 * goes every other output of the same script, which only fee-bumped versions can have.
 */
function unlinkedAfterCommitments({ jobs }: Facts, { node }: View): readonly UnlinkedFunding[] {
  const linked = jobs.flatMap(({ job, transaction, match, spend: does }) => {
    if (does?.kind !== 'commitment' || !transaction?.ok || match === undefined) return []
    const input = transaction.value.transaction.inputs[match.inputIndex]
    return input === undefined || job.script === undefined
      ? []
      : [{ key: outPointKey(input), script: p2wsh(job.script) }]
  })
  const scripts = linked.flatMap(({ key, script }) =>
    node.unlinkedFundings.some(
      (one) => outPointKey(one) === key && equalBytes(one.scriptPubKey, script),
    )
      ? [script]
      : [],
  )
  if (scripts.length === 0) return node.unlinkedFundings
  return node.unlinkedFundings.filter(
    ({ scriptPubKey }) => !scripts.some((script) => equalBytes(script, scriptPubKey)),
  )
}

/**
 * The most that can wait in outputs which no commitment has shown. Of transactions with one first
 * input only one can confirm.
 */
export function waitingSats(unlinked: readonly UnlinkedFunding[]): bigint {
  const byTransaction = new Map<string, { spends: string; amount: bigint }>()
  for (const { txid: id, amountSats, spends } of unlinked) {
    const key = outPointKey({ txid: id, vout: 0 })
    const amount = (byTransaction.get(key)?.amount ?? 0n) + amountSats
    byTransaction.set(key, { spends: outPointKey(spends), amount })
  }
  const byInput = new Map<string, bigint>()
  for (const { spends, amount } of byTransaction.values()) {
    const most = byInput.get(spends) ?? 0n
    byInput.set(spends, amount > most ? amount : most)
  }
  return sum([...byInput.values()])
}

/** Amounts of inputs are what jobs state: a sum of them may exceed all there is. */
function capped(amount: bigint): Sats {
  return sats(amount > maxSats ? maxSats : amount)
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}
