import { hexToBytes, toHex } from '@boltwarden/core/hex'
import {
  BroadcasterInterface,
  ChannelId,
  type Event,
  type KeysManager,
  Option_C2Tuple_PublicKeyChannelIdZZ,
  type Result_NoneAPIErrorZ,
  Result_NoneAPIErrorZ_Err,
  type SignerProvider,
} from 'lightningdevkit'
import type { Environment } from '../../environment.ts'
import { describeApiError } from '../ldk/api-error.ts'
import { guarded } from '../ldk/guarded.ts'
import type { Journal } from '../ldk/journal.ts'
import type { Wallet, WalletState } from '../wallet/wallet.ts'
import { type Assembly, assemble } from './assembly.ts'
import type { Bell } from './bell.ts'
import { createBumping } from './bumping.ts'
import { followChain } from './chain-following.ts'
import type { ChainFollower, ChainLink } from './chain-link.ts'
import { type ChannelOpening, createOpening, type OpeningTerms } from './channel-opening.ts'
import { type ChannelView, viewChannel } from './channel-view.ts'
import { channelConfig } from './config.ts'
import { createErrands, type Errands } from './errands.ts'
import { createFeeRates, type FeeRates } from './fee-rates.ts'
import { createMonitorStore, type MonitorStates, type MonitorStore } from './monitor-store.ts'
import { NodeError } from './node-error.ts'
import { attend, type Duties, type NodeEvent } from './node-events.ts'
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
import { createSweeping, type Sweep } from './sweeping.ts'

/** What is kept of a node over a restart. */
export type NodeState = {
  readonly manager: Uint8Array
  readonly monitors: MonitorStates
  readonly wallet: WalletState
  readonly held: HeldPayments
  /** The last number that the node gave to a channel. */
  readonly lastUserChannelId: bigint
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
  readonly sweep: Sweep
  readonly saved?: NodeState | undefined
}

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
  const { name, wallet, chain, journal } = parts
  const report = (fault: unknown) => journal.note(`fault: ${String(fault)}`)
  const broadcast = (transactions: readonly Uint8Array[]) => {
    const refusal = chain.broadcast(transactions)
    if (refusal !== undefined) journal.note(`broadcast: ${refusal}`)
  }
  const organs = createOrgans(parts, report, broadcast)
  const { assembly, fees, errands, payments, monitors } = organs
  const received = createReceivedPayments(
    assembly.manager,
    errands,
    parts.preimageOf,
    parts.saved?.held,
  )
  const opening = createOpening(
    { manager: assembly.manager, wallet, chain, fees, errands, note: journal.note },
    parts.saved?.lastUserChannelId,
  )
  const sockets = new Set<Socket>()
  const { signerProvider } = parts
  const { logger } = journal
  const sweep = createSweeping({ sweep: parts.sweep, fees, errands, broadcast })
  const bump = createBumping({ wallet, signerProvider, logger, errands, broadcast, report })
  const pump = startPump(parts, organs, sockets, { received, opening, sweep, bump, report })
  const follower = followChain(assembly, wallet, pump.wake)
  catchUp(chain, wallet, follower, assembly.manager.current_best_block().get_height())
  const unfollow = chain.follow(follower)
  return {
    name,
    id: assembly.nodeId,
    wallet,
    journal,
    fees,
    payments,
    received,
    ...viewsOf(assembly),
    ...commandsOf(assembly, pump, payments),
    propose: (peer, terms) => waking(pump, () => opening.propose(peer, terms)),
    onEvent: (listener) => {
      organs.listeners.add(listener)
    },
    pump,
    errands,
    socketOwner: { peers: assembly.peers, nodeId: assembly.nodeId, wake: pump.wake },
    attach: (socket) => {
      sockets.add(socket)
    },
    isIdle: pump.isIdle,
    disconnect: () => {
      for (const socket of sockets) socket.close()
      sockets.clear()
    },
    save: () => ({
      manager: assembly.manager.write(),
      monitors: monitors.states(),
      wallet: wallet.state(),
      held: received.arrived(),
      lastUserChannelId: opening.last(),
    }),
    stop: () => {
      for (const socket of sockets) socket.close()
      unfollow()
      pump.stop()
    },
  }
}

/** What a node has before anything happens. */
type Organs = {
  readonly assembly: Assembly
  readonly fees: FeeRates
  readonly errands: Errands
  readonly payments: PaymentBook
  readonly monitors: MonitorStore
  readonly listeners: Set<(event: NodeEvent) => void>
}

function createOrgans(
  parts: NodeParts,
  report: (fault: unknown) => void,
  broadcast: (transactions: readonly Uint8Array[]) => void,
): Organs {
  const fees = createFeeRates(parts.feerate)
  const payments = createPaymentBook()
  const monitors = createMonitorStore(report)
  const assembly = assemble({
    identity: parts.identity,
    signerProvider: parts.signerProvider,
    logger: parts.journal.logger,
    fees,
    broadcaster: BroadcasterInterface.new_impl({
      broadcast_transactions: guarded(report, () => undefined, broadcast),
    }),
    monitors,
    config: channelConfig('anchors'),
    chain: parts.chain,
    random: parts.environment.random,
    saved: parts.saved,
  })
  return {
    assembly,
    fees,
    errands: createErrands(report),
    payments,
    monitors,
    listeners: new Set([payments.note]),
  }
}

/** What the pump's events are attended with. */
type Attendants = {
  readonly received: ReceivedPayments
  readonly opening: ChannelOpening
  readonly sweep: Duties['sweep']
  readonly bump: Duties['bump']
  readonly report: (fault: unknown) => void
}

function startPump(
  { bell }: NodeParts,
  { assembly, errands, listeners }: Organs,
  sockets: ReadonlySet<Socket>,
  { received, opening, sweep, bump, report }: Attendants,
): Pump {
  const { manager, monitor } = assembly
  const duties: Duties = {
    acceptChannel: opening.accept,
    fundChannel: opening.fund,
    broadcastFunding: opening.broadcast,
    forwardHtlcs: () => manager.process_pending_htlc_forwards(),
    claimPayment: received.arrive,
    sweep,
    bump,
    tell: (seen) => {
      for (const listener of listeners) listener(seen)
    },
  }
  return createPump({
    assembly: () => assembly,
    sockets: () => [...sockets],
    errands,
    bell,
    report,
    retry: () => {
      manager.signer_unblocked(Option_C2Tuple_PublicKeyChannelIdZZ.constructor_none())
      monitor.signer_unblocked(null)
    },
    onEvent: guarded(
      report,
      () => undefined,
      (event: Event) => attend(event, duties),
    ),
  })
}

type Views = Pick<LightningNode, 'channels' | 'claimableSats' | 'pendingClaims' | 'isConnectedTo'>

function viewsOf({ manager, monitor, peers }: Assembly): Views {
  const balances = () => monitor.get_claimable_balances([])
  return {
    channels: () => manager.list_channels().map(viewChannel),
    claimableSats: () =>
      balances().reduce((sum, balance) => sum + balance.claimable_amount_satoshis(), 0n),
    pendingClaims: () => balances().length,
    isConnectedTo: (peer) =>
      peers.list_peers().some((each) => toHex(each.get_counterparty_node_id()) === peer),
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
