import { toHex } from '@boltwarden/core/hex'
import { incomingHtlcs } from '@boltwarden/policy/state/incoming-htlcs'
import { channelOf, intentOf, invoiceOf, nodeOf, type Row, spentOutputOf } from '../rows.ts'
import type { Upkeep } from '../upkeep.ts'
import { everyRow } from './every-row.ts'
import type { Findings, StoreCheck } from './findings.ts'

type Rows = Pick<Upkeep, 'rows'>

/** Whether every state reads, and what is derived from it says the same; how many there are. */
export async function verifyStates(upkeep: Rows, findings: Findings): Promise<number> {
  const channels = await verifyChannels(upkeep, findings)
  const rest = [
    await eachReads(upkeep, 'invoices', 'invoice', invoiceOf, findings),
    await eachReads(upkeep, 'intents', 'id', intentOf, findings),
    await eachReads(upkeep, 'spends', 'outpoint', spentOutputOf, findings),
    await eachReads(upkeep, 'node', 'only_row', nodeOf, findings),
  ]
  return channels + rest.reduce((sum, count) => sum + count, 0)
}

async function verifyChannels(upkeep: Rows, findings: Findings): Promise<number> {
  const expected = new Map<string, string>()
  const ids = new Map<string, string>()
  let count = 0
  for await (const row of everyRow(upkeep, 'channels')) {
    count++
    const at = `m/3/${row['channel']}`
    const state = findings.read('channels', at, () => channelOf(row))
    if (state === undefined) continue
    const other = ids.get(state.id)
    if (other !== undefined) findings.add('channels', at, `has the id of ${other}`)
    ids.set(state.id, at)
    const funding = state.funding === undefined ? null : toHex(state.funding.txid)
    if (row['funding_txid'] !== funding) findings.add('channels', at, 'is found by another funding')
    for (const { paymentHash160 } of incomingHtlcs(state)) {
      expected.set(`${toHex(paymentHash160)} ${state.channel}`, at)
    }
  }
  await verifyIncoming(upkeep, expected, findings)
  return count
}

/** The index of payment hashes follows from the channels. */
async function verifyIncoming(
  upkeep: Rows,
  expected: Map<string, string>,
  findings: Findings,
): Promise<void> {
  for await (const row of everyRow(upkeep, 'incoming_htlcs')) {
    const key = `${row['payment_hash160']} ${row['channel']}`
    if (!expected.delete(key)) {
      findings.add('channels', `m/3/${row['channel']}`, 'an HTLC is found that it does not have')
    }
  }
  for (const at of expected.values()) findings.add('channels', at, 'an HTLC of it is not found')
}

async function eachReads(
  upkeep: Rows,
  table: 'invoices' | 'intents' | 'spends' | 'node',
  key: string,
  read: (row: Row) => unknown,
  findings: Findings,
): Promise<number> {
  const check: StoreCheck = table
  let count = 0
  for await (const row of everyRow(upkeep, table)) {
    count++
    findings.read(check, String(row[key]), () => read(row))
  }
  return count
}
