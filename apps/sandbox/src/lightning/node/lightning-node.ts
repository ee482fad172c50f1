import { hexToBytes, toHex } from '@boltwarden/core/hex'
import {
  BroadcasterInterface,
  ChannelId,
  type KeysManager,
  Option_C2Tuple_PublicKeyChannelIdZZ,
  type Result_NoneAPIErrorZ,
  Result_NoneAPIErrorZ_Err,
  type SignerProvider,
  type SpendableOutputDescriptor,
} from 'lightningdevkit'
import type { Environment } from '../../environment.ts'
import { describeApiError } from '../ldk/api-error.ts'
import type { Journal } from '../ldk/journal.ts'
import type { Wallet, WalletPlaces } from '../wallet/wallet.ts'
import { type Assembly, assemble } from './assembly.ts'
import type { Bell } from './bell.ts'
import { createBumping } from './bumping.ts'
import { followChain } from './chain-following.ts'
import type { ChainFollower, ChainLink } from './chain-link.ts'
import { createOpening, type OpeningTerms } from './channel-opening.ts'
import { type ChannelView, viewChannel } from './channel-view.ts'
import { channelConfig } from './config.ts'
import { createErrands, type Errands } from './errands.ts'
import { createFeeRates, type FeeRates } from './fee-rates.ts'
import { createMonitorStore, type MonitorStates } from './monitor-store.ts'
import { NodeError } from './node-error.ts'
import { attend, type NodeEvent } from './node-events.ts'
import { createPaymentBook, type PaymentBook } from './payment-book.ts'
import { createInvoice, type InvoiceTerms, sendPayment } from './payments.ts'
import { createPump, type Pump } from './pump.ts'
import {
  createReceivedPayments,
  type HeldPayments,
  type PreimageOf,
  type ReceivedPayments,
} from './received-payments.ts'
import type { Socket, SocketOwner } from './socket.ts'

/** What is kept of a node over a restart. */
export type NodeState = {
  readonly manager: Uint8Array
  readonly monitors: MonitorStates
  readonly wallet: WalletPlaces
  readonly held: HeldPayments
}

/** What a node is made of. */
export type NodeParts = {
  readonly name: string
  /** 32 bytes: identity and entropy of the node itself. */
  readonly identity: KeysManager
  readonly signerProvider: SignerProvider
  readonly wallet: Wallet
  readonly chain: ChainLink
  readonly bell: Bell
  readonly environment: Environment
  readonly journal: Journal
  /** Satoshis per 1000 weight. */
  readonly feerate: number
  readonly preimageOf: PreimageOf
  /** Spends an output that is the node's now; undefined while a signature is awaited. */
  readonly sweep: (descriptor: SpendableOutputDescriptor, feerate: number) => Sweeping
  readonly saved?: NodeState | undefined
}

/** An attempt at a sweep, repeated until it gives the signed transaction. */
export type Sweeping = () => Uint8Array | undefined

/** A Lightning node, whoever holds its keys. */
export type LightningNode = {
  readonly name: string
  /** Compressed, hex. */
  readonly id: string
  readonly wallet: Wallet
  readonly journal: Journal
  readonly fees: FeeRates
  readonly payments: PaymentBook
  readonly received: ReceivedPayments
  readonly channels: () => readonly ChannelView[]
  readonly propose: (peer: string, terms: OpeningTerms) => bigint
  readonly invoice: (terms: InvoiceTerms) => string
  /** Begins to pay. @returns the payment hash, hex. */
  readonly send: (invoice: string) => string
  readonly close: (channel: ChannelView) => void
  readonly forceClose: (channel: ChannelView) => void
  /** What LDK does once a minute: an opener proposes a new feerate here. */
  readonly tick: () => void
  /** What would come to the wallet from channels, closing or open, in satoshis. */
  readonly claimableSats: () => bigint
  /** Outputs and HTLCs of closing and open channels that are not the wallet's yet. */
  readonly pendingClaims: () => number
  readonly onEvent: (listener: (event: NodeEvent) => void) => void
  readonly pump: Pump
  readonly errands: Errands
  readonly socketOwner: SocketOwner
  readonly attach: (socket: Socket) => void
  /** Whether nothing is to be done, and nobody is waited for. */
  readonly isIdle: () => boolean
  readonly isConnectedTo: (peer: string) => boolean
  /** Cuts all connections. */
  readonly disconnect: () => void
  readonly save: () => NodeState
  readonly stop: () => void
}

