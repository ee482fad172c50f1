import { toHex } from '@boltwarden/core/hex'
import type { History, Merged } from '@boltwarden/policy/merge/conflict'
import { mergeChannel } from '@boltwarden/policy/merge/merge-channel'
import { mergeIntent } from '@boltwarden/policy/merge/merge-intent'
import { mergeInvoice } from '@boltwarden/policy/merge/merge-invoice'
import { mergeNode, mergeSpentOutput } from '@boltwarden/policy/merge/merge-node'
import { raiseWatermarks } from '@boltwarden/policy/merge/raise-watermarks'
import { type ChannelState, encodeChannelState } from '@boltwarden/policy/state/channel-state'
import { encodeIntent, type Intent } from '@boltwarden/policy/state/intent'
import { encodeInvoiceState, type InvoiceState } from '@boltwarden/policy/state/invoice-state'
import {
  emptyNodeState,
  encodeNodeState,
  type NodeState,
} from '@boltwarden/policy/state/node-state'
import { outPointKey } from '@boltwarden/policy/state/out-point'
import { encodeSpentOutput, type SpentOutput } from '@boltwarden/policy/state/spent-output'
import type { CompleteState, StateDocument } from './document.ts'

/** What an import would leave behind, where nothing contradicts. */
export type ImportPlan = {
  /** Whether the document is an earlier or a later state of this very store. */
  readonly history: History
  readonly channels: readonly ChannelState[]
  readonly invoices: readonly InvoiceState[]
  /** Intents that are known, with what became of them. */
  readonly intents: readonly Intent[]
  readonly newIntents: readonly Intent[]
  /** Intents that are not known here and were not asked for. */
  readonly leftOut: number
  readonly spends: readonly SpentOutput[]
  readonly node?: NodeState
  /** What contradicts, in words. */
  readonly conflicts: readonly string[]
}

/** How the document relates to the store, by the lineage that both may share. */
export function historyOf(
  ours: CompleteState['generation'],
  theirs: CompleteState['generation'],
): History {
  if (ours.lineage !== theirs.lineage) return 'apart'
  return theirs.generation > ours.generation ? 'later' : 'earlier'
}

/**
 * What merging a document into what is remembered gives. Pure.
 *
 * @param withIntents - whether intents that are not known here are registered: one may be missing
 *   because the owner revoked it.
 */
export function planImport(
  ours: CompleteState,
  document: StateDocument,
  withIntents: boolean,
): ImportPlan {
  const history = historyOf(ours.generation, document.generation)
  const conflicts: string[] = []
  const none = { invoices: [], intents: [], newIntents: [], leftOut: 0, spends: [] }
  if (document.extent === 'minimal') {
    const known = new Map(ours.channels.map((channel) => [channel.channel, channel]))
    const raised = document.channels.map((marks) => {
      const merged = raiseWatermarks(known.get(marks.channel), marks)
      return take(`channel m/3/${marks.channel}`, merged, conflicts)
    })
    const channels = changed(raised, ours.channels, channelKey, encodeChannelState)
    return { ...none, history, channels, conflicts: [...conflicts, ...doubles(ours, channels)] }
  }
  return {
    ...planStates(ours, document, history, conflicts),
    ...planRest(ours, document, history, withIntents, conflicts),
    history,
    conflicts,
  }
}

function planStates(
  ours: CompleteState,
  theirs: CompleteState,
  history: History,
  conflicts: string[],
) {
  const merging = <T>(
    name: string,
    list: readonly T[],
    others: readonly T[],
    key: (item: T) => string,
    merge: (a: T, b: T) => Merged<T>,
  ) => {
    const known = new Map(list.map((item) => [key(item), item]))
    return others.map((other) => {
      const here = known.get(key(other))
      return here === undefined
        ? other
        : take(`${name} ${key(other)}`, merge(here, other), conflicts)
    })
  }
  const channels = merging('channel', ours.channels, theirs.channels, channelKey, (a, b) =>
    mergeChannel(a, b, history),
  )
  const invoices = merging('invoice', ours.invoices, theirs.invoices, invoiceKey, mergeInvoice)
  const spends = merging('output', ours.spends, theirs.spends, outPointKey, mergeSpentOutput)
  const plan = {
    channels: changed(channels, ours.channels, channelKey, encodeChannelState),
    invoices: changed(invoices, ours.invoices, invoiceKey, encodeInvoiceState),
    spends: changed(spends, ours.spends, outPointKey, encodeSpentOutput),
  }
  conflicts.push(...doubles(ours, plan.channels), ...doubleNonces(ours, plan.invoices))
  return plan
}

function planRest(
  ours: CompleteState,
  theirs: CompleteState,
  history: History,
  withIntents: boolean,
  conflicts: string[],
) {
  const known = new Map(ours.intents.map((intent) => [intent.id, intent]))
  const merged = theirs.intents.flatMap((intent) => {
    const here = known.get(intent.id)
    if (here === undefined) return []
    return [take(`intent ${intent.id}`, mergeIntent(here, intent, history), conflicts)]
  })
  const unknown = theirs.intents.filter(({ id }) => !known.has(id))
  const node = mergeNode(ours.node, theirs.node, history)
  const isSame = encodeNodeState(node) === encodeNodeState(ours.node)
  return {
    intents: changed(merged, ours.intents, ({ id }) => id, encodeIntent),
    newIntents: withIntents ? unknown : [],
    leftOut: withIntents ? 0 : unknown.length,
    ...(!isSame && { node }),
  }
}

function take<T>(what: string, merged: Merged<T>, conflicts: string[]): T | undefined {
  if (merged.ok) return merged.value
  conflicts.push(`${what}: ${merged.error.reason}`)
  return undefined
}

/** Those that are not as they are here already. */
function changed<T>(
  merged: readonly (T | undefined)[],
  ours: readonly T[],
  key: (item: T) => string,
  encode: (item: T) => string,
): readonly T[] {
  const known = new Map(ours.map((item) => [key(item), encode(item)]))
  return merged.flatMap((item) =>
    item === undefined || known.get(key(item)) === encode(item) ? [] : [item],
  )
}

function channelKey({ channel }: ChannelState): string {
  return `m/3/${channel}`
}

function invoiceKey({ invoice }: InvoiceState): string {
  return invoice
}

/** A channel that is new here must not have the id of another one. */
function doubles(ours: CompleteState, channels: readonly ChannelState[]): readonly string[] {
  const paths = new Map<string, number>(ours.channels.map(({ id, channel }) => [id, channel]))
  return channels.flatMap(({ id, channel }) => {
    const path = paths.get(id)
    return path === undefined || path === channel
      ? []
      : [`channel m/3/${channel}: ${id} is m/3/${path} here`]
  })
}

function doubleNonces(ours: CompleteState, invoices: readonly InvoiceState[]): readonly string[] {
  const owners = new Map(ours.invoices.map(({ nonce, invoice }) => [toHex(nonce), invoice]))
  return invoices.flatMap(({ nonce, invoice }) => {
    const owner = owners.get(toHex(nonce))
    return owner === undefined || owner === invoice
      ? []
      : [`invoice ${invoice}: its nonce is that of ${owner} here`]
  })
}

/** A store of which nothing is remembered. */
export function isEmptyState({
  channels,
  invoices,
  intents,
  spends,
  node,
}: CompleteState): boolean {
  const lists = [channels, invoices, intents, spends]
  return (
    lists.every(({ length }) => length === 0) &&
    encodeNodeState(node) === encodeNodeState(emptyNodeState)
  )
}
