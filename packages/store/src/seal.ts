import {
  type CompactSignature,
  compactSignature,
  type Digest,
  equalBytes,
  type PublicKey,
} from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { err, ok, type Result } from '@boltwarden/core/result'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { decodeRecord, type StateProblem } from '@boltwarden/policy/state/record'
import type { AuditSigner } from './audit/checkpoint.ts'
import { Layout } from './audit/layout.ts'
import type { Generation } from './backend.ts'
import type { StoreFaultDetail } from './fault.ts'

/** How far a store had come, signed, to be kept in another place than the store. */
export type Seal = Generation & {
  /** When, in milliseconds since 1970. */
  readonly atMs: number
  /** ECDSA of the audit key over {@link sealDigest}. */
  readonly signature: CompactSignature
}

/** Why a store must not go on. */
export type SealProblem = Extract<
  StoreFaultDetail,
  { readonly code: 'STORE_ROLLED_BACK' | 'STORE_FORKED' }
>

/**
 * What the signature of a seal is over: SHA-256 of the text `boltwarden/store/seal/1`, the lineage
 * (texts with their length in 4 bytes first), generation (8), last sequence of the audit log (8), its
 * hash (32), time in milliseconds (8); big-endian.
 */
export function sealDigest({ lineage, generation, head }: Generation, atMs: number): Digest {
  return new Layout('boltwarden/store/seal/1')
    .text(lineage)
    .number(generation)
    .number(head.sequence)
    .hash(head.hash)
    .number(atMs)
    .digest()
}

/** Signs for how far a store has come. */
export function makeSeal(generation: Generation, atMs: number, sign: AuditSigner): Seal {
  return { ...generation, atMs, signature: sign(sealDigest(generation, atMs)) }
}

/** The text of a seal: one JSON object. */
export function encodeSeal({ lineage, generation, head, atMs, signature }: Seal): string {
  const { sequence, hash } = head
  return `${JSON.stringify({ v: 1, lineage, generation, sequence, hash: toHex(hash), atMs, signature: toHex(signature) })}\n`
}

/** The inverse of {@link encodeSeal}; refuses everything that it does not write. */
export function decodeSeal(text: string): Result<Seal, StateProblem> {
  return decodeRecord(text, [1], (record) => {
    const hash = record.bytes('hash')
    if (hash.length !== 32) throw new RangeError('"hash" expected 32 bytes')
    return {
      lineage: record.text('lineage'),
      generation: record.integer('generation'),
      head: { sequence: record.integer('sequence'), hash },
      atMs: record.integer('atMs'),
      signature: compactSignature(record.bytes('signature')),
    }
  })
}

/** Whether the audit key made a seal. */
export function isSealSigned(seal: Seal, publicKey: PublicKey, secp256k1: Secp256k1): boolean {
  return secp256k1.verify(seal.signature, sealDigest(seal, seal.atMs), publicKey)
}

/**
 * Whether a store is the one that was sealed, as it was then or further on.
 *
 * @param hashAt - the hash of the store's row of the audit log at the seal's sequence, where it has
 *   one: tells two stores that both went on from one copy.
 */
export function compareToSeal(
  store: Generation,
  seal: Generation,
  hashAt: Uint8Array | undefined,
): Result<undefined, SealProblem> {
  const forked = (reason: string) => err({ code: 'STORE_FORKED', reason } as const)
  if (store.lineage !== seal.lineage) return forked('another lineage than the sealed one')
  if (store.generation < seal.generation) {
    const { generation: found } = store
    return err({ code: 'STORE_ROLLED_BACK', found, expected: seal.generation })
  }
  if (store.head.sequence < seal.head.sequence) return forked('the audit log is shorter')
  if (hashAt !== undefined && !equalBytes(hashAt, seal.head.hash)) {
    return forked(`another row ${seal.head.sequence} of the audit log than the sealed one`)
  }
  return ok(undefined)
}