/** Starts a node at the chain's tip, or at the height where it was saved. */
export function startNode(parts: NodeParts): LightningNode {
  const { name, wallet, chain, journal, bell } = parts
  const report = (fault: unknown) => journal.note(`fault: ${String(fault)}`)
  const fees = createFeeRates(parts.feerate)
  const errands = createErrands(report)
  const listeners = new Set<(event: NodeEvent) => void>()
  const payments = createPaymentBook()
  listeners.add(payments.note)
  const broadcast = (transactions: readonly Uint8Array[]) => {
    const refusal = chain.broadcast(transactions)
    if (refusal !== undefined) journal.note(`broadcast: ${refusal}`)
  }
  const broadcaster = BroadcasterInterface.new_impl({
    broadcast_transactions: (transactions) => broadcast(transactions),
  })
  const monitors = createMonitorStore(report)
  const assembly = assemble({
    identity: parts.identity,
    signerProvider: parts.signerProvider,
    logger: journal.logger,
    fees,
    broadcaster,
    monitors,
    config: channelConfig('anchors'),
    tip: chain.tip(),
    random: parts.environment.random,
    saved: parts.saved,
  })
  const { manager, monitor, peers } = assembly
  const received = createReceivedPayments(manager, errands, parts.preimageOf, parts.saved?.held)
  const opening = createOpening(
    { manager, wallet, chain, fees, errands, note: journal.note },
    BigInt(manager.list_channels().length),
  )
  const sockets = new Set<Socket>()
  const bump = createBumping({
    wallet,
    signerProvider: parts.signerProvider,
    logger: journal.logger,
    errands,
    broadcast,
    report,
  })
  const pump = createPump({
    assembly: () => assembly,
    sockets: () => [...sockets],
    errands,
    bell,
    report,
    retry: () => {
      manager.signer_unblocked(Option_C2Tuple_PublicKeyChannelIdZZ.constructor_none())
      monitor.signer_unblocked(null)
    },
    onEvent: (event) =>
      attend(event, {
        acceptChannel: opening.accept,
        fundChannel: opening.fund,
        broadcastFunding: opening.broadcast,
        forwardHtlcs: () => manager.process_pending_htlc_forwards(),
        claimPayment: received.arrive,
        sweep: (outputs) => {
          for (const output of outputs) sweepLater(output)
        },
        bump,
        tell: (seen) => {
          for (const listener of listeners) listener(seen)
        },
      }),
  })
  const sweepLater = (output: SpendableOutputDescriptor) => {
    const attempt = parts.sweep(output, fees.current())
    errands.add(() => {
      const signed = attempt()
      if (signed !== undefined) broadcast([signed])
      return signed !== undefined
    })
  }
  const follower = followChain(assembly, wallet, pump.wake)
  catchUp(chain, wallet, follower, manager.current_best_block().get_height())
  const unfollow = chain.follow(follower)
  return {
    name,
    id: assembly.nodeId,
    wallet,
    journal,
    fees,
    payments,
    received,
    channels: () => manager.list_channels().map(viewChannel),
    ...commandsOf(assembly, pump, payments),
    propose: (peer, terms) => waking(pump, () => opening.propose(peer, terms)),
    claimableSats: () =>
      monitor
        .get_claimable_balances([])
        .reduce((sum, balance) => sum + balance.claimable_amount_satoshis(), 0n),
    pendingClaims: () => monitor.get_claimable_balances([]).length,
    onEvent: (listener) => {
      listeners.add(listener)
    },
    pump,
    errands,
    socketOwner: { peers, nodeId: assembly.nodeId, wake: pump.wake },
    attach: (socket) => {
      sockets.add(socket)
    },
    isIdle: pump.isIdle,
    isConnectedTo: (peer) =>
      peers.list_peers().some((each) => toHex(each.get_counterparty_node_id()) === peer),
    disconnect: () => {
      for (const socket of sockets) socket.close()
      sockets.clear()
    },
    save: () => ({
      manager: manager.write(),
      monitors: monitors.states(),
      wallet: wallet.places(),
      held: received.arrived(),
    }),
    stop: () => {
      for (const socket of sockets) socket.close()
      unfollow()
      pump.stop()
    },
  }
}

/** Shows a node what it missed: the wallet all blocks, LDK those above the last it has seen. */
function catchUp(chain: ChainLink, wallet: Wallet, follower: ChainFollower, seen: number): void {
  for (const block of chain.blocksAbove(0)) {
    if (block.height > seen) follower.connected(block)
    else wallet.coins.connect(block.height, block.transactions)
  }
}

type Commands = Pick<LightningNode, 'invoice' | 'send' | 'close' | 'forceClose' | 'tick'>

function commandsOf({ manager }: Assembly, pump: Pump, payments: PaymentBook): Commands {
  const addressed = (channel: ChannelView) =>
    [ChannelId.constructor_new(hexToBytes(channel.id)), hexToBytes(channel.peer)] as const
  return {
    invoice: (terms) => createInvoice(manager, terms),
    send: (invoice) =>
      waking(pump, () => {
        const hash = sendPayment(manager, invoice)
        payments.begin(hash)
        return hash
      }),
    close: (channel) =>
      waking(pump, () => demand(manager.close_channel(...addressed(channel)), 'closed')),
    forceClose: (channel) =>
      waking(pump, () => {
        const [id, peer] = addressed(channel)
        const why = 'closed by hand'
        demand(manager.force_close_broadcasting_latest_txn(id, peer, why), 'force-closed')
      }),
    tick: () => waking(pump, () => manager.timer_tick_occurred()),
  }
}

function demand(result: Result_NoneAPIErrorZ, what: string): void {
  if (result instanceof Result_NoneAPIErrorZ_Err) {
    throw new NodeError(`the channel is not ${what}: ${describeApiError(result.err)}`)
  }
}

/** Does something with LDK, and lets the node go on with what follows. */
function waking<T>(pump: Pump, work: () => T): T {
  try {
    return work()
  } finally {
    pump.wake()
  }
}
