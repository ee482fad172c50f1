import type { OutPoint } from '@boltwarden/core/bitcoin/transaction'
import { txid } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import type { StateRecord } from './record.ts'

/** What an output is found by: transaction id, internal byte order, and number, 72 hex digits. */
export function outPointKey({ txid: id, vout }: OutPoint): string {
  return `${toHex(id)}${vout.toString(16).padStart(8, '0')}`
}

/** As it stands in the JSON of a state. */
export function outPointJson({ txid: id, vout }: OutPoint): object {
  return { txid: toHex(id), vout }
}

/** The inverse of {@link outPointJson}. */
export function readOutPoint(record: StateRecord): OutPoint {
  return { txid: txid(record.bytes('txid')), vout: record.integer('vout', 0xffff_ffff) }
}
