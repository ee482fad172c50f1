import { type Bell, WaitError, waitUntil } from './bell.ts'
import type { OpeningTerms } from './channel-opening.ts'
import type { ChannelView } from './channel-view.ts'
import { fundingDepth } from './config.ts'
import type { LightningNode } from './lightning-node.ts'
import { NodeError } from './node-error.ts'
import type { InvoicingNode } from './peer-node.ts'
import { connectSockets } from './socket.ts'

/** What mines. */
export type Miner = {
  /** Mines blocks with all that is in the mempool. */
  readonly mine: (blocks: number) => void
}

/** How a payment ended. */
export type Outcome = {
  readonly hash: string
  readonly state: 'sent' | 'failed'
  readonly reason?: string | undefined
}

/** A few nodes, their connections, and what they do with each other. */
export type Network = {
  readonly bell: Bell
  readonly connect: (caller: LightningNode, called: LightningNode) => Promise<void>
  /** Cuts all connections of a node, and waits until both ends know. */
  readonly disconnect: (node: LightningNode) => Promise<void>
  /** Opens a channel, confirms it and waits until both sides use it. */
  readonly open: (
    opener: LightningNode,
    other: LightningNode,
    terms: Partial<OpeningTerms>,
  ) => Promise<ChannelView>
  /** Pays a new invoice of the payee's, and waits until it is settled on both sides. */
  readonly pay: (payer: LightningNode, payee: InvoicingNode, amountMsat: bigint) => Promise<Outcome>
  /** Closes all channels of a node with another cooperatively, and waits for the money. */
  readonly closeTogether: (closer: LightningNode, other: LightningNode) => Promise<void>
  /** Mines, and waits until nobody has anything to do. */
  readonly mine: (blocks: number) => Promise<void>
  /**
   * Closes a channel with the closer's own commitment, while the peer is away: a peer that heard of
   * it would broadcast its own, and the faster of the two would count.
   */
  readonly forceClose: (closer: LightningNode, channelId: string) => Promise<void>
  /** Mines block by block until a condition holds. */
  readonly mineUntil: (what: string, holds: () => boolean, atMost?: number) => Promise<void>
  /** A channel as a node sees it now. */
  readonly channel: (node: LightningNode, id: string) => ChannelView
  /** Waits until no node has anything to do and no signer is waited for. */
  readonly settle: () => Promise<void>
  /** Waits for a condition. */
  readonly until: <T>(what: string, look: () => T | undefined, patienceMs?: number) => Promise<T>
}

/** More than the delays and expiries of a force close take together. */
const mostBlocks = 600

/** How long everything may take to come to rest, in milliseconds. */
const settlingMs = 30_000

/** The network of some nodes that share a bell and a chain; `nodes` may change as nodes restart. */
export function createNetwork(
  bell: Bell,
  miner: Miner,
  nodes: () => readonly LightningNode[],
): Network {
  const until: Network['until'] = (what, look, patienceMs) =>
    waitUntil(bell, { what, look, patienceMs, explain: () => explain(nodes()) })
  const settle = async () => {
    await until(
      'rest',
      () => (nodes().every((node) => node.isIdle()) ? true : undefined),
      settlingMs,
    )
  }
  const mine = async (blocks: number) => {
    for (let left = blocks; left > 0; left--) {
      miner.mine(1)
      await settle()
    }
  }
  return {
    bell,
    until,
    settle,
    mine,
    forceClose: async (closer, channelId) => {
      closer.disconnect()
      await settle()
      closer.forceClose(channelOf(closer, channelId))
      await settle()
    },
    mineUntil: async (what, holds, atMost = mostBlocks) => {
      for (let mined = 0; !holds(); mined++) {
        if (mined === atMost) throw new WaitError(`${what} did not come in ${atMost} blocks`)
        await mine(1)
      }
    },
    channel: channelOf,
    connect: async (caller, called) => {
      const { outbound, inbound } = connectSockets(caller.socketOwner, called.socketOwner)
      caller.attach(outbound)
      called.attach(inbound)
      await until('a connection', () => (caller.isConnectedTo(called.id) ? true : undefined))
      await settle()
    },
    disconnect: async (node) => {
      node.disconnect()
      await settle()
    },
    open: async (opener, other, terms) => {
      const { capacitySats = 1_000_000n, kind = 'anchors', pushMsat = 0n } = terms
      const number = opener.propose(other.id, { capacitySats, kind, pushMsat })
      const find = () => opener.channels().find(({ userChannelId }) => userChannelId === number)
      await settle()
      await mine(fundingDepth)
      return until('a usable channel', () => {
        const channel = find()
        const theirs = other.channels().find(({ id }) => id === channel?.id)
        return channel?.isUsable && theirs?.isUsable ? channel : undefined
      })
    },
    closeTogether: async (closer, other) => {
      for (const channel of closer.channels()) if (channel.peer === other.id) closer.close(channel)
      await settle()
      await until('the end of the channels', () =>
        closer.channels().some(({ peer }) => peer === other.id) ? undefined : true,
      )
      // Both sides take a payment for final under six blocks; what they sweep needs one more.
      await mine(7)
    },
    pay: async (payer, payee, amountMsat) => {
      const hash = payer.send(await payee.createInvoice({ amountMsat }))
      const outcome = await until('an end of a payment', () => {
        const payment = payer.payments.get(hash)
        if (payment === undefined || payment.state === 'pending') return undefined
        if (payment.state === 'sent') return payee.payments.isClaimed(hash) ? payment : undefined
        return payment
      })
      await settle()
      return outcome.state === 'sent'
        ? { hash, state: 'sent' }
        : { hash, state: 'failed', reason: outcome.reason }
    },
  }
}

function channelOf(node: LightningNode, id: string): ChannelView {
  const found = node.channels().find((each) => each.id === id)
  if (found === undefined) throw new NodeError(`${node.name} has no channel ${id}`)
  return found
}

function explain(nodes: readonly LightningNode[]): string {
  return nodes
    .map((node) =>
      [
        `${node.name}:`,
        ...node.journal
          .lines()
          .slice(-25)
          .map((line) => line.slice(0, 240)),
      ].join('\n  '),
    )
    .join('\n')
}
