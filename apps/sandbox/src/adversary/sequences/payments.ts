import { type CommitmentNumber, commitmentNumber, feeratePerKw } from '@boltwarden/core/units'
import type { Balances, Htlc } from '../../channel/commitment.ts'
import { askPoint, askRelease, tellSecret } from '../../walk/asks/commitment-asks.ts'
import { askCommitment, exchange, type LiveChannel } from '../../walk/asks/exchange.ts'
import { askPaymentHash, askPaymentHashAgain, askPreimage } from '../../walk/asks/invoice-asks.ts'
import { receiveHtlc, settleHtlc } from '../../walk/chapters/inbound.ts'
import type { Sequence } from '../stage/attack.ts'
import { type ChannelPlan, htlc, live, opened, withHtlcs } from '../stage/channels.ts'
import type { Stage } from '../stage/stage.ts'

/** What the balances are once a payment has arrived at the other end of the channel. */
export function fulfilled(balances: Balances, done: Htlc): Balances {
  const { offeredBy, amountMsat } = done
  return {
    holderMsat: balances.holderMsat + (offeredBy === 'counterparty' ? amountMsat : 0n),
    counterpartyMsat: balances.counterpartyMsat + (offeredBy === 'holder' ? amountMsat : 0n),
    htlcs: balances.htlcs.filter((each) => each !== done),
  }
}

/** What the balances are once a payment has gone back to who offered it. */
export function failed(balances: Balances, done: Htlc): Balances {
  const { offeredBy, amountMsat } = done
  return {
    holderMsat: balances.holderMsat + (offeredBy === 'holder' ? amountMsat : 0n),
    counterpartyMsat: balances.counterpartyMsat + (offeredBy === 'counterparty' ? amountMsat : 0n),
    htlcs: balances.htlcs.filter((each) => each !== done),
  }
}

/** A payment of ours, out and settled. */
async function pay(stage: Stage, channel: LiveChannel, sats: bigint): Promise<LiveChannel> {
  const out = htlc(stage, 'holder', sats, `out/${channel.number}`)
  const balances = withHtlcs(channel.balances, out)
  const offered = await exchange(stage, channel, 'holder', balances)
  return exchange(stage, offered, 'counterparty', fulfilled(balances, out))
}

async function bothWays(stage: Stage, plan: ChannelPlan): Promise<LiveChannel> {
  const channel = await live(stage, plan)
  const received = await settleHtlc(stage, await receiveHtlc(stage, channel, 50_000n))
  const paid = await pay(stage, received, 30_000n)
  return settleHtlc(stage, await receiveHtlc(stage, paid, 10_000n))
}

/** The channel of the other type of feerate. */
function withFeerate(channel: LiveChannel, satPerKw: number): LiveChannel {
  return { ...channel, terms: { ...channel.terms, feerate: feeratePerKw(satPerKw) } }
}

async function feerates(stage: Stage, plan: ChannelPlan): Promise<LiveChannel> {
  let channel = await live(stage, plan)
  for (const feerate of [2_500, 5_000, 800]) {
    const next = withFeerate(channel, feerate)
    channel = await exchange(stage, next, plan.opener ?? 'counterparty', next.balances)
  }
  return pay(stage, channel, 20_000n)
}

