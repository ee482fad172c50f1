import { channelSats, expectWallet, payWell, walletSats } from './parts.ts'
import { expectThat, type Scenario, type Scene } from './scenario.ts'

async function opened(
  { stage, kind }: Scene,
  opener: 'alice' | 'bob',
  pushSats: bigint,
): Promise<void> {
  const { bob } = stage
  const [alice, peer] = [stage.alice(), bob]
  const terms = { kind, pushMsat: pushSats * 1000n }
  const channel = await (opener === 'alice'
    ? stage.open(alice, peer, terms)
    : stage.open(peer, alice, terms))
  expectThat(channel.kind === kind, `a channel with ${kind}`)
  const share = opener === 'alice' ? channelSats - pushSats : pushSats
  if (share > 100_000n) await payWell(stage, 'alice', 20_000_000n)
  if (share < 900_000n) await payWell(stage, 'bob', 30_000_000n)
  const paid = share > 100_000n ? 20_000n : 0n
  const got = share < 900_000n ? 30_000n : 0n
  await stage.closeTogether(stage.alice(), bob)
  const invested = opener === 'alice' ? channelSats : 0n
  expectWallet(stage, walletSats - invested + share - paid + got, 10_000n)
}

/** Channels that are opened, used and closed. */
export const openings: readonly Scenario[] = [
  {
    name: 'open-by-us',
    story: 'We open a channel. Its funding is signed after its first commitment.',
    play: (scene) => opened(scene, 'alice', 0n),
  },
  {
    name: 'open-by-us-with-push',
    story: 'We open a channel and give the peer 400,000 sat in it.',
    play: (scene) => opened(scene, 'alice', 400_000n),
  },
  {
    name: 'open-by-peer',
    story: 'The peer opens a channel in which we have nothing at first.',
    play: (scene) => opened(scene, 'bob', 0n),
  },
  {
    name: 'open-by-peer-with-push',
    story: 'The peer opens a channel and gives us 400,000 sat in it.',
    play: (scene) => opened(scene, 'bob', 400_000n),
  },
]
