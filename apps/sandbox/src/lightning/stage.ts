import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { sats } from '@boltwarden/core/units'
import type { Chain } from '../chain/chain.ts'
import { type Environment, machine } from '../environment.ts'
import type { Pairing } from '../pairing/pairing.ts'
import type { Platform } from '../platform/platform.ts'
import { loadLdk } from './ldk/load.ts'
import { createBell } from './node/bell.ts'
import { linkChain } from './node/chain-link.ts'
import type { LightningNode, NodeState } from './node/lightning-node.ts'
import { createNetwork, type Network } from './node/network.ts'
import { type PeerNode, startPeerNode } from './node/peer-node.ts'
import {
  type RemoteNode,
  type RemoteOptions,
  type RemoteState,
  startRemoteNode,
} from './node/remote-node.ts'
import type { Deliver } from './remote-signer/desk.ts'

/** What a stage stands on: a platform that is paired with a running signer, and a chain. */
export type StageOptions = {
  readonly platform: Platform
  readonly pairing: Pairing
  readonly deliver: Deliver
  readonly chain: Chain
  readonly environment?: Environment
  readonly sweepForm?: RemoteOptions['sweepForm']
  readonly tamper?: RemoteOptions['tamper']
  /** The wallets' first coins, in satoshis; 0 for none. */
  readonly walletSats?: bigint
}

/** Our node, its peers, and the network between them. */
export type Stage = Network & {
  /** The node whose keys the signer holds; another object after a restart. */
  readonly alice: () => RemoteNode
  /** The first peer; another object after a restart. */
  readonly bob: PeerNode
  readonly chain: Chain
  /** Starts another peer, whose wallet has coins. */
  readonly addPeer: (name: string) => Promise<PeerNode>
  /** Stops our node; it can be started again from what is returned. */
  readonly stopAlice: () => RemoteState
  /** Starts our node from a state that it saved, by default its last one. */
  readonly restartAlice: (state?: RemoteState) => void
  /** Starts the first peer from a state that it saved, however old: that is how a peer cheats. */
  readonly restartBob: (state: NodeState) => void
  readonly close: () => void
}

const defaultWalletSats = 10_000_000n

/** Starts our node and a peer, pays both wallets, and connects them. */
export async function openStage(options: StageOptions): Promise<Stage> {
  await loadLdk()
  const secp256k1 = await loadSecp256k1('auto')
  const { chain, environment = machine, walletSats = defaultWalletSats } = options
  const bell = createBell()
  const common = { chain: linkChain(chain), bell, environment, feerate: chain.feerate() }
  const startAlice = (saved?: RemoteState) =>
    startRemoteNode({
      ...common,
      name: 'alice',
      platform: options.platform,
      pairing: options.pairing,
      deliver: options.deliver,
      secp256k1,
      ...(options.sweepForm && { sweepForm: options.sweepForm }),
      ...(options.tamper && { tamper: options.tamper }),
      saved,
    })
  const bobSeed = environment.random(32)
  const startPeer = (name: string, seed: Uint8Array, saved?: NodeState) =>
    startPeerNode({ ...common, name, seed, saved })
  const running = { alice: startAlice(), isAway: false, bob: startPeer('bob', bobSeed) }
  const others: PeerNode[] = []
  const network = createNetwork(bell, chain, () => [
    ...(running.isAway ? [] : [running.alice]),
    running.bob,
    ...others,
  ])
  const pay = (node: LightningNode) => {
    if (walletSats > 0n) chain.fund(p2wpkh(node.wallet.newAddress(0).publicKey), sats(walletSats))
  }
  pay(running.alice)
  pay(running.bob)
  await network.mine(1)
  await network.connect(running.alice, running.bob)
  const stopAlice = () => {
    const saved = running.alice.saveAll()
    running.alice.stop()
    running.isAway = true
    return saved
  }
  return {
    ...network,
    alice: () => running.alice,
    get bob() {
      return running.bob
    },
    chain,
    addPeer: async (name) => {
      const peer = startPeer(name, environment.random(32))
      others.push(peer)
      pay(peer)
      await network.mine(1)
      return peer
    },
    stopAlice,
    restartAlice: (state) => {
      running.alice = startAlice(state ?? stopAlice())
      running.isAway = false
    },
    restartBob: (state) => {
      running.bob.stop()
      running.bob = startPeer('bob', bobSeed, state)
    },
    close: () => {
      for (const node of [running.alice, running.bob, ...others]) node.stop()
    },
  }
}
