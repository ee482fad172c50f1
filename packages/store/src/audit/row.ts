import { createHash } from 'node:crypto'
import type { EventId } from '@boltwarden/core/ids'
import type { RequestKind } from '@boltwarden/core/request'
import type { Verdict } from '@boltwarden/policy/decision'
import type { Tag } from '@boltwarden/policy/tags'
import type { Checkpoint } from './checkpoint.ts'
import { Layout } from './layout.ts'

/** A delivery was decided. */
export type AuditDecision = {
  readonly type: 'decision'
  /** When the event arrived, in milliseconds since 1970. */
  readonly atMs: number
  readonly event: EventId
  readonly request: RequestKind
  /** SHA-256 of the raw body, 32 bytes. */
  readonly bodyHash: Uint8Array
  /** Hash of the policy that decided, 32 bytes. */
  readonly policyHash: Uint8Array
  readonly verdict: Verdict
  /** The rules that were broken, warnings included; each once, in alphabetical order. */
  readonly tags: readonly Tag[]
  /** Of what was granted, 32 bytes; present if and only if the verdict is `sign`. */
  readonly grantDigest?: Uint8Array
}

/** The acts that are recorded beside decisions. */
export const auditActs = [
  'intent-registered',
  'intent-removed',
  'channel-adopted',
  'policy-loaded',
  'store-accepted',
  'audit-pruned',
  'events-pruned',
  'answer-set-aside',
  'answer-resumed',
  'answer-dropped',
  'state-imported',
  'store-restored',
  'store-moved',
  'store-filling',
] as const

/** What somebody, or the signer by itself, did to what is remembered. */
export type AuditActName = (typeof auditActs)[number]

/** Who does something, and when: goes into the row of what is done. */
export type Author = {
  /** The operator's name, or `signer` for what it does by itself. */
  readonly who: string
  /** Milliseconds since 1970. */
  readonly atMs: number
}

/** Something was done beside decisions. */
export type AuditAct = Author & {
  readonly type: 'act'
  readonly act: AuditActName
  /** Public facts, short. */
  readonly detail: string
}

/** A row before this one was signed for, so that what is above it cannot be written anew. */
export type AuditSeal = { readonly type: 'checkpoint' } & Checkpoint

/** What a row of the audit log says. */
export type AuditFact = AuditDecision | AuditAct | AuditSeal

/** A row of the audit log. */
export type AuditRow = {
  /** 1 for the first row, one more for each; none is left out. */
  readonly sequence: number
  /** Hash of the row before, 32 bytes; zeros before the first. */
  readonly previous: Uint8Array
  /** {@link auditHash} of the row, 32 bytes. */
  readonly hash: Uint8Array
  readonly fact: AuditFact
}

/** Where the chain ends. */
export type AuditHead = Pick<AuditRow, 'sequence' | 'hash'>

/** The end of an empty chain: sequence 0 and 32 zeros. */
export const emptyChain: AuditHead = Object.freeze({ sequence: 0, hash: new Uint8Array(32) })

/** The longest `who` and `detail`, in characters; what is longer is cut. */
const maxText = 256

/** An act whose texts are short enough. */
export function auditAct(act: AuditActName, { who, atMs }: Author, detail: string): AuditAct {
  return { type: 'act', act, who: who.slice(0, maxText), atMs, detail: detail.slice(0, maxText) }
}

/**
 * The hash that chains a row to those before it: SHA-256 over these bytes, numbers big-endian, every
 * text and tag as its length in 4 bytes and then its UTF-8.
 *
 * | bytes | what |
 * |---|---|
 * | text | `boltwarden/audit/row/1` |
 * | 8 | sequence |
 * | 32 | hash of the row before; zeros for the first |
 * | text | `decision`, `act` or `checkpoint` |
 * | 8 | time, milliseconds since 1970 |
 *
 * and then, of a decision: event id, kind of request (texts), body hash (32), policy hash (32),
 * verdict (text), number of tags (4), each tag (text), and grant digest (1 byte 1 and 32, or 1 byte
 * 0). Of an act: its name, who, detail (texts). Of a checkpoint: the sequence it is about (8), the
 * hash there (32), the signature (64).
 *
 * @returns 32 bytes.
 */
export function auditHash(sequence: number, previous: Uint8Array, fact: AuditFact): Uint8Array {
  const layout = new Layout('boltwarden/audit/row/1')
  layout.number(sequence).hash(previous).text(fact.type).number(fact.atMs)
  switch (fact.type) {
    case 'decision': {
      const { event, request, bodyHash, policyHash, verdict, tags, grantDigest } = fact
      layout.text(event).text(request).hash(bodyHash).hash(policyHash).text(verdict)
      layout.texts(tags).optionalHash(grantDigest)
      break
    }
    case 'act':
      layout.text(fact.act).text(fact.who).text(fact.detail)
      break
    case 'checkpoint':
      layout.number(fact.sequence).hash(fact.hash).signature(fact.signature)
  }
  return layout.digest()
}

/** The row that follows `head`. */
export function nextRow(head: AuditHead, fact: AuditFact): AuditRow {
  const sequence = head.sequence + 1
  return { sequence, previous: head.hash, hash: auditHash(sequence, head.hash, fact), fact }
}

/**
 * What a grant is known by in the log: SHA-256 of it as JSON, its bytes as lower-case hex.
 *
 * @returns 32 bytes.
 */
export function grantDigest(grant: unknown): Uint8Array {
  return new Uint8Array(createHash('sha256').update(grantJson(grant)).digest())
}

function grantJson(grant: unknown): string {
  return JSON.stringify(grant, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  )
}
