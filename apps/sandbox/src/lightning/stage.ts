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
  /** The wallets' first coins, in satoshis; 0 for none. Nobody is paid again after a restart. */
  readonly walletSats?: bigint
  /** From before a restart of all nodes, on the same chain and platform. */
  readonly saved?: StageState | undefined
}

/** What is kept of all nodes over a restart. */
export type StageState = {
  readonly alice: RemoteState
  /** The first peer first. */
  readonly peers: readonly PeerState[]
}

/** A peer with its seed, 32 bytes, which is worth nothing outside the sandbox. */
type PeerState = { readonly name: string; readonly seed: Uint8Array; readonly node: NodeState }

/** Our node, its peers, and the network between them. */
export type Stage = Network & {
  /** The node whose keys the signer holds; another object after a restart. */
  readonly alice: () => RemoteNode
  /** The first peer; another object after a restart. */
  readonly bob: PeerNode
  readonly chain: Chain
  /** Starts another peer, whose wallet has coins; one that was saved is there already. */
  readonly addPeer: (name: string) => Promise<PeerNode>
  /** Stops our node; it can be started again from what is returned. */
  readonly stopAlice: () => RemoteState
  /** Starts our node from a state that it saved, by default its last one. */
  readonly restartAlice: (state?: RemoteState) => void
  /** Starts the first peer from a state that it saved, however old: that is how a peer cheats. */
  readonly restartBob: (state: NodeState) => void
  /** Whether nobody has anything to do, and nothing is owed to the signer. */
  readonly isAtRest: () => boolean
  /** All nodes; at rest nothing is lost that is not in it. */
  readonly save: () => StageState
  readonly close: () => void
}

const defaultWalletSats = 10_000_000n

/** Starts our node and a peer, pays both wallets, and connects them; or starts all that was saved. */
export async function openStage(options: StageOptions): Promise<Stage> {
  await loadLdk()
  const secp256k1 = await loadSecp256k1('auto')
  const { chain, environment = machine, walletSats = defaultWalletSats, saved } = options
  const bell = createBell()
  const common = { chain: linkChain(chain), bell, environment, feerate: chain.feerate() }
  const startAlice = (state?: RemoteState) =>
    startRemoteNode({
      ...common,
      name: 'alice',
      platform: options.platform,
      pairing: options.pairing,
      deliver: options.deliver,
      secp256k1,
      ...(options.sweepForm && { sweepForm: options.sweepForm }),
      ...(options.tamper && { tamper: options.tamper }),
      saved: state,
    })
  const startPeer = (name: string, seed: Uint8Array, state?: NodeState): StartedPeer => ({
    seed,
    node: startPeerNode({ ...common, name, seed, saved: state }),
  })
  const [first, ...rest] = saved?.peers ?? []
  const running = {
    alice: startAlice(saved?.alice),
    isAway: false,
    bob: startPeer('bob', first?.seed ?? environment.random(32), first?.node),
  }
  const others = rest.map(({ name, seed, node }) => startPeer(name, seed, node))
  const peers = () => [running.bob, ...others]
  const nodesOf = (started: readonly StartedPeer[]) => started.map(({ node }) => node)
  const network = createNetwork(bell, chain, () => [
    ...(running.isAway ? [] : [running.alice]),
    ...nodesOf(peers()),
  ])
  const pay = (node: LightningNode) => {
    if (walletSats > 0n) chain.fund(p2wpkh(node.wallet.newAddress(0).publicKey), sats(walletSats))
  }
  if (saved === undefined) {
    pay(running.alice)
    pay(running.bob.node)
    await network.mine(1)
  }
  for (const peer of nodesOf(peers())) await network.connect(running.alice, peer)
  const stopAlice = () => {
    const state = running.alice.saveAll()
    running.alice.stop()
    running.isAway = true
    return state
  }
  return {
    ...network,
    alice: () => running.alice,
    get bob() {
      return running.bob.node
    },
    chain,
    addPeer: async (name) => {
      const known = others.find(({ node }) => node.name === name)
      if (known !== undefined) return known.node
      const peer = startPeer(name, environment.random(32))
      others.push(peer)
      pay(peer.node)
      await network.mine(1)
      return peer.node
    },
    stopAlice,
    restartAlice: (state) => {
      running.alice = startAlice(state ?? stopAlice())
      running.isAway = false
    },
    restartBob: (state) => {
      running.bob.node.stop()
      running.bob = startPeer('bob', running.bob.seed, state)
    },
    isAtRest: () =>
      [running.alice, ...nodesOf(peers())].every(
        (node) => node.isIdle() && node.errands.left() === 0,
      ) && running.alice.desk.open().every(({ question }) => question.look !== 'accepted'),
    save: () => ({
      alice: running.alice.saveAll(),
      peers: peers().map(({ seed, node }) => ({ name: node.name, seed, node: node.save() })),
    }),
    close: () => {
      for (const node of [running.alice, ...nodesOf(peers())]) node.stop()
    },
  }
}

type StartedPeer = { readonly seed: Uint8Array; readonly node: PeerNode }
