import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { toHex } from '@boltwarden/core/hex'
import { commitmentNumber } from '@boltwarden/core/units'
import { commitmentJob, htlcJobs } from '../channel/commitment.ts'
import { askCommitment, exchange } from '../walk/asks/exchange.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { l1Address } from '../walk/player.ts'
import type { Attack } from './stage/attack.ts'
import {
  agreed,
  fundingDraft,
  goOn,
  hashNamed,
  htlc,
  live,
  theirs,
  withHtlcs,
} from './stage/channels.ts'
import { output, thiefScript } from './stage/forge.ts'
import { type ForgedCommitment, forgedCommitment } from './stage/forged-commitment.ts'
import { onePayment } from './stage/one-payment.ts'
import { coldStorage, ownerLimits } from './stage/owner-limits.ts'
import { signing } from './stage/requests.ts'
import type { Stage } from './stage/stage.ts'
import { all, moneyAbove, signed } from './stage/target.ts'
import { coin, consolidation, spending, walletFee } from './stage/wallet.ts'

const deltas = ['policy-routing-deltas-only-htlc']
const approved = ['policy-commitment-payment-approved', 'policy-commitment-payment-invoiced']
const payment = "the signature of a commitment that pays the thief's invoice"

/** The next commitment with these payments, and its HTLC jobs. */
function paying(
  words: Pick<ForgedCommitment, 'name' | 'story' | 'expectedTags'> & {
    readonly policy: Attack['policy'] & string
    readonly prize?: string
  },
  htlcsOf: (stage: Stage) => Parameters<typeof withHtlcs>[1][],
  before?: (stage: Stage) => Promise<void>,
): Attack {
  const { policy, ...rest } = words
  const attack = forgedCommitment({
    prize: payment,
    ...rest,
    before: async (stage, channel) => {
      await before?.(stage)
      return channel
    },
    forge: (stage, channel) => {
      const balances = withHtlcs(channel.balances, ...htlcsOf(stage))
      const commitment = theirs(stage, channel, { balances })
      return [commitmentJob(channel.terms, commitment), ...htlcJobs(channel.terms, commitment)]
    },
  })
  return { ...attack, policy }
}

/** Our balance falls by 500 sat that stand in the fee, as a payment without an output would. */
function dust(
  policy: Attack['policy'] & string,
  name: string,
  expectedTags: readonly string[],
  story: string,
): Attack {
  const attack = forgedCommitment({
    name,
    story,
    expectedTags,
    prize: 'the signature of a commitment that pays out of sight',
    forge: (stage, channel) => {
      const balances = withHtlcs(channel.balances, htlc(stage, 'holder', 500n))
      return [commitmentJob(channel.terms, theirs(stage, channel, { balances }))]
    },
  })
  return { ...attack, policy }
}

/** Announces the payment whose hash has that name. */
function announcePayment(stage: Stage, name: string, maxAmountSats: bigint): Promise<void> {
  const paymentHash = toHex(hashNamed(stage, name))
  return stage.owner.announce({ kind: 'payment', paymentHash, maxAmountSats })
}

/** A withdrawal of a coin to the thief's address, or another's, with the rest as change. */
function withdrawal(stage: Stage, sats: bigint, name: string, to = thiefScript(stage)) {
  const change = l1Address(stage.pairing, 1, 4)
  const value = 1_000_000n
  const rest = output(value - sats - walletFee, p2wpkh(change.publicKey))
  return spending(stage, [coin(stage, 1, value, name)], [output(sats, to), rest], change.path)
}

function selfPayment(stage: Stage): () => Promise<void> {
  const drafts = consolidation(stage, [coin(stage, 2, 900_000n)])
  return () => askSignatures(stage, stage.context.node.id, 'a payment to itself', drafts)
}

/** Withdrawals of which the last must not be signed. */
function withdrawing(
  words: Pick<Attack, 'name' | 'story' | 'prize'>,
  amounts: { readonly announced?: bigint; readonly honest?: bigint; readonly asked: bigint },
): Attack {
  return {
    ...words,
    policy: 'intents',
    expectedTags: ['policy-lightspark-withdrawal-intent', 'policy-onchain-no-unknown-outputs'],
    play: async (stage) => {
      const { id } = stage.context.node
      const script = toHex(thiefScript(stage))
      const { announced, honest, asked } = amounts
      if (announced !== undefined) {
        await stage.owner.announce({ kind: 'withdrawal', script, amountSats: announced })
      }
      if (honest !== undefined) {
        await askSignatures(stage, id, 'the withdrawal', withdrawal(stage, honest, 'first'))
      }
      const forged = withdrawal(stage, asked, 'second')
      return {
        requests: [signing(stage, id, forged)],
        target: all(...forged.map((each) => signed(each))),
        goOn: selfPayment(stage),
      }
    },
  }
}

