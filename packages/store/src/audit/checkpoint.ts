import type { CompactSignature, Digest, PublicKey } from '@boltwarden/core/bytes'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { Layout } from './layout.ts'
import type { AuditHead } from './row.ts'

/** A place in the chain that the audit key signed for. */
export type Checkpoint = AuditHead & {
  /** When, in milliseconds since 1970. */
  readonly atMs: number
  /** ECDSA of the audit key over {@link checkpointDigest}. */
  readonly signature: CompactSignature
}

/** Signs with the audit key, which signs nothing else. */
export type AuditSigner = (digest: Digest) => CompactSignature

/**
 * What the signature of a checkpoint is over: SHA-256 of the text `boltwarden/audit/checkpoint/1`
 * (its length in 4 bytes first), sequence (8), hash (32), time in milliseconds (8); big-endian.
 */
export function checkpointDigest({ sequence, hash }: AuditHead, atMs: number): Digest {
  return new Layout('boltwarden/audit/checkpoint/1')
    .number(sequence)
    .hash(hash)
    .number(atMs)
    .digest()
}

/** Signs for a place in the chain, usually its end. */
export function makeCheckpoint(head: AuditHead, atMs: number, sign: AuditSigner): Checkpoint {
  const { sequence, hash } = head
  return { sequence, hash, atMs, signature: sign(checkpointDigest(head, atMs)) }
}

/** Whether the audit key signed for this. */
export function isCheckpoint(
  { signature, atMs, ...head }: Checkpoint,
  publicKey: PublicKey,
  secp256k1: Secp256k1,
): boolean {
  return secp256k1.verify(signature, checkpointDigest(head, atMs), publicKey)
}
