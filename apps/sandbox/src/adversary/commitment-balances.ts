import { commitmentNumber, feeratePerKw } from '@boltwarden/core/units'
import { type Balances, commitmentJob, htlcJobs } from '../channel/commitment.ts'
import { askCommitment, exchange } from '../walk/asks/exchange.ts'
import { askPreimage } from '../walk/asks/invoice-asks.ts'
import { receiveHtlc } from '../walk/chapters/inbound.ts'
import type { Attack } from './stage/attack.ts'
import {
  agreed,
  type ChannelPlan,
  fundingDraft,
  goOn,
  htlc,
  live,
  opened,
  shifted,
  theirs,
  withHtlcs,
} from './stage/channels.ts'
import { changedBy, commitmentWith, output, thiefScript } from './stage/forge.ts'
import { forgedCommitment } from './stage/forged-commitment.ts'
import { revealed, signing } from './stage/requests.ts'
import { all, signed } from './stage/target.ts'

const deltas = ['policy-routing-deltas-only-htlc']
const noBalance = [...deltas, 'policy-commitment-countersignatory-pubkey']
const stolen = 'the signature of a commitment that takes our money'

/** The fee of one commitment rises at our cost, and falls in the next one to their profit. */
function feeKept(words: Pick<Attack, 'name' | 'story'>, plan: ChannelPlan): Attack {
  return {
    ...words,
    expectedTags: deltas,
    prize: 'the signature of a commitment in which the fee that we paid is theirs',
    play: async (stage) => {
      const channel = await live(stage, plan)
      const other = await live(stage, plan)
      const { terms, number } = channel
      const dear = 50_000n
      const charged = commitmentWith(terms, theirs(stage, channel), (each) =>
        changedBy(each, each.kind === 'to-remote' ? -dear : 0n),
      )
      const kept = commitmentWith(terms, theirs(stage, channel, { number: number + 2 }), (each) =>
        changedBy(each, each.kind === 'to-remote' ? -dear : dear),
      )
      return {
        requests: [
          signing(stage, terms.channelId, [charged]),
          revealed(stage, terms, number),
          signing(stage, terms.channelId, [kept]),
        ],
        target: signed(kept),
        goOn: goOn(stage, other),
      }
    },
  }
}

/** An HTLC of 60,000 sat to us whose preimage we gave, and a next commitment that does not pay it. */
function unsettled(
  words: Pick<Attack, 'name' | 'story'>,
  next: (balances: Balances) => Balances,
): Attack {
  return {
    ...words,
    expectedTags: deltas,
    prize: 'the signature of a commitment that takes a payment back from us',
    play: async (stage) => {
      const channel = await receiveHtlc(stage, await opened(stage), 60_000n)
      await askPreimage(stage, channel.invoice)
      const { terms, balances } = channel
      const commitment = theirs(stage, channel, { balances: next(balances) })
      const forged = commitmentJob(terms, commitment)
      const holderMsat = balances.holderMsat + channel.invoice.amountMsat
      return {
        requests: [signing(stage, terms.channelId, [forged, ...htlcJobs(terms, commitment)])],
        target: signed(forged),
        goOn: goOn(stage, { ...channel, balances: { ...balances, holderMsat, htlcs: [] } }),
      }
    },
  }
}

