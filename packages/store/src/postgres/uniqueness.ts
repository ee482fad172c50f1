import { toHex } from '@boltwarden/core/hex'
import type { Writes } from '@boltwarden/policy/view'
import { StoreFault } from '../fault.ts'
import { integer, type Row, text } from '../rows.ts'
import type { Result, Statement } from './session.ts'
import type { WorkingSet } from './working-set.ts'

const sql = {
  nonces: 'SELECT invoice, nonce FROM invoices WHERE nonce = ANY($1::text[])',
  channels: `SELECT channel, id FROM channels
    WHERE channel = ANY($1::bigint[]) OR id = ANY($2::text[])`,
} as const

/** One task of a batch would break what must be unique: the others run again without it. */
export class RefusedTask extends Error {
  readonly at: number
  readonly fault = new StoreFault({
    code: 'STORE_CONFLICT',
    reason: 'what must be unique is there already',
  })

  constructor(at: number) {
    super('refused')
    this.at = at
  }
}

/** Asks whether what is to be added is there already under another key, which no task had to read. */
export function lookForTaken({ invoices, channels }: WorkingSet): readonly Statement[] {
  const nonces = invoices.added.map(({ nonce }) => toHex(nonce))
  const paths = channels.added.map(({ channel }) => channel)
  const ids = channels.added.map(({ id }) => id)
  return [
    { name: 'taken-nonces', text: sql.nonces, values: [nonces] },
    { name: 'taken-channels', text: sql.channels, values: [paths, ids] },
  ]
}

/**
 * Refuses the first task whose writes stand against what is there. A row with both of its keys the
 * same was written by somebody else meanwhile: that is for the primary key to tell.
 *
 * @param results - of {@link lookForTaken}.
 * @throws {RefusedTask} if there is one.
 */
export function refuseTaken(
  results: readonly Result[],
  written: readonly (Writes | undefined)[],
): void {
  const [nonces, channels] = results.map(({ rows }) => rows)
  const at = written.findIndex(
    (writes) =>
      writes !== undefined &&
      (isNonceTaken(nonces ?? [], writes) || isChannelTaken(channels ?? [], writes)),
  )
  if (at !== -1) throw new RefusedTask(at)
}

function isNonceTaken(rows: readonly Row[], { invoice }: Writes): boolean {
  if (invoice === undefined) return false
  const nonce = toHex(invoice.nonce)
  return rows.some(
    (row) => text(row, 'nonce') === nonce && text(row, 'invoice') !== invoice.invoice,
  )
}

function isChannelTaken(rows: readonly Row[], { channels }: Writes): boolean {
  return channels.some(({ channel, id }) =>
    rows.some((row) => (integer(row, 'channel') === channel) !== (text(row, 'id') === id)),
  )
}
