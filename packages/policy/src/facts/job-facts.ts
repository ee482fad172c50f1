import type { SighashMatch } from '@boltwarden/core/bitcoin/sighash-search'
import type { Transaction } from '@boltwarden/core/bitcoin/transaction'
import {
  recogniseScript,
  recogniseSpend,
  type Spend,
  type SpentScript,
} from '@boltwarden/core/bolt3/spend'
import type { PublicKey } from '@boltwarden/core/bytes'
import {
  isSigningKeyPath,
  type KeyPath,
  type KeyPathProblem,
  parseKeyPath,
} from '@boltwarden/core/keys/key-path'
import type { OwnScriptPath } from '@boltwarden/core/keys/own-scripts'
import type { Network } from '@boltwarden/core/network'
import type { SigningJob } from '@boltwarden/core/request'
import type { Result } from '@boltwarden/core/result'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import type { CommitmentIndex } from '@boltwarden/core/units'
import { MessageSearch } from './digest.ts'
import { EventTransactions, type ParsedTransaction } from './event-transactions.ts'
import { contradictions } from './psbt-claims.ts'
import { type TweakedKey, tweakKey } from './tweaks.ts'

/** A signing job, computed anew from what it states. Rules compare; they parse nothing. */
export type JobFacts = {
  readonly job: SigningJob
  readonly path: Result<KeyPath, KeyPathProblem>
  /** The path of our own key that an output is said to pay. */
  readonly destination: Result<KeyPath, KeyPathProblem> | undefined
  /** The key that would sign, tweaked; undefined where the path names none that may. */
  readonly key: TweakedKey | undefined
  readonly transaction: ParsedTransaction | undefined
  /** The script of the spent output; undefined where it is missing or none that is known. */
  readonly script: SpentScript | undefined
  /** What the message signs; undefined where it is nothing of this transaction. */
  readonly match: SighashMatch | undefined
  /** What the signature does; undefined where there is no match or no key. */
  readonly spend: Spend | undefined
  /** Where a PSBT says otherwise than the job. */
  readonly contradictions: readonly string[]
}

/** What recomposing jobs needs: public keys and the curve. */
export type JobPorts = {
  readonly keys: {
    publicKey(path: KeyPath): PublicKey
    perCommitmentPoint(channel: number, index: CommitmentIndex): PublicKey
    ownScripts(network: Network): { find(scriptPubKey: Uint8Array): OwnScriptPath | undefined }
  }
  readonly secp256k1: Secp256k1
}

/**
 * Computes anew what the signing jobs of an event state. Total: what does not parse is a fact too.
 *
 * @returns undefined where finding what they sign takes more digests than `maxEventDigests`.
 */
export function recomposeJobs(
  jobs: readonly SigningJob[],
  ports: JobPorts,
): readonly JobFacts[] | undefined {
  const messages = new MessageSearch()
  const transactions = EventTransactions.of(jobs)
  const facts: JobFacts[] = []
  for (const job of jobs) {
    facts.push(recomposeJob(job, { messages, transactions }, ports))
    if (messages.isCutShort) return undefined
  }
  return facts
}

/** What the jobs of one event share. */
type EventParts = {
  readonly messages: MessageSearch
  readonly transactions: EventTransactions
}

function recomposeJob(
  job: SigningJob,
  { messages, transactions }: EventParts,
  ports: JobPorts,
): JobFacts {
  const path = parseKeyPath(job.path)
  const transaction = transactions.parsed(job)
  const script = job.script && recogniseScript(job.script)
  const match = transaction?.ok ? messages.find(job, transaction.value.transaction) : undefined
  const key =
    path.ok && isSigningKeyPath(path.value)
      ? tweakKey(ports.keys.publicKey(path.value), job, ports.secp256k1)
      : undefined
  const destination =
    job.destinationPath === undefined ? undefined : parseKeyPath(job.destinationPath)
  const spend =
    transaction?.ok && match && key?.publicKey
      ? recogniseSpend(transaction.value.transaction, match.inputIndex, script, key.publicKey)
      : undefined
  return {
    job,
    path,
    destination,
    key,
    transaction,
    script,
    match,
    spend,
    contradictions: psbtContradictions(job, transaction, match, transactions),
  }
}

function psbtContradictions(
  { script, amount }: SigningJob,
  transaction: JobFacts['transaction'],
  match: SighashMatch | undefined,
  transactions: EventTransactions,
): readonly string[] {
  if (!transaction?.ok || transaction.value.psbt === undefined) return []
  if (match === undefined || script === undefined || amount === undefined) return []
  const idOf = (shown: Transaction) => transactions.id(shown)
  return contradictions(transaction.value.psbt, { ...match, script, amount }, idOf)
}