export const commitmentBalances: readonly Attack[] = [
  forgedCommitment({
    name: 'commitment-without-our-balance',
    story:
      'Our output is left out of the next commitment, and what it held is added to the other side.',
    expectedTags: noBalance,
    prize: stolen,
    forge: (stage, channel) => [
      commitmentWith(channel.terms, theirs(stage, channel), (each) =>
        each.kind === 'to-remote' ? undefined : changedBy(each, 300_000n),
      ),
    ],
  }),
  forgedCommitment({
    name: 'commitment-with-dust-for-us',
    story: 'Our output is there, but dust; the rest of it has moved to the other side.',
    expectedTags: deltas,
    prize: stolen,
    forge: (stage, channel) => [
      commitmentWith(channel.terms, theirs(stage, channel), (each) =>
        changedBy(each, each.kind === 'to-remote' ? -299_600n : 299_600n),
      ),
    ],
  }),
  forgedCommitment({
    name: 'dust-for-us-rest-to-the-thief',
    story: 'Output 0 pays us dust, to please who looks only there; the rest goes to the thief.',
    expectedTags: [...deltas, 'policy-commitment-no-unrecognized-outputs'],
    prize: stolen,
    forge: (stage, channel) => [
      commitmentWith(channel.terms, theirs(stage, channel), (each) =>
        each.kind === 'to-remote'
          ? output(400n, each.scriptPubKey)
          : output(999_000n, thiefScript(stage)),
      ),
    ],
  }),
  forgedCommitment({
    name: 'balance-falls-without-a-payment',
    story: 'Our balance falls by 50,000 sat, with no payment under way that would explain it.',
    expectedTags: deltas,
    prize: stolen,
    forge: (stage, channel) => {
      const balances = shifted(channel.balances, -50_000n)
      return [commitmentJob(channel.terms, theirs(stage, channel, { balances }))]
    },
  }),
  forgedCommitment({
    name: 'balance-falls-to-miners',
    story: 'Our balance falls by 100,000 sat; nobody gets them but miners.',
    expectedTags: [...deltas, 'policy-commitment-fee-range'],
    prize: 'the signature of a commitment that burns our money',
    forge: (stage, channel) => [
      commitmentWith(channel.terms, theirs(stage, channel), (each) =>
        changedBy(each, each.kind === 'to-remote' ? -100_000n : 0n),
      ),
    ],
  }),
  forgedCommitment({
    name: 'payment-charged-twice',
    story:
      'A payment of ours of 50,000 sat is settled, and our balance falls by as much once more.',
    expectedTags: deltas,
    prize: stolen,
    before: (stage, channel) =>
      exchange(
        stage,
        channel,
        'holder',
        withHtlcs(channel.balances, htlc(stage, 'holder', 50_000n)),
      ),
    forge: (stage, channel) => {
      const { holderMsat, counterpartyMsat } = channel.balances
      const balances = {
        holderMsat: holderMsat - 50_000_000n,
        counterpartyMsat: counterpartyMsat + 100_000_000n,
        htlcs: [],
      }
      return [commitmentJob(channel.terms, theirs(stage, channel, { balances }))]
    },
  }),
  forgedCommitment({
    name: 'incoming-payment-paid-by-us',
    story: 'An HTLC to us appears, but its money is taken from our own balance.',
    expectedTags: deltas,
    prize: stolen,
    forge: (stage, channel) => {
      const incoming = htlc(stage, 'counterparty', 80_000n)
      const balances = { ...shifted(channel.balances, -80_000n), htlcs: [incoming] }
      const taken = { ...balances, counterpartyMsat: channel.balances.counterpartyMsat }
      const commitment = theirs(stage, channel, { balances: taken })
      return [commitmentJob(channel.terms, commitment)]
    },
  }),
  forgedCommitment({
    name: 'feerate-robbery',
    story:
      'On a channel that we pay the fees of, the feerate rises until most of our money is fee.',
    expectedTags: ['policy-commitment-fee-range'],
    prize: 'the signature of a commitment whose fee is most of our money',
    channel: { opener: 'holder' },
    forge: (stage, channel) => {
      const terms = { ...channel.terms, feerate: feeratePerKw(1_000_000) }
      return [commitmentJob(terms, theirs(stage, channel, { terms }))]
    },
  }),
  forgedCommitment({
    name: 'feerate-below-relay',
    story: 'The feerate falls to 10 sat: our commitment could never be broadcast.',
    expectedTags: ['policy-commitment-fee-range'],
    prize: 'the signature of a commitment that no node relays',
    channel: { opener: 'holder', holderSats: 600_000n },
    forge: (stage, channel) => {
      const terms = { ...channel.terms, feerate: feeratePerKw(10) }
      return [commitmentJob(terms, theirs(stage, channel, { terms }))]
    },
  }),
  feeKept(
    {
      name: 'fee-charged-to-us-and-kept-by-them',
      story:
        'On a channel that the other side pays the fees of, a higher fee is taken from us; when it falls again, the other side keeps it.',
    },
    {},
  ),
  feeKept(
    {
      name: 'fee-of-ours-kept-by-them',
      story:
        'We pay a higher fee for a while; when it falls again, the other side gets what it was.',
    },
    { opener: 'holder', holderSats: 600_000n },
  ),
  unsettled(
    {
      name: 'settled-payment-not-credited',
      story:
        'We give a preimage; in the next commitment the payment is gone and our balance is as before.',
    },
    ({ holderMsat, counterpartyMsat }) => ({
      holderMsat,
      counterpartyMsat: counterpartyMsat + 60_000_000n,
      htlcs: [],
    }),
  ),
  unsettled(
    {
      name: 'settled-payment-credited-in-part',
      story: 'We give a preimage; the next commitment pays us 10,000 sat less than the payment.',
    },
    ({ holderMsat, counterpartyMsat }) => ({
      holderMsat: holderMsat + 50_000_000n,
      counterpartyMsat: counterpartyMsat + 10_000_000n,
      htlcs: [],
    }),
  ),
  unsettled(
    {
      name: 'settled-payment-swapped-for-another',
      story:
        'We give a preimage; in the next commitment another HTLC of that hash stands in its place, which expires at once.',
    },
    ({ htlcs, ...balances }) => ({
      ...balances,
      htlcs: htlcs.map((each) => ({ ...each, cltvExpiry: each.cltvExpiry - 60 })),
    }),
  ),
  {
    name: 'fee-of-ours-kept-little-by-little',
    story:
      'The fee that we pay falls a little, and the other side gets 600 sat of it, as if we had paid them, on a node that never pays.',
    expectedTags: deltas,
    prize: stolen,
    policy: 'receive-only',
    play: async (stage) => {
      const first = await live(stage, { opener: 'holder' })
      const dear = { ...first, terms: { ...first.terms, feerate: feeratePerKw(20_000) } }
      const channel = await exchange(stage, dear, 'holder', dear.balances)
      const cheaper = { ...channel.terms, feerate: feeratePerKw(19_000) }
      const balances = shifted(channel.balances, -600n)
      const forged = commitmentJob(cheaper, theirs(stage, channel, { balances, terms: cheaper }))
      return {
        requests: [signing(stage, channel.terms.channelId, [forged])],
        target: signed(forged),
        goOn: goOn(stage, channel),
      }
    },
  },
  {
    name: 'commitment-0-gives-all-away',
    story: 'We fund a channel whose first commitment pays everything to the other side.',
    expectedTags: [
      'policy-commitment-initial-funding-value',
      'policy-onchain-output-match-commitment',
    ],
    prize: 'the funding signature of a channel that is not ours any more',
    play: async (stage) => {
      const channel = await agreed(stage, { opener: 'holder' })
      const { terms, balances } = channel
      const nothing = shifted(balances, -1_000_000n)
      const cheap = {
        ...terms,
        opener: 'counterparty' as const,
        obscuringFactor: terms.obscuringFactor,
      }
      const commitment = theirs(stage, channel, { number: 0, balances: nothing, terms: cheap })
      const [taken, funding] = [commitmentJob(terms, commitment), fundingDraft(stage, terms)]
      return {
        requests: [
          signing(stage, terms.channelId, [taken]),
          signing(stage, stage.context.node.id, [funding]),
        ],
        target: all(signed(taken), signed(funding)),
        goOn: async () => {
          const other = await agreed(stage)
          await askCommitment(stage, other.terms, commitmentNumber(0), other.balances)
        },
      }
    },
  },
]
