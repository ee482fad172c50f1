import type { Result } from '@boltwarden/core/result'
import { watermarksOf } from '@boltwarden/policy/merge/raise-watermarks'
import { decodeChannelState } from '@boltwarden/policy/state/channel-state'
import { decodeIntent } from '@boltwarden/policy/state/intent'
import { decodeInvoiceState } from '@boltwarden/policy/state/invoice-state'
import { decodeNodeState, emptyNodeState } from '@boltwarden/policy/state/node-state'
import type { StateProblem } from '@boltwarden/policy/state/record'
import { decodeSpentOutput } from '@boltwarden/policy/state/spent-output'
import { everyRow, StoreFault, type TableName } from '@boltwarden/store'
import type { Care } from '../store-care/care.ts'
import type { CompleteState, MinimalState } from './document.ts'

type Source = Pick<Care, 'backend' | 'upkeep' | 'realm'>

/** Everything that a store remembers beside the events. The store must not change meanwhile. */
export async function exportState({ backend, upkeep, realm }: Source): Promise<CompleteState> {
  const { lineage, generation } = await backend.generation()
  const states = <T>(table: TableName, decode: (text: string) => Result<T, StateProblem>) =>
    statesOf(upkeep, table, decode)
  const [node = emptyNodeState] = await states('node', decodeNodeState)
  return {
    extent: 'complete',
    realm,
    generation: { lineage, generation },
    channels: await states('channels', decodeChannelState),
    invoices: await states('invoices', decodeInvoiceState),
    intents: await states('intents', decodeIntent),
    spends: await states('spends', decodeSpentOutput),
    node,
  }
}

/** Only how far each channel has come. */
export function minimalOf({ realm, generation, channels }: CompleteState): MinimalState {
  return { extent: 'minimal', realm, generation, channels: channels.map(watermarksOf) }
}

async function statesOf<T>(
  upkeep: Source['upkeep'],
  table: TableName,
  decode: (text: string) => Result<T, StateProblem>,
): Promise<readonly T[]> {
  const found: T[] = []
  for await (const { state } of everyRow(upkeep, table)) {
    const read = decode(String(state))
    if (!read.ok) {
      throw new StoreFault({ code: 'STORE_CORRUPT', where: table, reason: read.error.message })
    }
    found.push(read.value)
  }
  return found
}