/** Payments of every kind. */
export const payments: readonly Sequence[] = [
  {
    name: 'payments-of-a-node-that-only-receives',
    story: 'Payments in, on a node whose owner has said that it never pays.',
    policy: 'receive-only',
    play: async (stage) => {
      const channel = await live(stage, { holderSats: 0n })
      const received = await settleHtlc(stage, await receiveHtlc(stage, channel, 50_000n))
      await settleHtlc(stage, await receiveHtlc(stage, received, 20_000n))
    },
  },
  {
    name: 'payments-both-ways',
    story: 'Payments in and out on a channel without anchors.',
    play: (stage) => bothWays(stage, {}),
  },
  {
    name: 'payments-both-ways-with-anchors',
    story: 'Payments in and out on an anchor channel.',
    play: (stage) => bothWays(stage, { type: 'anchors' }),
  },
  {
    name: 'payments-both-ways-on-our-own-channel',
    story: 'Payments in and out on a channel that we pay the fees of.',
    play: (stage) => bothWays(stage, { opener: 'holder', holderSats: 600_000n }),
  },
  {
    name: 'first-money-of-a-zero-balance',
    story: 'Our balance is zero until a payment arrives; then we spend nearly all of it.',
    play: async (stage) => {
      const channel = await opened(stage, { holderSats: 0n })
      const received = await settleHtlc(stage, await receiveHtlc(stage, channel, 90_000n))
      await pay(stage, received, 85_000n)
    },
  },
  {
    name: 'several-payments-under-way',
    story: 'Three payments in and three out are under way at once and end one by one, some back.',
    play: async (stage) => {
      const channel = await live(stage)
      const ins = [1, 2, 3].map((i) => htlc(stage, 'counterparty', 10_000n * BigInt(i), `in/${i}`))
      const outs = [1, 2, 3].map((i) => htlc(stage, 'holder', 15_000n * BigInt(i), `out/${i}`))
      const first = withHtlcs(channel.balances, ...ins)
      let at = await exchange(stage, channel, 'counterparty', first)
      at = await exchange(stage, at, 'holder', withHtlcs(first, ...outs))
      const steps: readonly (readonly [typeof failed, Htlc])[] = [
        ...outs.map((each, i) => [i === 1 ? failed : fulfilled, each] as const),
        ...ins.map((each) => [failed, each] as const),
      ]
      for (const [end, done] of steps) {
        at = await exchange(stage, at, 'counterparty', end(at.balances, done))
      }
    },
  },
  {
    name: 'one-hash-in-two-payments',
    story: 'A payment in two parts: two HTLCs of one hash arrive and are settled together.',
    play: async (stage) => {
      const channel = await live(stage)
      const invoice = await askPaymentHash(stage, 40_000n)
      const part = (amountSats: bigint): Htlc => ({
        ...htlc(stage, 'counterparty', amountSats),
        paymentHash: invoice.paymentHash,
      })
      const parts = [part(25_000n), part(15_000n)]
      const balances = withHtlcs(channel.balances, ...parts)
      const arrived = await exchange(stage, channel, 'counterparty', balances)
      await askPreimage(stage, invoice)
      const settled = parts.reduce(fulfilled, balances)
      await exchange(stage, arrived, 'holder', settled)
    },
  },
  {
    name: 'payment-forwarded',
    story: 'A payment comes in on one channel and goes on, less our fee, on another.',
    play: async (stage) => {
      const [inbound, outbound] = [await live(stage), await live(stage, { type: 'anchors' })]
      const arriving = htlc(stage, 'counterparty', 60_000n, 'forwarded')
      const leaving = { ...htlc(stage, 'holder', 59_900n, 'forwarded'), cltvExpiry: 840_100 }
      const arrived = withHtlcs(inbound.balances, arriving)
      const left = withHtlcs(outbound.balances, leaving)
      const first = await exchange(stage, inbound, 'counterparty', arrived)
      const second = await exchange(stage, outbound, 'holder', left)
      await exchange(stage, second, 'counterparty', fulfilled(left, leaving))
      await exchange(stage, first, 'holder', fulfilled(arrived, arriving))
    },
  },
  {
    name: 'dust-both-ways',
    story: 'Payments of 300 sat, in and out, which have no output: their money is in the fee.',
    policy: 'dust',
    play: async (stage) => {
      const channel = await live(stage)
      const received = await settleHtlc(stage, await receiveHtlc(stage, channel, 300n))
      await pay(stage, received, 280n)
    },
  },
  {
    name: 'dust-both-ways-with-anchors',
    story: 'The same on an anchor channel.',
    policy: 'dust',
    play: async (stage) => {
      const channel = await live(stage, { type: 'anchors' })
      const received = await settleHtlc(stage, await receiveHtlc(stage, channel, 300n))
      await pay(stage, received, 280n)
    },
  },
  {
    name: 'feerate-of-our-own-channel',
    story: 'We pay the fees of a channel, and the feerate goes up and down.',
    play: (stage) => feerates(stage, { opener: 'holder' }),
  },
  {
    name: 'feerate-of-their-channel',
    story: 'The other side pays the fees of a channel, and the feerate goes up and down.',
    play: (stage) => feerates(stage, { opener: 'counterparty' }),
  },
  {
    name: 'feerate-with-anchors-and-payments',
    story: 'The feerate of our anchor channel goes up while payments are under way.',
    play: async (stage) => {
      const channel = await live(stage, { type: 'anchors', opener: 'holder', holderSats: 700_000n })
      const out = htlc(stage, 'holder', 50_000n)
      const balances = withHtlcs(channel.balances, out)
      const offered = await exchange(stage, channel, 'holder', balances)
      const dearer = withFeerate(offered, 4_000)
      const at = await exchange(stage, dearer, 'holder', balances)
      await exchange(stage, at, 'counterparty', failed(balances, out))
    },
  },
  {
    name: 'retransmission-after-a-reconnect',
    story: 'A connection breaks at the worst moments: commitment, secret and point come once more.',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'holder', 45_000n))
      const next: CommitmentNumber = commitmentNumber(number + 1)
      await askCommitment(stage, terms, next, balances)
      await askCommitment(stage, terms, next, balances)
      await tellSecret(stage, terms, number)
      await askCommitment(stage, terms, next, balances)
      await askPoint(stage, terms, number + 2)
      await askRelease(stage, terms, number)
      await askPoint(stage, terms, number + 2)
      await askRelease(stage, terms, number)
      const at = { terms, number: next, balances }
      await exchange(stage, at, 'counterparty', balances)
    },
  },
  {
    name: 'reveal-after-the-next-commitment',
    story:
      "The counterparty's secret is revealed on its own way and arrives with the next request.",
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number, balances } = channel
      await askCommitment(stage, terms, commitmentNumber(number + 1), balances)
      await Promise.all([
        tellSecret(stage, terms, number),
        askCommitment(stage, terms, commitmentNumber(number + 2), balances),
      ])
    },
  },
  {
    name: 'invoice-hash-asked-twice',
    story: 'The payment hash of an invoice is asked for again; the payment then settles.',
    play: async (stage) => {
      const channel = await live(stage)
      const paid = await receiveHtlc(stage, channel, 12_000n)
      await askPaymentHashAgain(stage, paid.invoice)
      await settleHtlc(stage, paid)
      await askPreimage(stage, paid.invoice)
    },
  },
  {
    name: 'power-cut',
    story: 'The signer is ended by force with a payment under way, and goes on where it was.',
    play: async (stage) => {
      const channel = await receiveHtlc(stage, await live(stage), 35_000n)
      await stage.owner.restart()
      const settled = await settleHtlc(stage, channel)
      const { terms, number, balances } = settled
      await stage.owner.restart()
      await askCommitment(stage, terms, number, balances)
      await pay(stage, settled, 20_000n)
    },
  },
]
