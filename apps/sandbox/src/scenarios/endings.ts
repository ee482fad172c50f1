import { type Transaction, transactionId } from '@boltwarden/core/bitcoin/transaction'
import { txid } from '@boltwarden/core/bytes'
import type { Chain } from '../chain/chain.ts'
import type { ChannelView } from '../lightning/node/channel-view.ts'
import type { NodeState } from '../lightning/node/lightning-node.ts'
import {
  claimAll,
  expectWallet,
  holdPayments,
  payWell,
  releasePayments,
  walletSats,
} from './parts.ts'
import { expectThat, type Scenario, ScenarioError, type Scene } from './scenario.ts'

async function closed(scene: Scene, by: 'alice' | 'bob'): Promise<void> {
  const { stage, kind } = scene
  const { bob } = stage
  await stage.open(stage.alice(), bob, { kind, pushMsat: 400_000_000n })
  await payWell(stage, 'alice', 100_000_000n)
  const alice = stage.alice()
  await (by === 'alice' ? stage.closeTogether(alice, bob) : stage.closeTogether(bob, alice))
  expectWallet(stage, walletSats - 500_000n, 10_000n)
}

/** 600,000 sat are ours, 40,000 came and are taken by preimage, 30,000 come back by time. */
async function forced(scene: Scene, by: 'alice' | 'bob'): Promise<void> {
  const { stage, kind } = scene
  const { bob } = stage
  const channel = await stage.open(stage.alice(), bob, { kind, pushMsat: 400_000_000n })
  await holdPayments(stage)
  await stage.forceClose(by === 'alice' ? stage.alice() : bob, channel.id)
  stage.alice().received.release()
  await claimAll(stage)
  expectWallet(stage, walletSats - 400_000n + 40_000n, 20_000n)
}

async function cheat({ stage }: Scene, old: NodeState): Promise<void> {
  await stage.disconnect(stage.bob)
  for (const transaction of stage.bob.oldCommitments(old)) {
    expectThat(stage.chain.submit(transaction).ok, 'a revoked commitment in the mempool')
  }
  await claimAll(stage)
  // The whole channel is ours, less fees.
  expectWallet(stage, walletSats, 20_000n)
}

/** A revoked state with a payment in each direction, which were settled afterwards. */
async function punished(scene: Scene): Promise<void> {
  const { stage, kind } = scene
  const { bob } = stage
  await stage.open(stage.alice(), bob, { kind, pushMsat: 400_000_000n })
  await holdPayments(stage)
  const old = bob.save()
  stage.alice().received.release()
  bob.received.release()
  await stage.settle()
  await payWell(stage, 'bob', 50_000_000n)
  await cheat(scene, old)
}

async function punishedWithoutHtlcs(scene: Scene): Promise<void> {
  const { stage, kind } = scene
  const { bob } = stage
  await stage.open(stage.alice(), bob, { kind, pushMsat: 400_000_000n })
  const old = bob.save()
  await payWell(stage, 'bob', 300_000_000n)
  await cheat(scene, old)
}

/** The transaction that ended a channel. */
function commitmentOn(chain: Chain, funding: ChannelView['funding']): Transaction {
  const spend = funding && chain.spend({ txid: txid(funding.txid), vout: funding.vout })
  if (spend === undefined) throw new ScenarioError('expected a channel that is closed')
  return spend.spender.transaction
}

/** Whether a block spends the output of that value. */
function isSpent(chain: Chain, transaction: Transaction, value: bigint): boolean {
  const vout = transaction.outputs.findIndex((output) => output.value === value)
  const spend = chain.spend({ txid: transactionId(transaction), vout })
  return spend?.spender.confirmation !== undefined
}

/** The peer goes back to an old state while our node is away, and takes a payment back by time. */
async function punishedLate(scene: Scene): Promise<void> {
  const { stage, kind } = scene
  const { bob } = stage
  const channel = await stage.open(stage.alice(), bob, { kind, pushMsat: 400_000_000n })
  const held = await holdPayments(stage)
  const old = bob.save()
  await releasePayments(stage, held)
  const away = stage.stopAlice()
  stage.restartBob(old)
  await stage.forceClose(stage.bob, channel.id)
  await stage.mine(1)
  const cheating = commitmentOn(stage.chain, channel.funding)
  await stage.mineUntil('the second stage', () => isSpent(stage.chain, cheating, 40_000n), 130)
  stage.restartAlice(away)
  await claimAll(stage)
  // LDK bids more every 15 blocks, and catches up with all of them at once.
  expectWallet(stage, walletSats, 90_000n)
}

async function reorganised(scene: Scene): Promise<void> {
  const { stage, kind } = scene
  const channel = await stage.open(stage.alice(), stage.bob, { kind, pushMsat: 400_000_000n })
  await stage.forceClose(stage.alice(), channel.id)
  await stage.mine(2)
  expectThat(stage.chain.reorganise({ depth: 2 }).ok, 'another branch of the chain')
  await stage.settle()
  await claimAll(stage)
  expectWallet(stage, walletSats - 400_000n, 20_000n)
}

/** Every way in which a channel ends. */
export const endings: readonly Scenario[] = [
  {
    name: 'close-by-us',
    story: 'We close a channel cooperatively.',
    play: (scene) => closed(scene, 'alice'),
  },
  {
    name: 'close-by-peer',
    story: 'The peer closes a channel cooperatively.',
    play: (scene) => closed(scene, 'bob'),
  },
  {
    name: 'force-close-by-us',
    story:
      'We broadcast our commitment with payments both ways: claims by preimage and by time, second stages, sweeps shown in PSBTs.',
    play: (scene) => forced(scene, 'alice'),
  },
  {
    name: 'force-close-by-us-raw',
    story: 'The same, with sweeps shown raw.',
    sweepForm: 'raw',
    play: (scene) => forced(scene, 'alice'),
  },
  {
    name: 'force-close-by-peer',
    story: 'The peer broadcasts its commitment with payments both ways.',
    play: (scene) => forced(scene, 'bob'),
  },
  {
    name: 'cheat',
    story: 'The peer broadcasts a revoked state, and loses all of it.',
    play: punishedWithoutHtlcs,
  },
  {
    name: 'cheat-with-htlcs',
    story: 'The same with payments both ways in it: HTLC outputs and second stages are taken too.',
    play: punished,
  },
  {
    name: 'cheat-while-we-are-away',
    story:
      'The peer broadcasts a revoked state while our node is down, and takes a payment to the second stage: that is taken too.',
    play: punishedLate,
  },
  {
    name: 'reorganisation',
    story: 'A reorganisation of the chain takes our force close back for a while.',
    play: reorganised,
  },
]
