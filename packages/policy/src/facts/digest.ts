import { findSighash, type SighashMatch } from '@boltwarden/core/bitcoin/bip143'
import { sha256 } from '@boltwarden/core/bitcoin/hash'
import type { UnsignedTransaction } from '@boltwarden/core/bitcoin/unsigned-transaction'
import { type Digest, digest } from '@boltwarden/core/bytes'
import type { SigningJob } from '@boltwarden/core/request'

/** What a job's message turned out to be: the digest that is signed, and what it commits to. */
export type DigestMatch = SighashMatch & { readonly digest: Digest }

/**
 * Finds what a job's message signs, by computing it anew. Where `isRaw` is false the platform's
 * own clients disagree whether the message is the digest or is hashed once to give it, so both
 * readings are tried; what is signed later is the digest computed here.
 */
export function matchDigest(
  job: SigningJob,
  unsigned: UnsignedTransaction,
): DigestMatch | undefined {
  const { script, amount } = job
  if (script === undefined || amount === undefined) return undefined
  const readings = job.isRaw ? [job.message] : [job.message, digest(sha256(job.message))]
  for (const reading of readings) {
    const match = findSighash(unsigned.transaction, script, amount, reading)
    if (match !== undefined) return { ...match, digest: reading }
  }
  return undefined
}
