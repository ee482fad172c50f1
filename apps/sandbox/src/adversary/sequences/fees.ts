import { commitmentNumber, feeratePerKw } from '@boltwarden/core/units'
import type { Balances } from '../../channel/commitment.ts'
import { askCommitment, exchange, type LiveChannel } from '../../walk/asks/exchange.ts'
import { askPreimage } from '../../walk/asks/invoice-asks.ts'
import { receiveHtlc, settleHtlc } from '../../walk/chapters/inbound.ts'
import type { Sequence } from '../stage/attack.ts'
import { type ChannelPlan, htlc, live, withHtlcs } from '../stage/channels.ts'
import type { Stage } from '../stage/stage.ts'
import { failed, fulfilled } from './payments.ts'

/** The next commitment of each side, at another feerate. */
function stepped(
  stage: Stage,
  channel: LiveChannel,
  satPerKw: number,
  balances: Balances = channel.balances,
): Promise<LiveChannel> {
  const terms = { ...channel.terms, feerate: feeratePerKw(satPerKw) }
  return exchange(stage, { ...channel, terms }, terms.opener, balances)
}

/** Feerates up and down with payments of every size under way, near the end of our balance. */
async function busyFees(stage: Stage, plan: ChannelPlan): Promise<void> {
  let at = await live(stage, plan)
  const most = at.balances.holderMsat / 1000n - 60_000n
  const [large, small, dust] = [
    htlc(stage, 'holder', most, 'large'),
    htlc(stage, 'holder', 4_000n, 'small'),
    htlc(stage, 'holder', 300n, 'dust'),
  ]
  const [inbound, crumb] = [
    htlc(stage, 'counterparty', 4_500n, 'inbound'),
    htlc(stage, 'counterparty', 310n, 'crumb'),
  ]
  at = await stepped(stage, at, 2_500, withHtlcs(at.balances, large, inbound))
  at = await stepped(stage, at, 12_000, withHtlcs(at.balances, small, crumb))
  at = await stepped(stage, at, 300, withHtlcs(at.balances, dust))
  at = await stepped(stage, at, 9_000)
  at = await stepped(stage, at, 1_000, failed(at.balances, large))
  at = await stepped(stage, at, 5_000, fulfilled(at.balances, small))
  at = await stepped(stage, at, 700, failed(fulfilled(at.balances, dust), crumb))
  await stepped(stage, at, 2_000, fulfilled(at.balances, inbound))
}

/** Feerates up and down while small payments come in, and some go back. */
async function receivingFees(stage: Stage, plan: ChannelPlan): Promise<void> {
  let at = await live(stage, plan)
  const crumb = htlc(stage, 'counterparty', 300n, 'crumb')
  at = await stepped(stage, at, 6_000, withHtlcs(at.balances, crumb))
  at = await stepped(stage, at, 400)
  at = await stepped(stage, at, 3_000, failed(at.balances, crumb))
  at = await settleHtlc(stage, await receiveHtlc(stage, at, 4_000n))
  at = await stepped(stage, at, 15_000)
  await stepped(stage, at, 500)
}

/** Honest fees. */
export const fees: readonly Sequence[] = [
  {
    name: 'fees-of-their-busy-channel',
    story:
      'The other side pays; the feerate changes with large, small and dust payments under way.',
    play: (stage) => busyFees(stage, {}),
  },
  {
    name: 'fees-of-our-busy-channel',
    story: 'The same where we pay.',
    play: (stage) => busyFees(stage, { opener: 'holder', holderSats: 600_000n }),
  },
  {
    name: 'fees-of-their-busy-anchor-channel',
    story: 'The same with anchors where the other side pays.',
    play: (stage) => busyFees(stage, { type: 'anchors' }),
  },
  {
    name: 'fees-of-our-busy-anchor-channel',
    story: 'The same with anchors where we pay.',
    play: (stage) => busyFees(stage, { type: 'anchors', opener: 'holder', holderSats: 600_000n }),
  },
  {
    name: 'fees-of-a-node-that-only-receives',
    story: 'A node that never pays takes small payments while feerates change; dust goes back.',
    policy: 'receive-only',
    play: (stage) => receivingFees(stage, {}),
  },
  {
    name: 'fees-of-a-node-that-only-receives-with-anchors',
    story: 'The same with anchors, on a channel that the other side gave us nothing in.',
    policy: 'receive-only',
    play: (stage) => receivingFees(stage, { type: 'anchors', holderSats: 0n }),
  },
  {
    name: 'preimage-given-and-the-feerate-outgrows-it',
    story:
      'Between its preimage and its end a payment to us becomes too small for an output, because the feerate rises.',
    play: async (stage) => {
      const channel = await receiveHtlc(stage, await live(stage), 6_000n)
      await askPreimage(stage, channel.invoice)
      const at = await stepped(stage, channel, 9_000)
      const settled = await settleHtlc(stage, { ...at, invoice: channel.invoice })
      const { terms, number, balances } = await stepped(stage, settled, 1_000)
      await askCommitment(stage, terms, commitmentNumber(number), balances)
    },
  },
]
