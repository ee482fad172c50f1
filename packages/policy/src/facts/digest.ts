import { findSighash, type SighashMatch } from '@boltwarden/core/bitcoin/bip143'
import { sha256 } from '@boltwarden/core/bitcoin/hash'
import type { UnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
import { digest } from '@boltwarden/core/bytes'
import type { SigningJob } from '@boltwarden/core/request'

/**
 * Finds what a job's message signs, by computing it anew. Where `isRaw` is false the platform's
 * own clients disagree whether the message is the digest or is hashed once to give it, so both
 * readings are tried; what is signed later is the digest computed here.
 */
export function matchDigest(
  job: SigningJob,
  unsigned: UnsignedTransaction,
): SighashMatch | undefined {
  const { script, amount } = job
  if (script === undefined || amount === undefined) return undefined
  const readings = job.isRaw ? [job.message] : [job.message, digest(sha256(job.message))]
  return findSighash(unsigned.transaction, script, amount, ...readings)
}
