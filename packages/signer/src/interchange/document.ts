import { toHex } from '@boltwarden/core/hex'
import { channelId, nodeId } from '@boltwarden/core/ids'
import { networks } from '@boltwarden/core/network'
import type { Result } from '@boltwarden/core/result'
import { commitmentIndex } from '@boltwarden/core/units'
import type { Watermarks } from '@boltwarden/policy/merge/raise-watermarks'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import { decodeChannelState, encodeChannelState } from '@boltwarden/policy/state/channel-state'
import { decodeIntent, encodeIntent, type Intent } from '@boltwarden/policy/state/intent'
import {
  decodeInvoiceState,
  encodeInvoiceState,
  type InvoiceState,
} from '@boltwarden/policy/state/invoice-state'
import {
  decodeNodeState,
  encodeNodeState,
  type NodeState,
} from '@boltwarden/policy/state/node-state'
import { decodeRecord, type StateProblem, type StateRecord } from '@boltwarden/policy/state/record'
import {
  decodeSpentOutput,
  encodeSpentOutput,
  type SpentOutput,
} from '@boltwarden/policy/state/spent-output'
import type { Generation, Realm } from '@boltwarden/store'

/** What every exported state says of itself. */
export type Provenance = {
  readonly realm: Realm
  /** How far the store had come that it was taken from. */
  readonly generation: Pick<Generation, 'lineage' | 'generation'>
}

/** Everything that is remembered beside the events. */
export type CompleteState = Provenance & {
  readonly extent: 'complete'
  readonly channels: readonly ChannelState[]
  readonly invoices: readonly InvoiceState[]
  readonly intents: readonly Intent[]
  readonly spends: readonly SpentOutput[]
  readonly node: NodeState
}

/** Only how far each channel has come. */
export type MinimalState = Provenance & {
  readonly extent: 'minimal'
  readonly channels: readonly Watermarks[]
}

/** An exported state. */
export type StateDocument = CompleteState | MinimalState

/** The name of the format, and its one version. */
export const stateFormat = 'boltwarden-state'
export const stateVersion = 1

/** The text of an export: JSON, one line for each thing. */
export function encodeState(state: StateDocument): string {
  const { extent, realm, generation } = state
  const head = {
    format: stateFormat,
    v: stateVersion,
    extent,
    realm: { fingerprint: realm.fingerprint, network: realm.network },
    generation: { lineage: generation.lineage, generation: generation.generation },
  }
  const lists =
    state.extent === 'minimal'
      ? { channels: state.channels.map((marks) => JSON.stringify(marks)) }
      : {
          channels: state.channels.map(encodeChannelState),
          invoices: state.invoices.map(encodeInvoiceState),
          intents: state.intents.map(encodeIntent),
          spends: state.spends.map(encodeSpentOutput),
        }
  const parts = [
    ...Object.entries(head).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`),
    ...Object.entries(lists).map(([name, lines]) => `"${name}": ${listOf(lines)}`),
    ...(state.extent === 'complete' ? [`"node": ${encodeNodeState(state.node)}`] : []),
  ]
  return `{\n${parts.join(',\n')}\n}\n`
}

function listOf(lines: readonly string[]): string {
  return lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n]`
}

/** The inverse of {@link encodeState}; refuses everything that it does not write. */
export function decodeState(text: string): Result<StateDocument, StateProblem> {
  return decodeRecord(text, [stateVersion], (record) => {
    record.oneOf('format', [stateFormat])
    const extent = record.oneOf('extent', ['complete', 'minimal'] as const)
    const provenance = {
      realm: record.object('realm', (realm) => ({
        fingerprint: realm.text('fingerprint'),
        network: realm.oneOf('network', networks),
      })),
      generation: record.object('generation', (generation) => ({
        lineage: generation.text('lineage'),
        generation: generation.integer('generation'),
      })),
    }
    if (extent === 'minimal') {
      return { ...provenance, extent, channels: record.list('channels', readWatermarks) }
    }
    const state: CompleteState = {
      ...provenance,
      extent,
      channels: each(record, 'channels', decodeChannelState),
      invoices: each(record, 'invoices', decodeInvoiceState),
      intents: each(record, 'intents', decodeIntent),
      spends: each(record, 'spends', decodeSpentOutput),
      node: decoded('node', decodeNodeState(JSON.stringify(record.take('node')))),
    }
    refuseDoubles(state)
    return state
  })
}

function each<T>(
  record: StateRecord,
  name: string,
  decode: (text: string) => Result<T, StateProblem>,
): readonly T[] {
  const list = record.take(name)
  if (!Array.isArray(list)) throw new TypeError(`"${name}" expected list`)
  return list.map((item: unknown, at) => decoded(`${name}[${at}]`, decode(JSON.stringify(item))))
}

function decoded<T>(where: string, result: Result<T, StateProblem>): T {
  if (result.ok) return result.value
  throw new RangeError(`${where}: ${result.error.message}`)
}

function readWatermarks(record: StateRecord): Watermarks {
  const lastReleased = record.optional('lastReleased', (name) =>
    commitmentIndex(record.integer(name)),
  )
  return {
    channel: record.integer('channel', 2 ** 31 - 1),
    id: channelId(record.text('id')),
    node: nodeId(record.text('node')),
    lowestPoint: commitmentIndex(record.integer('lowestPoint')),
    ...(lastReleased !== undefined && { lastReleased }),
  }
}

/** A channel has one path and one id, an invoice one nonce, and no two have the same. */
function refuseDoubles({ channels, invoices, intents }: CompleteState): void {
  refuseSame('channels', channels, ({ channel }) => channel)
  refuseSame('channels', channels, ({ id }) => id)
  refuseSame('invoices', invoices, ({ invoice }) => invoice)
  refuseSame('invoices', invoices, ({ nonce }) => toHex(nonce))
  refuseSame('intents', intents, ({ id }) => id)
}

function refuseSame<T>(name: string, list: readonly T[], key: (item: T) => unknown): void {
  if (new Set(list.map(key)).size !== list.length) {
    throw new RangeError(`"${name}" names one thing twice`)
  }
}
