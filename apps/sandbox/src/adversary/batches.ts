import { toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import { closingJob } from '../channel/claims.ts'
import { commitmentJob, htlcJobs } from '../channel/commitment.ts'
import type { JobDraft } from '../channel/job.ts'
import { askPoint } from '../walk/asks/commitment-asks.ts'
import type { LiveChannel } from '../walk/asks/exchange.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { destinationAddress } from '../walk/player.ts'
import type { Attack } from './stage/attack.ts'
import { goOn, htlc, live, ours, shifted, theirs, withHtlcs } from './stage/channels.ts'
import { output, thiefScript } from './stage/forge.ts'
import { coldStorage, ownerLimits } from './stage/owner-limits.ts'
import { signing } from './stage/requests.ts'
import type { Stage } from './stage/stage.ts'
import { all, moneyAbove, signed } from './stage/target.ts'
import { coin, consolidation, spending, walletFee } from './stage/wallet.ts'

const twice = [
  'policy-commitment-retry-same',
  'policy-commitment-locktime',
  'policy-lightspark-batch',
]

/** One event with jobs that are fair one by one, and together are not. */
function together(
  words: Omit<Attack, 'play'>,
  draftsOf: (
    stage: Stage,
    channel: LiveChannel,
  ) => Promise<{ readonly asked: readonly JobDraft[]; readonly both: readonly JobDraft[] }>,
): Attack {
  return {
    ...words,
    play: async (stage) => {
      const channel = await live(stage)
      const { asked, both } = await draftsOf(stage, channel)
      return {
        requests: [signing(stage, channel.terms.channelId, asked)],
        target: all(...both.map((each) => signed(each))),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** A commitment with a payment under way, with its HTLC jobs. */
function withPayment(stage: Stage, channel: LiveChannel, name: string, at = channel.number + 1) {
  const balances = withHtlcs(channel.balances, htlc(stage, 'counterparty', 25_000n, name))
  const commitment = theirs(stage, channel, { balances, number: at })
  return [commitmentJob(channel.terms, commitment), ...htlcJobs(channel.terms, commitment)]
}

/** Withdrawals of the wallet in one event. */
function withdrawals(
  words: Omit<Attack, 'play'>,
  draftsOf: (stage: Stage) => Promise<readonly JobDraft[]>,
  limitSats: bigint,
  each: bigint,
): Attack {
  return {
    ...words,
    play: async (stage) => {
      const { id } = stage.context.node
      const drafts = await draftsOf(stage)
      const own = consolidation(stage, [coin(stage, 2, 900_000n)])
      return {
        requests: [signing(stage, id, drafts)],
        target: moneyAbove(
          limitSats,
          drafts.map((draft) => ({ draft, sats: each })),
        ),
        goOn: () => askSignatures(stage, id, 'a payment to itself', own),
      }
    },
  }
}

export const batches: readonly Attack[] = [
  together(
    {
      name: 'two-versions-in-one-event',
      story: 'One event asks for two commitments of one number.',
      expectedTags: twice,
      prize: 'signatures of two commitments with one number',
    },
    async (stage, channel) => {
      const [a, b] = [withPayment(stage, channel, 'a'), withPayment(stage, channel, 'b')]
      return { asked: [...a, ...b], both: [...a.slice(0, 1), ...b.slice(0, 1)] }
    },
  ),
  together(
    {
      name: 'two-numbers-in-one-event',
      story: 'One event asks for the next commitment and for the one after it.',
      expectedTags: [...twice, 'policy-commitment-previous-revoked'],
      prize: 'signatures of two commitments of which neither is revoked',
    },
    async (stage, channel) => {
      const at = channel.number
      const a = withPayment(stage, channel, 'a', at + 1)
      const b = withPayment(stage, channel, 'a', at + 2)
      return { asked: [...a, ...b], both: [...a.slice(0, 1), ...b.slice(0, 1)] }
    },
  ),
  together(
    {
      name: 'payment-signed-by-two-jobs',
      story:
        'One payment of ours has two jobs, so that it counts twice; our balance falls by both, and the other side keeps one.',
      expectedTags: ['policy-lightspark-batch', 'policy-routing-deltas-only-htlc'],
      prize: 'the signature of a commitment that takes our money',
    },
    async (stage, channel) => {
      const paid = withHtlcs(channel.balances, htlc(stage, 'holder', 60_000n))
      const commitment = theirs(stage, channel, { balances: shifted(paid, -60_000n) })
      const job = commitmentJob(channel.terms, commitment)
      const htlcs = htlcJobs(channel.terms, commitment)
      return { asked: [job, ...htlcs, ...htlcs], both: [job] }
    },
  ),
  together(
    {
      name: 'close-beside-a-payment',
      story: 'One event offers a payment of ours and closes the channel as if it were not there.',
      expectedTags: ['policy-mutual-no-pending-htlcs', 'policy-mutual-value-matches-commitment'],
      prize: 'the signatures of a close and of a commitment that contradict each other',
    },
    async (stage, channel) => {
      const { terms } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'holder', 120_000n))
      const commitment = theirs(stage, channel, { balances })
      const paid = [commitmentJob(terms, commitment), ...htlcJobs(terms, commitment)]
      const less = shifted(channel.balances, -120_000n)
      const close = closingJob(terms, less, destinationAddress(stage.pairing, 0), sats(600n))
      return { asked: [...paid, close], both: [...paid.slice(0, 1), close] }
    },
  ),
  together(
    {
      name: 'both-sides-in-one-event',
      story:
        "One event asks for our commitment, to broadcast it, and for the counterparty's next with less for us.",
      expectedTags: ['policy-routing-deltas-only-htlc'],
      prize: 'the signature of a commitment that takes our money',
    },
    async (stage, channel) => {
      const { terms } = channel
      const { point } = await askPoint(stage, terms, channel.number)
      const own = commitmentJob(terms, ours(stage, channel, point))
      const balances = shifted(channel.balances, -90_000n)
      const theft = commitmentJob(terms, theirs(stage, channel, { balances }))
      return { asked: [own, theft], both: [theft] }
    },
  ),
  withdrawals(
    {
      name: 'withdrawals-in-one-event',
      story: 'One event has six withdrawals, each below the hourly limit.',
      expectedTags: ['policy-velocity-funding'],
      prize: 'signatures of withdrawals above the hourly limit',
      policy: 'limits',
    },
    async (stage) =>
      ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name) =>
        spending(
          stage,
          [coin(stage, 1, 180_000n + walletFee, name)],
          [output(180_000n, coldStorage)],
        ),
      ),
    ownerLimits.hourlyOnchainSats,
    180_000n,
  ),
  withdrawals(
    {
      name: 'withdrawal-intent-twice-in-one-event',
      story: 'One event has two withdrawals, of two coins, for one announcement.',
      expectedTags: ['policy-lightspark-withdrawal-intent', 'policy-onchain-no-unknown-outputs'],
      prize: 'the signatures of two withdrawals for one announcement',
      policy: 'intents',
    },
    async (stage) => {
      const script = toHex(thiefScript(stage))
      await stage.owner.announce({ kind: 'withdrawal', script, amountSats: 70_000n })
      return ['a', 'b'].flatMap((name) =>
        spending(
          stage,
          [coin(stage, 1, 70_000n + walletFee, name)],
          [output(70_000n, thiefScript(stage))],
        ),
      )
    },
    70_000n,
    70_000n,
  ),
  withdrawals(
    {
      name: 'announced-amount-in-two-outputs',
      story: 'One withdrawal pays the announced amount twice, in two outputs to the same address.',
      expectedTags: ['policy-lightspark-withdrawal-intent', 'policy-onchain-no-unknown-outputs'],
      prize: 'the signature of a withdrawal of twice what was announced',
      policy: 'intents',
    },
    async (stage) => {
      const to = thiefScript(stage)
      await stage.owner.announce({ kind: 'withdrawal', script: toHex(to), amountSats: 70_000n })
      const twice = [output(70_000n, to), output(70_000n, to)]
      return spending(stage, [coin(stage, 1, 140_000n + walletFee)], twice)
    },
    70_000n,
    140_000n,
  ),
  withdrawals(
    {
      name: 'second-output-beside-an-announced-one',
      story: 'Beside the announced output stands a larger one, to an address of the thief.',
      expectedTags: ['policy-lightspark-withdrawal-intent', 'policy-onchain-no-unknown-outputs'],
      prize: 'the signature of a withdrawal with an output that was not announced',
      policy: 'intents',
    },
    async (stage) => {
      const amountSats = 30_000n
      await stage.owner.announce({ kind: 'withdrawal', script: toHex(coldStorage), amountSats })
      const outputs = [output(amountSats, coldStorage), output(400_000n, thiefScript(stage))]
      return spending(stage, [coin(stage, 1, 430_000n + walletFee)], outputs)
    },
    30_000n,
    430_000n,
  ),
]
