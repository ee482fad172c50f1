import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import { parseUnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
import { recogniseScript } from '@boltwarden/core/bolt3/spend'
import { toHex } from '@boltwarden/core/hex'
import { type KeyPath, parseKeyPath } from '@boltwarden/core/keys/key-path'
import type { SigningJob } from '@boltwarden/core/request'

/** What signing jobs touch besides the channels they name. */
export type SigningScope = {
  /** Keys of the intents that they may serve: see `intentKey`. */
  readonly intents: readonly string[]
  /** Ids of the transactions that may fund channels, in hex, in internal byte order. */
  readonly fundings: readonly string[]
}

/** What signing jobs touch besides the channels they name: each once, sorted. */
export function signingScopeOf(jobs: readonly SigningJob[]): SigningScope {
  const intents = new Set<string>()
  const fundings = new Set<string>()
  for (const job of jobs) {
    const path = parseKeyPath(job.path)
    if (!path.ok) continue
    if (isHtlcKey(path.value)) addPayment(job, intents)
    if (isWalletKey(path.value)) addWallet(job, intents, fundings)
  }
  return { intents: [...intents].sort(), fundings: [...fundings].sort() }
}

function isHtlcKey(path: KeyPath): boolean {
  return path.purpose === 'channel-key' && path.key === 'htlc-basepoint'
}

function isWalletKey(path: KeyPath): boolean {
  return path.purpose === 'l1-wallet' || path.purpose === 'destination'
}

function addPayment({ script }: SigningJob, intents: Set<string>): void {
  const htlc = script && recogniseScript(script)
  // On the counterparty's commitment, what it received is what we offered.
  if (htlc?.template === 'received-htlc') intents.add(toHex(htlc.paymentHash160))
}

function addWallet(job: SigningJob, intents: Set<string>, fundings: Set<string>): void {
  const parsed = job.transaction && parseUnsignedTransaction(job.transaction)
  if (!parsed?.ok) return
  const { transaction } = parsed.value
  for (const { scriptPubKey } of transaction.outputs) intents.add(toHex(scriptPubKey))
  fundings.add(toHex(transactionId(transaction)))
}
