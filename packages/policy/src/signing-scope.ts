import { isP2wsh } from '@boltwarden/core/bitcoin/output-script'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import { obscuredNumberOf } from '@boltwarden/core/bolt3/commitment-number'
import { recogniseScript } from '@boltwarden/core/bolt3/spend'
import { toHex } from '@boltwarden/core/hex'
import { isSigningKeyPath, parseKeyPath } from '@boltwarden/core/keys/key-path'
import type { SigningJob } from '@boltwarden/core/request'
import { EventTransactions } from './facts/event-transactions.ts'
import { type KeyRole, roleOf } from './facts/key-role.ts'
import { isLoneCommitment, isLoneSecondStage, maxSpentOutputs } from './onchain/remembered.ts'
import { outPointKey } from './state/out-point.ts'

/** What signing jobs touch besides the channels they name. */
export type SigningScope = {
  /** Keys of the intents that they may serve: see `intentKey`. */
  readonly intents: readonly string[]
  /** Ids of the transactions that may fund channels, in hex, in internal byte order. */
  readonly fundings: readonly string[]
  /** Keys of the outputs that they spend on the chain: see `outPointKey`. */
  readonly spends: readonly string[]
}

type Keys = {
  readonly intents: Set<string>
  readonly fundings: Set<string>
  readonly spends: Set<string>
  readonly transactions: EventTransactions
  /** Transactions whose outputs, and whose inputs, stand here already: jobs mostly share one. */
  readonly paid: Set<Transaction>
  readonly spent: Set<Transaction>
}

/** What signing jobs touch besides the channels they name: each once, sorted. */
export function signingScopeOf(jobs: readonly SigningJob[]): SigningScope {
  const keys: Keys = {
    intents: new Set(),
    fundings: new Set(),
    spends: new Set(),
    transactions: EventTransactions.of(jobs),
    paid: new Set(),
    spent: new Set(),
  }
  for (const job of jobs) {
    const path = parseKeyPath(job.path)
    if (!path.ok || !isSigningKeyPath(path.value)) continue
    const role = roleOf(path.value)
    if (role === 'funding' && isLoneCommitment(jobs)) addCommitment(job, keys)
    addJob(job, role, keys)
  }
  return {
    intents: [...keys.intents].sort(),
    fundings: [...keys.fundings].sort(),
    // With more of them, a rule refuses the event without looking at any.
    spends: keys.spends.size > maxSpentOutputs ? [] : [...keys.spends].sort(),
  }
}

function addJob(job: SigningJob, role: KeyRole, keys: Keys): void {
  if (role === 'htlc-basepoint') addPayment(job, keys)
  // Commitments and closes spend the funding output, which channels remember; anchors do not.
  if (role === 'funding' && !isAnchor(job)) return
  const parsed = keys.transactions.parsed(job)
  if (!parsed?.ok) return
  const { transaction } = parsed.value
  if (role === 'l1-wallet' || role === 'destination') addWallet(transaction, keys)
  if (role === 'htlc-basepoint' && isLoneSecondStage(transaction)) return
  if (keys.spent.has(transaction)) return
  keys.spent.add(transaction)
  for (const input of transaction.inputs) {
    if (keys.spends.size <= maxSpentOutputs) keys.spends.add(outPointKey(input))
  }
}

/** What our own commitment leaves to be spent, should it be one. */
function addCommitment(job: SigningJob, { spends, transactions }: Keys): void {
  const parsed = transactions.parsed(job)
  if (!parsed?.ok || obscuredNumberOf(parsed.value.transaction) === undefined) return
  const { outputs } = parsed.value.transaction
  const txid = transactions.id(parsed.value.transaction)
  for (const [vout, { scriptPubKey }] of outputs.entries()) {
    if (isP2wsh(scriptPubKey) && spends.size <= maxSpentOutputs) {
      spends.add(outPointKey({ txid, vout }))
    }
  }
}

function isAnchor({ script }: SigningJob): boolean {
  return script !== undefined && recogniseScript(script)?.template === 'anchor'
}

function addPayment({ script }: SigningJob, { intents }: Keys): void {
  const htlc = script && recogniseScript(script)
  // On the counterparty's commitment, what it received is what we offered.
  if (htlc?.template === 'received-htlc') intents.add(toHex(htlc.paymentHash160))
}

function addWallet(
  transaction: Transaction,
  { intents, fundings, transactions, paid }: Keys,
): void {
  if (paid.has(transaction)) return
  paid.add(transaction)
  for (const { scriptPubKey } of transaction.outputs) intents.add(toHex(scriptPubKey))
  fundings.add(toHex(transactions.id(transaction)))
}
