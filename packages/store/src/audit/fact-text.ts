import { compactSignature } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { eventId } from '@boltwarden/core/ids'
import type { Result } from '@boltwarden/core/result'
import { verdicts } from '@boltwarden/policy/decision'
import { everyKind } from '@boltwarden/policy/rules/rule'
import { decodeRecord, type StateProblem, type StateRecord } from '@boltwarden/policy/state/record'
import { isTag, type Tag } from '@boltwarden/policy/tags'
import type { Checkpoint } from './checkpoint.ts'
import { type AuditDecision, type AuditFact, type AuditRow, auditActs } from './row.ts'

const types = ['decision', 'act', 'checkpoint'] as const

/** The text that a store keeps of what a row says. */
export function encodeAuditFact(fact: AuditFact): string {
  return JSON.stringify({ v: 1, ...plain(fact) })
}

/** The inverse of {@link encodeAuditFact}; refuses everything that it does not write. */
export function decodeAuditFact(text: string): Result<AuditFact, StateProblem> {
  return decodeRecord(text, [1], readFact)
}

/** The text that a store keeps of a checkpoint that stands by itself. */
export function encodeCheckpoint(checkpoint: Checkpoint): string {
  return JSON.stringify({ v: 1, ...plainCheckpoint(checkpoint) })
}

/** The inverse of {@link encodeCheckpoint}; refuses everything that it does not write. */
export function decodeCheckpoint(text: string): Result<Checkpoint, StateProblem> {
  return decodeRecord(text, [1], readCheckpoint)
}

/**
 * A row as one line of an export: JSON, hashes as lower-case hex.
 *
 * @example
 * ```ts
 * import { auditAct, encodeAuditRow, emptyChain, nextRow } from '@boltwarden/store'
 * const fact = auditAct('policy-loaded', { who: 'alice', atMs: 1 }, 'policy.toml')
 * JSON.parse(encodeAuditRow(nextRow(emptyChain, fact))).sequence // 1
 * ```
 */
export function encodeAuditRow({ sequence, previous, hash, fact }: AuditRow): string {
  const chain = { sequence, previous: toHex(previous), hash: toHex(hash) }
  return JSON.stringify({ v: 1, ...chain, fact: plain(fact) })
}

/** The inverse of {@link encodeAuditRow}; refuses everything that it does not write. */
export function decodeAuditRow(line: string): Result<AuditRow, StateProblem> {
  return decodeRecord(line, [1], (record) => ({
    sequence: record.integer('sequence'),
    previous: hash(record, 'previous'),
    hash: hash(record, 'hash'),
    fact: record.object('fact', readFact),
  }))
}

function plain(fact: AuditFact): object {
  switch (fact.type) {
    case 'decision':
      return {
        ...fact,
        bodyHash: toHex(fact.bodyHash),
        policyHash: toHex(fact.policyHash),
        grantDigest: fact.grantDigest && toHex(fact.grantDigest),
      }
    case 'act':
      return fact
    case 'checkpoint':
      return { type: fact.type, ...plainCheckpoint(fact) }
  }
}

function plainCheckpoint({ sequence, hash: at, atMs, signature }: Checkpoint): object {
  return { sequence, hash: toHex(at), atMs, signature: toHex(signature) }
}

function readFact(record: StateRecord): AuditFact {
  const type = record.oneOf('type', types)
  switch (type) {
    case 'decision':
      return readDecision(record)
    case 'act':
      return {
        type,
        act: record.oneOf('act', auditActs),
        who: record.text('who'),
        atMs: record.integer('atMs'),
        detail: record.text('detail'),
      }
    case 'checkpoint':
      return { type, ...readCheckpoint(record) }
  }
}

function readDecision(record: StateRecord): AuditDecision {
  const digest = record.optional('grantDigest', (name) => hash(record, name))
  return {
    type: 'decision',
    atMs: record.integer('atMs'),
    event: eventId(record.text('event')),
    request: record.oneOf('request', everyKind),
    bodyHash: hash(record, 'bodyHash'),
    policyHash: hash(record, 'policyHash'),
    verdict: record.oneOf('verdict', verdicts),
    tags: readTags(record),
    ...(digest !== undefined && { grantDigest: digest }),
  }
}

function readCheckpoint(record: StateRecord): Checkpoint {
  return {
    sequence: record.integer('sequence'),
    hash: hash(record, 'hash'),
    atMs: record.integer('atMs'),
    signature: compactSignature(record.bytes('signature')),
  }
}

function readTags(record: StateRecord): readonly Tag[] {
  const list = record.take('tags')
  if (!Array.isArray(list)) throw new TypeError('"tags" expected list')
  return list.map((tag: unknown) => {
    if (!isTag(tag)) throw new RangeError('"tags" holds an unknown tag')
    return tag
  })
}

function hash(record: StateRecord, name: string): Uint8Array {
  const value = record.bytes(name)
  if (value.length !== 32) throw new RangeError(`"${name}" expected 32 bytes`)
  return value
}
