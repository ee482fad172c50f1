import { createHash } from 'node:crypto'
import { txid } from '@boltwarden/core/bytes'
import { channelId, eventId } from '@boltwarden/core/ids'
import type { Keychain } from '@boltwarden/core/keys/keychain'
import type { Delivery } from '@boltwarden/policy/event'
import { recompose } from '@boltwarden/policy/facts'
import { judge } from '@boltwarden/policy/judge'
import { createPolicy } from '@boltwarden/policy/policy'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import type { NodeState } from '@boltwarden/policy/state/node-state'
import { noWrites, type Scope, scopeOf, type View } from '@boltwarden/policy/view'
import { openScratch, type Scratch } from '@boltwarden/store/sqlite'
import { LongChannel } from './long-channel.ts'
import type { MadeRequest } from './wire-call.ts'

/** How much a store remembers before it is measured. */
export type Past = {
  /** Channels with a life behind them, besides the one that is asked about. */
  readonly channels: number
  /** Events in the ledger. */
  readonly events: number
  /** Commitments of the channel that is asked about. */
  readonly commitments: number
  /** What the node as a whole remembers. */
  readonly node?: NodeState
}

const policy = createPolicy()

/**
 * Fills a store's file: the channel that is asked about by judging its life, event by event, the rest
 * by rows of the same kind. Nothing waits for the disk, which a store that is opened later does.
 */
export async function fillStore(path: string, keys: Keychain, past: Past): Promise<void> {
  const realm = { fingerprint: keys.fingerprint, network: 'REGTEST' } as const
  const scratch = openScratch({ realm, copy: path })
  try {
    const known = await live(scratch, keys, past.commitments)
    await addChannels(scratch, known, past.channels)
    for (let at = 0; at < past.events; at++) await addEvent(scratch, at)
    const { node } = past
    if (node !== undefined) {
      await scratch.update({ ...nowhere, node: true }, () => ({
        writes: { ...noWrites, node },
        value: undefined,
      }))
    }
  } finally {
    await scratch[Symbol.asyncDispose]()
  }
}

const nowhere: Scope = {
  event: eventId('none'),
  channels: [],
  intents: [],
  fundings: [],
  spends: [],
  node: false,
}

/** Lives the channel's life; what is remembered of it. */
async function live(scratch: Scratch, keys: Keychain, commitments: number): Promise<ChannelState> {
  let at = 0
  for (const request of new LongChannel(keys).life(commitments)) {
    const delivery = deliveryOf(request, at++)
    const facts = recompose(delivery, { network: 'REGTEST', keys, secp256k1: keys.secp256k1 })
    const verdict = await scratch.update(scopeOf(delivery), (view) => {
      const { decision, writes } = judge(policy, facts, view)
      // Its own rows in the ledger are not what is counted.
      const { event: _event, ...rest } = writes
      return { writes: rest, value: decision.verdict }
    })
    if (verdict !== 'sign') throw new Error(`event ${at} of the life was not signed`)
  }
  const scope = { ...nowhere, channelId: channelId('Channel:7') }
  const view = await scratch.update(scope, (seen: View) => ({ writes: noWrites, value: seen }))
  if (view.channelById === undefined) throw new Error('the channel is not remembered')
  return view.channelById
}

/** Channels that differ from a known one in name, path and funding only. */
async function addChannels(scratch: Scratch, known: ChannelState, count: number): Promise<void> {
  const { funding } = known
  if (funding === undefined) throw new Error('the channel has no funding')
  const channels = Array.from({ length: count }, (_, at): ChannelState => {
    const channel = 1_000_000 + at
    const id = txid(new Uint8Array(hashOf(`funding ${at}`)))
    return {
      ...known,
      channel,
      id: channelId(`Channel:${channel}`),
      funding: { ...funding, txid: id },
    }
  })
  await scratch.update(nowhere, () => ({ writes: { channels }, value: undefined }))
}

async function addEvent(scratch: Scratch, at: number): Promise<void> {
  const event = eventId(hashOf(`past event ${at}`).subarray(0, 16).toString('hex'))
  const entry = {
    event,
    bodyHash: hashOf(`body ${at}`),
    kind: 'get-per-commitment-point',
    verdict: 'sign',
    tags: [],
    policyHash: hashOf('policy'),
    receivedAtMs: at,
  } as const
  await scratch.update({ ...nowhere, event }, () => ({
    writes: { ...noWrites, event: entry },
    value: undefined,
  }))
}

function deliveryOf(request: MadeRequest, at: number): Delivery {
  return {
    event: eventId(`life-${at}`),
    bodyHash: hashOf(`life ${at}`),
    timestampMs: 0,
    receivedAtMs: 0,
    entity: 'node:1',
    request,
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
