import { commitmentNumber, feeratePerKw } from '@boltwarden/core/units'
import { commitmentJob, htlcJobs } from '../../channel/commitment.ts'
import { askPoint, askRelease, tellSecret } from '../../walk/asks/commitment-asks.ts'
import { askCommitment, exchange, type LiveChannel } from '../../walk/asks/exchange.ts'
import { askPreimage } from '../../walk/asks/invoice-asks.ts'
import { askSignatures } from '../../walk/asks/signing-asks.ts'
import { receiveHtlc, settleHtlc } from '../../walk/chapters/inbound.ts'
import type { Sequence } from '../stage/attack.ts'
import { htlc, live, opened, ours, withHtlcs } from '../stage/channels.ts'
import type { Stage } from '../stage/stage.ts'
import { failed, fulfilled } from './payments.ts'

/** The holder gives the secret of its commitment, and the point after the next. */
async function revokeOurs(stage: Stage, { terms }: LiveChannel, number: number): Promise<void> {
  await askPoint(stage, terms, number + 2)
  await askRelease(stage, terms, number)
}

/** Each event is delivered twice, as when the answer to the first call is lost. */
function echoing(stage: Stage): Stage {
  const { dispatcher } = stage.context
  const deliver: typeof dispatcher.deliver = async (event, options) => {
    await dispatcher.deliver(event, options)
    return dispatcher.deliver(event, options)
  }
  return { ...stage, context: { ...stage.context, dispatcher: { ...dispatcher, deliver } } }
}

/** Traffic that is honest and looks odd. */
export const oddTurns: readonly Sequence[] = [
  {
    name: 'every-event-twice',
    story: 'Every call is made twice with the same bytes: opening, payments and their preimages.',
    play: async (stage) => {
      const echo = echoing(stage)
      const channel = await live(echo, { opener: 'holder', holderSats: 900_000n })
      const received = await settleHtlc(echo, await receiveHtlc(echo, channel, 40_000n))
      await exchange(echo, received, 'holder', received.balances)
    },
  },
  {
    name: 'we-run-ahead',
    story: 'The other side changes its mind three times before we sign for it once.',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number, balances } = channel
      for (const ahead of [0, 1, 2]) await revokeOurs(stage, channel, number + ahead)
      await askCommitment(stage, terms, commitmentNumber(number + 1), balances)
      await tellSecret(stage, terms, number)
      await askCommitment(stage, terms, commitmentNumber(number + 2), balances)
    },
  },
  {
    name: 'they-run-ahead',
    story: 'We sign three commitments of the other side before it signs one of ours.',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number, balances } = channel
      for (const ahead of [0, 1, 2]) {
        await askCommitment(stage, terms, commitmentNumber(number + ahead + 1), balances)
        await tellSecret(stage, terms, commitmentNumber(number + ahead))
      }
      await revokeOurs(stage, channel, number)
    },
  },
  {
    name: 'payment-trimmed-by-the-feerate',
    story: 'A payment of ours loses its output when the feerate rises, and gets it back later.',
    play: async (stage) => {
      const channel = await live(stage)
      const out = htlc(stage, 'holder', 2_000n)
      const under = withHtlcs(channel.balances, out)
      let at = await exchange(stage, channel, 'holder', under)
      for (const feerate of [5_000, 1_000]) {
        const terms = { ...at.terms, feerate: feeratePerKw(feerate) }
        at = await exchange(stage, { ...at, terms }, 'counterparty', under)
      }
      await exchange(stage, at, 'counterparty', failed(under, out))
    },
  },
  {
    name: 'balance-that-turns-to-dust',
    story:
      'We pay nearly all that we have; what is left is too little for an output, until more comes.',
    play: async (stage) => {
      const channel = await live(stage, { holderSats: 20_000n })
      const out = htlc(stage, 'holder', 19_800n)
      const under = withHtlcs(channel.balances, out)
      const offered = await exchange(stage, channel, 'holder', under)
      const paid = await exchange(stage, offered, 'counterparty', fulfilled(under, out))
      const received = await settleHtlc(stage, await receiveHtlc(stage, paid, 30_000n))
      await exchange(stage, received, 'holder', received.balances)
    },
  },
  {
    name: 'all-of-it-under-way',
    story: 'A payment of all that we have is under way, fails, and everything comes back.',
    play: async (stage) => {
      const channel = await live(stage, { type: 'anchors' })
      const out = htlc(stage, 'holder', 300_000n)
      const under = withHtlcs(channel.balances, out)
      const offered = await exchange(stage, channel, 'holder', under)
      const back = await exchange(stage, offered, 'counterparty', failed(under, out))
      await exchange(stage, back, 'holder', back.balances)
    },
  },
  {
    name: 'thirty-payments-under-way',
    story: 'Fifteen payments each way are under way at once, and all come through.',
    play: async (stage) => {
      const channel = await live(stage, { type: 'anchors' })
      const of = (side: 'holder' | 'counterparty') =>
        Array.from({ length: 15 }, (_, i) => htlc(stage, side, 3_000n + BigInt(i), `${side}/${i}`))
      const all = [...of('holder'), ...of('counterparty')]
      const under = withHtlcs(channel.balances, ...all)
      const offered = await exchange(stage, channel, 'holder', under)
      const sent = all.filter(({ offeredBy }) => offeredBy === 'holder')
      const back = all.filter(({ offeredBy }) => offeredBy === 'counterparty')
      const settled = back.reduce(failed, sent.reduce(fulfilled, under))
      await exchange(stage, offered, 'counterparty', settled)
    },
  },
  {
    name: 'broadcast-between-two-commitments',
    story:
      'The counterparty has our signature for a settled payment, we have not its own: our older commitment, with the payment in it, is broadcast.',
    play: async (stage) => {
      const channel = await receiveHtlc(stage, await live(stage), 60_000n)
      const { terms, number, balances, invoice } = channel
      await askPreimage(stage, invoice)
      const settled = {
        ...balances,
        holderMsat: balances.holderMsat + invoice.amountMsat,
        htlcs: [],
      }
      await askCommitment(stage, terms, commitmentNumber(number + 1), settled)
      const { point } = await askPoint(stage, terms, number)
      const own = ours(stage, channel, point)
      const { channelId } = terms
      await askSignatures(stage, channelId, 'our older commitment', [commitmentJob(terms, own)])
      await askSignatures(stage, channelId, 'its second stage', htlcJobs(terms, own))
    },
  },
  {
    name: 'broadcast-with-nothing-ours',
    story: 'A channel in which we have nothing is closed by force, by us.',
    play: async (stage) => {
      const channel = await opened(stage, { holderSats: 0n })
      const { terms, number } = channel
      const { point } = await askPoint(stage, terms, number)
      const own = commitmentJob(terms, ours(stage, channel, point))
      await askSignatures(stage, terms.channelId, 'our own commitment', [own])
    },
  },
  {
    name: 'broadcast-of-all-ours',
    story: 'A channel of ours in which everything is ours is closed by force, and asked for twice.',
    play: async (stage) => {
      const channel = await live(stage, { opener: 'holder' })
      const { terms, number } = channel
      const { point } = await askPoint(stage, terms, number)
      const own = commitmentJob(terms, ours(stage, channel, point))
      await askSignatures(stage, terms.channelId, 'our own commitment', [own])
      await askSignatures(stage, terms.channelId, 'our own commitment again', [own])
    },
  },
]