export const limits: readonly Attack[] = [
  paying(
    {
      name: 'payment-of-a-node-that-only-receives',
      story: 'The owner has said that the node never pays; it is asked to pay.',
      expectedTags: ['policy-merchant-no-sends'],
      policy: 'receive-only',
    },
    (stage) => [htlc(stage, 'holder', 50_000n)],
  ),
  dust(
    'receive-only',
    'dust-of-a-node-that-only-receives',
    ['policy-merchant-no-sends', ...deltas],
    'The owner has said that the node never pays; its balance falls by payments too small to see.',
  ),
  dust(
    'intents',
    'dust-without-intent',
    [...approved, ...deltas],
    'Payments too small for an output leave without having been announced.',
  ),
  paying(
    {
      name: 'payment-without-intent',
      story:
        "A stolen platform account pays the thief's invoice, of which the owner knows nothing.",
      expectedTags: approved,
      policy: 'intents',
    },
    (stage) => [htlc(stage, 'holder', 50_000n)],
  ),
  paying(
    {
      name: 'payment-above-intent',
      story: 'The owner announced 20,000 sat; the payment is over 80,000.',
      expectedTags: approved,
      policy: 'intents',
    },
    (stage) => [htlc(stage, 'holder', 80_000n, 'announced')],
    (stage) => announcePayment(stage, 'announced', 20_000n),
  ),
  paying(
    {
      name: 'payment-intent-used-twice-at-once',
      story: 'Two payments of the announced amount have the announced hash.',
      expectedTags: approved,
      policy: 'intents',
    },
    (stage) => [
      htlc(stage, 'holder', 20_000n, 'announced'),
      { ...htlc(stage, 'holder', 20_000n, 'announced'), cltvExpiry: 840_200 },
    ],
    (stage) => announcePayment(stage, 'announced', 20_000n),
  ),
  {
    name: 'payment-intent-used-again',
    story: 'The announced payment is made and settled; its hash is used once more.',
    expectedTags: approved,
    prize: payment,
    policy: 'intents',
    play: async (stage) => {
      await announcePayment(stage, 'announced', 20_000n)
      const first = await live(stage)
      const { terms, balances } = first
      const once = withHtlcs(balances, htlc(stage, 'holder', 20_000n, 'announced'))
      const offered = await exchange(stage, first, 'holder', once)
      const counterpartyMsat = once.counterpartyMsat + 20_000_000n
      const settled = { ...once, counterpartyMsat, htlcs: [] }
      const channel = await exchange(stage, offered, 'counterparty', settled)
      const again = withHtlcs(settled, htlc(stage, 'holder', 20_000n, 'announced'))
      const commitment = theirs(stage, channel, { balances: again })
      const forged = commitmentJob(terms, commitment)
      return {
        requests: [signing(stage, terms.channelId, [forged, ...htlcJobs(terms, commitment)])],
        target: signed(forged),
        goOn: goOn(stage, channel),
      }
    },
  },
  withdrawing(
    {
      name: 'withdrawal-without-intent',
      story: 'A stolen platform account withdraws to an address of which the owner knows nothing.',
      prize: 'the signature of a withdrawal to the thief',
    },
    { asked: 100_000n },
  ),
  withdrawing(
    {
      name: 'withdrawal-above-intent',
      story: 'The owner announced 50,000 sat to this address; the withdrawal is over 400,000.',
      prize: 'the signature of a withdrawal of more than was announced',
    },
    { announced: 50_000n, asked: 400_000n },
  ),
  withdrawing(
    {
      name: 'withdrawal-intent-used-again',
      story: 'The announced withdrawal is made; another coin goes the same way.',
      prize: 'the signature of a second withdrawal for one announcement',
    },
    { announced: 50_000n, honest: 50_000n, asked: 50_000n },
  ),
  {
    name: 'withdrawals-in-pieces',
    story: 'Allowed withdrawals, each below the hourly limit, add up to twice as much.',
    expectedTags: ['policy-velocity-funding'],
    prize: 'signatures of withdrawals above the hourly limit',
    policy: 'limits',
    play: async (stage) => {
      const names = ['a', 'b', 'c', 'd', 'e', 'f']
      const pieces = names.flatMap((name) => withdrawal(stage, 180_000n, name, coldStorage))
      const { id } = stage.context.node
      return {
        requests: pieces.map((each) => signing(stage, id, [each])),
        target: moneyAbove(
          ownerLimits.hourlyOnchainSats,
          pieces.map((draft) => ({ draft, sats: 180_000n })),
        ),
        goOn: selfPayment(stage),
      }
    },
  },
  {
    name: 'fees-in-pieces',
    story: 'The wallet pays itself again and again, each time with a fee that is just allowed.',
    expectedTags: ['policy-lightspark-velocity-fees'],
    prize: 'signatures that leave more to miners than the hourly limit',
    policy: 'limits',
    play: async (stage) => {
      const change = p2wpkh(l1Address(stage.pairing, 1, 4).publicKey)
      const names = ['a', 'b', 'c', 'd', 'e', 'f']
      const pieces = names.flatMap((name) =>
        spending(stage, [coin(stage, 1, 500_000n, name)], [output(475_000n, change)]),
      )
      const { id } = stage.context.node
      const other = await live(stage)
      return {
        requests: pieces.map((each) => signing(stage, id, [each])),
        target: moneyAbove(
          ownerLimits.hourlyFeeSats,
          pieces.map((draft) => ({ draft, sats: 25_000n })),
        ),
        goOn: goOn(stage, other),
      }
    },
  },
  {
    name: 'payments-in-pieces',
    story: 'Payments, each below the hourly limit, add up to more on several channels.',
    expectedTags: ['policy-velocity-transferred'],
    prize: 'signatures of payments above the hourly limit',
    policy: 'limits',
    play: async (stage) => {
      const pieces = []
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        pieces.push(await onePayment(stage, 60_000n, name))
      }
      const [channel] = pieces.slice(-1).map((each) => each.channel)
      if (channel === undefined) throw new TypeError('"pieces" expected some')
      return {
        requests: pieces.map(({ request }) => request),
        target: moneyAbove(ownerLimits.hourlyPaymentSats, pieces),
        goOn: goOn(stage, channel),
      }
    },
  },
  paying(
    {
      name: 'more-payments-than-allowed',
      story: 'Six payments are under way at once where the owner allows five.',
      expectedTags: ['policy-commitment-htlc-count-limit'],
      policy: 'limits',
      prize: 'the signature of a commitment with too many payments',
    },
    (stage) => [1, 2, 3, 4, 5, 6].map((each) => htlc(stage, 'counterparty', 5_000n, `${each}`)),
  ),
  paying(
    {
      name: 'more-under-way-than-allowed',
      story: 'Payments of 450,000 sat are under way at once where the owner allows 400,000.',
      expectedTags: ['policy-commitment-htlc-inflight-limit'],
      policy: 'limits',
      prize: 'the signature of a commitment with too much under way',
    },
    (stage) => [
      htlc(stage, 'counterparty', 250_000n, 'a'),
      htlc(stage, 'counterparty', 200_000n, 'b'),
    ],
  ),
  {
    name: 'payments-in-one-commitment',
    story: 'Five payments of one commitment, each below the hourly limit, add up to more.',
    expectedTags: ['policy-velocity-transferred'],
    prize: 'the signature of a commitment with payments above the hourly limit',
    policy: 'limits',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms } = channel
      const five = [1, 2, 3, 4, 5].map((each) => htlc(stage, 'holder', 45_000n, `${each}`))
      const commitment = theirs(stage, channel, { balances: withHtlcs(channel.balances, ...five) })
      const forged = commitmentJob(terms, commitment)
      return {
        requests: [signing(stage, terms.channelId, [forged, ...htlcJobs(terms, commitment)])],
        target: signed(forged),
        goOn: goOn(stage, channel),
      }
    },
  },
  {
    name: 'push-above-the-limit',
    story: 'We fund a channel whose first commitment gives the other side 400,000 sat.',
    expectedTags: [
      'policy-commitment-initial-funding-value',
      'policy-onchain-output-match-commitment',
    ],
    prize: 'the funding signature of a channel that is largely not ours',
    policy: 'limits',
    play: async (stage) => {
      const channel = await agreed(stage, { opener: 'holder', holderSats: 600_000n })
      const { terms } = channel
      const first = commitmentJob(terms, theirs(stage, channel, { number: 0 }))
      const funding = fundingDraft(stage, terms)
      return {
        requests: [
          signing(stage, terms.channelId, [first]),
          signing(stage, stage.context.node.id, [funding]),
        ],
        target: all(signed(first), signed(funding)),
        goOn: async () => {
          const small = await agreed(stage)
          await askCommitment(stage, small.terms, commitmentNumber(0), small.balances)
        },
      }
    },
  },
  {
    name: 'channel-larger-than-allowed',
    story: 'A channel of 3 million sat is opened where the owner allows 2 million.',
    expectedTags: ['policy-funding-max'],
    prize: 'the signature of the first commitment of a channel that is too large',
    policy: 'limits',
    play: async (stage) => {
      const large = await agreed(stage, { capacitySats: 3_000_000n })
      const draft = commitmentJob(large.terms, theirs(stage, large, { number: 0 }))
      return {
        requests: [signing(stage, large.terms.channelId, [draft])],
        target: signed(draft),
        goOn: async () => {
          const small = await agreed(stage)
          await askCommitment(stage, small.terms, commitmentNumber(0), small.balances)
        },
      }
    },
  },
]
