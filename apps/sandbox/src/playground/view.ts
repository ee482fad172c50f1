import { toHex } from '@boltwarden/core/hex'
import type { Chain } from '../chain/chain.ts'
import type { DemoSet } from '../demo/set.ts'
import type { LightningNode } from '../lightning/node/lightning-node.ts'
import { tagsOf } from '../walk/reply.ts'
import { type Delivery, lastAttempt } from '../webhook/delivery.ts'

/** What came of an act. */
export type Note = { readonly sequence: number; readonly ok: boolean; readonly text: string }

/** All that the page shows; amounts are satoshis, far below what a JSON number holds exactly. */
export type View = {
  /** What is being done; null where nothing is. */
  readonly busy: string | null
  /** The newest first. */
  readonly notes: readonly Note[]
  readonly chain: {
    readonly height: number
    readonly mempool: readonly { txid: string; feeSats: number; weight: number }[]
    /** The newest first. */
    readonly blocks: readonly { height: number; transactions: number }[]
  }
  readonly nodes: readonly { name: string; id: string; walletSats: number; claims: number }[]
  readonly channels: readonly {
    id: string
    peer: string
    kind: string
    capacitySats: number
    sendSats: number
    receiveSats: number
    htlcs: number
    isUsable: boolean
  }[]
  /** The newest first. */
  readonly events: readonly {
    sequence: number
    at: string
    subject: string
    verdict: 'answered' | 'refused' | 'unanswered' | 'under way'
    latencyMs: number
    rules: readonly string[]
  }[]
  readonly counts: { readonly events: number; readonly refused: number }
}

const shownEvents = 40
const shownBlocks = 6

/** Reads the view off the nodes, the chain and the platform's record. */
export function viewOf(
  set: DemoSet,
  nodes: readonly LightningNode[],
): Omit<View, 'busy' | 'notes'> {
  const deliveries = set.signer.sandbox.dispatcher.deliveries()
  const names = new Map(nodes.map(({ id, name }) => [id, name]))
  return {
    chain: viewChain(set.chain),
    nodes: nodes.map((node) => ({
      name: node.name,
      id: node.id,
      walletSats: Number(node.wallet.balance()),
      claims: node.pendingClaims() - node.channels().length,
    })),
    channels: set.stage
      .alice()
      .channels()
      .map((channel) => ({
        id: channel.id,
        peer: names.get(channel.peer) ?? channel.peer,
        kind: channel.kind,
        capacitySats: Number(channel.capacitySats),
        sendSats: Number(channel.outboundMsat / 1000n),
        receiveSats: Number(channel.inboundMsat / 1000n),
        htlcs: channel.pendingHtlcs,
        isUsable: channel.isUsable,
      })),
    events: deliveries.slice(-shownEvents).reverse().map(viewEvent),
    counts: {
      events: deliveries.length,
      refused: deliveries.filter((delivery) => verdictOf(delivery) === 'refused').length,
    },
  }
}

function viewChain(chain: Chain): View['chain'] {
  const { height } = chain.tip()
  return {
    height,
    mempool: chain.mempool().map(({ txid, fee, weight }) => ({
      txid: toHex(txid.toReversed()),
      feeSats: Number(fee),
      weight,
    })),
    blocks: Array.from({ length: Math.min(shownBlocks, height) }, (_, back) => ({
      height: height - back,
      transactions: chain.blockAt(height - back)?.transactions.length ?? 0,
    })),
  }
}

function viewEvent(delivery: Delivery): View['events'][number] {
  const last = lastAttempt(delivery)
  return {
    sequence: delivery.sequence,
    at: last?.startedAt.slice(11, 23) ?? '',
    subject: delivery.subject,
    verdict: verdictOf(delivery),
    latencyMs: last?.latencyMs ?? 0,
    rules: tagsOf(last?.reply ?? ''),
  }
}

/** A signing job that is declined is answered with 200 too: the rules tell. */
function verdictOf(delivery: Delivery): View['events'][number]['verdict'] {
  if (delivery.outcome === 'under-way') return 'under way'
  if (delivery.outcome === 'unanswered') return 'unanswered'
  const isRefused =
    delivery.outcome === 'refused' || tagsOf(lastAttempt(delivery)?.reply ?? '').length > 0
  return isRefused ? 'refused' : 'answered'
}
