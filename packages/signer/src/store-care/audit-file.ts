import type { PublicKey } from '@boltwarden/core/bytes'
import { compactSignature, publicKey } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { networks } from '@boltwarden/core/network'
import { decodeRecord, type StateRecord } from '@boltwarden/policy/state/record'
import {
  type AuditHead,
  type AuditRow,
  type Checkpoint,
  decodeAuditRow,
  encodeAuditRow,
  type Realm,
} from '@boltwarden/store'
import { SignerFault } from '../fault.ts'

/** The first line of an export: what its rows are to be verified with. */
export type AuditHeader = {
  readonly realm: Realm
  /** Of the audit key, as the signer that exported says it. */
  readonly publicKey: PublicKey | undefined
  /** What the first row follows; not signed for unless it is the anchor. */
  readonly start: AuditHead
  /** What stands for rows that were pruned. */
  readonly anchor: Checkpoint | undefined
}

/** The header as a line of JSON. */
export function encodeHeader({ realm, publicKey: key, start, anchor }: AuditHeader): string {
  return JSON.stringify({
    v: 1,
    format: 'boltwarden-audit',
    fingerprint: realm.fingerprint,
    network: realm.network,
    publicKey: key && toHex(key),
    start: { sequence: start.sequence, hash: toHex(start.hash) },
    anchor: anchor && {
      sequence: anchor.sequence,
      hash: toHex(anchor.hash),
      atMs: anchor.atMs,
      signature: toHex(anchor.signature),
    },
  })
}

/** The lines of an export, each with its line break. */
export async function* auditLines(
  header: AuditHeader,
  rows: AsyncIterable<AuditRow>,
): AsyncGenerator<string, void, undefined> {
  yield `${encodeHeader(header)}\n`
  for await (const row of rows) yield `${encodeAuditRow(row)}\n`
}

/**
 * Reads the header of an export.
 *
 * @throws {SignerFault} `AUDIT_FILE_INVALID`.
 */
export function readHeader(line: string, file: string): AuditHeader {
  const header = decodeRecord(line, [1], (record) => {
    record.oneOf('format', ['boltwarden-audit'] as const)
    const key = record.optional('publicKey', (name) => publicKey(record.bytes(name)))
    const anchor = record.optional('anchor', (name) => record.object(name, readCheckpoint))
    return {
      realm: {
        fingerprint: record.text('fingerprint'),
        network: record.oneOf('network', networks),
      },
      publicKey: key,
      start: record.object('start', readHead),
      anchor,
    }
  })
  if (header.ok) return header.value
  throw invalid(file, 1, header.error.message)
}

/**
 * Reads a row of an export.
 *
 * @throws {SignerFault} `AUDIT_FILE_INVALID`.
 */
export function readAuditLine(line: string, file: string, at: number): AuditRow {
  const row = decodeAuditRow(line)
  if (row.ok) return row.value
  throw invalid(file, at, row.error.message)
}

function readHead(record: StateRecord): AuditHead {
  const hash = record.bytes('hash')
  if (hash.length !== 32) throw new RangeError('"hash" expected 32 bytes')
  return { sequence: record.integer('sequence'), hash }
}

function readCheckpoint(record: StateRecord): Checkpoint {
  return {
    ...readHead(record),
    atMs: record.integer('atMs'),
    signature: compactSignature(record.bytes('signature')),
  }
}

function invalid(file: string, line: number, reason: string): SignerFault {
  return new SignerFault({ code: 'AUDIT_FILE_INVALID', file, line, reason })
}
