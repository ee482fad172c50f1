import type { Checkpoint } from './audit/checkpoint.ts'
import { decodeAuditFact, decodeCheckpoint } from './audit/fact-text.ts'
import type { AuditRow } from './audit/row.ts'
import type { Generation } from './backend.ts'
import { decoded, hash, integer, nullable, type Row, reading, text } from './rows.ts'

/**
 * A row of the audit log. Whether its hash is right is for who verifies the log.
 *
 * @throws {StoreFault} `STORE_CORRUPT` if it does not read as it was written.
 */
export function auditRowOf(row: Row): AuditRow {
  return reading('audit', () => ({
    sequence: integer(row, 'sequence'),
    previous: hash(row, 'previous'),
    hash: hash(row, 'hash'),
    fact: decoded(decodeAuditFact(text(row, 'fact'))),
  }))
}

/** The anchor of the row of `chain`; undefined while nothing was pruned. */
export function anchorOf(row: Row): Checkpoint | undefined {
  return reading('chain', () => {
    const anchor = nullable(row, 'anchor', text)
    return anchor === undefined ? undefined : decoded(decodeCheckpoint(anchor))
  })
}

/** Before when events may have been forgotten, in milliseconds since 1970, by the row of `chain`. */
export function forgottenBeforeOf(row: Row): number {
  return reading('chain', () => integer(row, 'forgotten_before'))
}

/** What the row of `chain` says of how far the store has come. */
export function generationOf(row: Row): Generation {
  return reading('chain', () => {
    const lineage = text(row, 'lineage')
    if (!/^[0-9a-f]{32}$/.test(lineage)) {
      throw new RangeError('"lineage" expected 16 bytes in hex')
    }
    return {
      lineage,
      generation: integer(row, 'generation'),
      head: { sequence: integer(row, 'sequence'), hash: hash(row, 'hash') },
    }
  })
}
