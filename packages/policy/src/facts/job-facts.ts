import type { SighashMatch } from '@boltwarden/core/bitcoin/bip143'
import type { ParseProblem } from '@boltwarden/core/bitcoin/byte-reader'
import {
  parseUnsignedTransaction,
  type UnsignedTransaction,
} from '@boltwarden/core/bitcoin/unsigned-transaction'
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
import { matchDigest } from './digest.ts'
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
  readonly transaction: Result<UnsignedTransaction, ParseProblem> | undefined
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

/** Computes anew what a signing job states. Total: what does not parse is a fact too. */
export function recomposeJob(job: SigningJob, ports: JobPorts): JobFacts {
  const path = parseKeyPath(job.path)
  const transaction = job.transaction && parseUnsignedTransaction(job.transaction)
  const script = job.script && recogniseScript(job.script)
  const match = transaction?.ok ? matchDigest(job, transaction.value) : undefined
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
    contradictions: psbtContradictions(job, transaction, match),
  }
}

function psbtContradictions(
  { script, amount }: SigningJob,
  transaction: JobFacts['transaction'],
  match: SighashMatch | undefined,
): readonly string[] {
  if (!transaction?.ok || transaction.value.psbt === undefined) return []
  if (match === undefined || script === undefined || amount === undefined) return []
  return contradictions(transaction.value.psbt, { ...match, script, amount })
}
