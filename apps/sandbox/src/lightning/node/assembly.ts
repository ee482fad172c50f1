import { toHex } from '@boltwarden/core/hex'
import {
  BestBlock,
  type BroadcasterInterface,
  ChainMonitor,
  ChainParameters,
  ChannelManager,
  type ChannelMonitor,
  DefaultMessageRouter,
  DefaultRouter,
  IgnoringMessageHandler,
  type KeysManager,
  type Logger,
  MultiThreadedLockableScore,
  Network,
  NetworkGraph,
  Option_FilterZ,
  PeerManager,
  ProbabilisticScorer,
  ProbabilisticScoringDecayParameters,
  ProbabilisticScoringFeeParameters,
  Result_C2Tuple_ThirtyTwoBytesChannelManagerZDecodeErrorZ_OK,
  Result_C2Tuple_ThirtyTwoBytesChannelMonitorZDecodeErrorZ_OK,
  type SignerProvider,
  type UserConfig,
  UtilMethods,
} from 'lightningdevkit'
import { LdkError } from '../ldk/ldk-error.ts'
import { type ChainLink, transactionsOf } from './chain-link.ts'
import type { FeeRates } from './fee-rates.ts'
import type { MonitorStates, MonitorStore } from './monitor-store.ts'

/** What a node's LDK objects are made of. */
export type AssemblyParts = {
  /** Identity and entropy: the node's own, and of no use to take money. */
  readonly identity: KeysManager
  readonly signerProvider: SignerProvider
  readonly logger: Logger
  readonly fees: FeeRates
  readonly broadcaster: BroadcasterInterface
  readonly monitors: MonitorStore
  readonly config: UserConfig
  readonly chain: ChainLink
  readonly random: (length: number) => Uint8Array
  /** From before a restart. */
  readonly saved?: { readonly manager: Uint8Array; readonly monitors: MonitorStates } | undefined
}

/** The LDK objects of one node. */
export type Assembly = {
  readonly manager: ChannelManager
  readonly monitor: ChainMonitor
  readonly peers: PeerManager
  /** Compressed, hex. */
  readonly nodeId: string
}

/** Puts a node together, new or from what was saved. */
export function assemble(parts: AssemblyParts): Assembly {
  const { identity, logger } = parts
  const tip = parts.chain.tip()
  const monitor = ChainMonitor.constructor_new(
    Option_FilterZ.constructor_none(),
    parts.broadcaster,
    logger,
    parts.fees.estimator,
    parts.monitors.persist,
  )
  const routers = createRouters(parts)
  const manager = parts.saved
    ? restoreManager(parts, parts.saved, monitor, routers)
    : ChannelManager.constructor_new(
        parts.fees.estimator,
        monitor.as_Watch(),
        parts.broadcaster,
        routers.router.as_Router(),
        routers.messages.as_MessageRouter(),
        logger,
        identity.as_EntropySource(),
        identity.as_NodeSigner(),
        parts.signerProvider,
        parts.config,
        ChainParameters.constructor_new(
          Network.LDKNetwork_Regtest,
          BestBlock.constructor_new(tip.hash, tip.height),
        ),
        tip.time,
      )
  const ignoring = IgnoringMessageHandler.constructor_new()
  const peers = PeerManager.constructor_new(
    manager.as_ChannelMessageHandler(),
    ignoring.as_RoutingMessageHandler(),
    ignoring.as_OnionMessageHandler(),
    ignoring.as_CustomMessageHandler(),
    tip.time,
    parts.random(32),
    logger,
    identity.as_NodeSigner(),
  )
  return { manager, monitor, peers, nodeId: toHex(manager.get_our_node_id()) }
}

type Routers = { readonly router: DefaultRouter; readonly messages: DefaultMessageRouter }

/** Channels are private, so there is no gossip: routes come from own channels and invoices. */
function createRouters({ identity, logger, random: _random }: AssemblyParts): Routers {
  const graph = NetworkGraph.constructor_new(Network.LDKNetwork_Regtest, logger)
  const scorer = MultiThreadedLockableScore.constructor_new(
    ProbabilisticScorer.constructor_new(
      ProbabilisticScoringDecayParameters.constructor_default(),
      graph,
      logger,
    ).as_Score(),
  )
  const entropy = identity.as_EntropySource()
  return {
    router: DefaultRouter.constructor_new(
      graph,
      logger,
      entropy,
      scorer.as_LockableScore(),
      ProbabilisticScoringFeeParameters.constructor_default(),
    ),
    messages: DefaultMessageRouter.constructor_new(graph, entropy),
  }
}

function restoreManager(
  parts: AssemblyParts,
  saved: { readonly manager: Uint8Array; readonly monitors: MonitorStates },
  monitor: ChainMonitor,
  { router, messages }: Routers,
): ChannelManager {
  const { identity, signerProvider } = parts
  const entropy = identity.as_EntropySource()
  const monitors = [...saved.monitors.values()].map((bytes) => {
    const read = UtilMethods.constructor_C2Tuple_ThirtyTwoBytesChannelMonitorZ_read(
      bytes,
      entropy,
      signerProvider,
    )
    if (read instanceof Result_C2Tuple_ThirtyTwoBytesChannelMonitorZDecodeErrorZ_OK) {
      return read.res.get_b()
    }
    throw new LdkError('a saved monitor cannot be read')
  })
  const read = UtilMethods.constructor_C2Tuple_ThirtyTwoBytesChannelManagerZ_read(
    saved.manager,
    entropy,
    identity.as_NodeSigner(),
    signerProvider,
    parts.fees.estimator,
    monitor.as_Watch(),
    parts.broadcaster,
    router.as_Router(),
    messages.as_MessageRouter(),
    parts.logger,
    parts.config,
    monitors,
  )
  if (!(read instanceof Result_C2Tuple_ThirtyTwoBytesChannelManagerZDecodeErrorZ_OK)) {
    throw new LdkError('the saved state of the node cannot be read')
  }
  const manager = read.res.get_b()
  const watch = monitor.as_Watch()
  for (const each of monitors) {
    catchUpMonitor(parts, each, manager.current_best_block().get_height())
    watch.watch_channel(each.get_funding_txo().get_a(), each)
  }
  return manager
}

/** Shows a monitor the blocks that the manager has seen: LDK asks to keep it only once in a few. */
function catchUpMonitor(parts: AssemblyParts, monitor: ChannelMonitor, height: number): void {
  for (const block of parts.chain.blocksAbove(monitor.current_best_block().get_height())) {
    if (block.height > height) return
    monitor.block_connected(
      block.header,
      transactionsOf(block),
      block.height,
      parts.broadcaster,
      parts.fees.estimator,
      parts.logger,
    )
  }
}
