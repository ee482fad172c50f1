import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import type { CommitmentOutput } from '@boltwarden/core/bolt3/commitment-transaction'
import type { PublicKey } from '@boltwarden/core/bytes'
import { type CommitmentIndex, commitmentNumber, indexOf } from '@boltwarden/core/units'
import {
  commitmentJob,
  commitmentOf,
  htlcJobs,
  type SideCommitment,
} from '../channel/commitment.ts'
import type { JobDraft } from '../channel/job.ts'
import { askPoint, askRelease } from '../walk/asks/commitment-asks.ts'
import { askCommitment, exchange, type LiveChannel } from '../walk/asks/exchange.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import type { Attack } from './stage/attack.ts'
import { agreed, type ChannelPlan, goOn, htlc, live, ours, withHtlcs } from './stage/channels.ts'
import { changedBy, commitmentWith, output, thiefScript } from './stage/forge.ts'
import { signing } from './stage/requests.ts'
import type { Stage } from './stage/stage.ts'
import { any, signed } from './stage/target.ts'

const revoked = ['policy-commitment-holder-not-revoked']
const prize = 'the signature of a commitment of ours whose secret the other side has'

/** A channel some commitments on, and the point of one of its holder's revoked commitments. */
async function withHistory(stage: Stage, plan: ChannelPlan = {}) {
  const first = await live(stage, plan)
  const channel = await exchange(stage, first, 'counterparty', first.balances)
  const number = commitmentNumber(channel.number - 1)
  const { point } = await askPoint(stage, channel.terms, number)
  return { channel, number, point }
}

/** A revoked commitment of ours, as it was or changed. */
function revokedOne(
  words: Pick<Attack, 'name' | 'story' | 'expectedTags'>,
  forge: (stage: Stage, channel: LiveChannel, old: SideCommitment) => JobDraft,
  plan?: ChannelPlan,
): Attack {
  return {
    prize,
    ...words,
    play: async (stage) => {
      const { channel, number, point } = await withHistory(stage, plan)
      const forged = forge(stage, channel, ours(stage, channel, point, number))
      return {
        requests: [signing(stage, channel.terms.channelId, [forged])],
        target: signed(forged),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** The HTLC transaction of a revoked commitment of ours, whose job lies about the index. */
function revokedSecondStage(
  name: string,
  story: string,
  indexOfJob: (channel: LiveChannel) => CommitmentIndex | undefined,
): Attack {
  return {
    name,
    story,
    expectedTags: [...revoked, 'policy-lightspark-htlc-parent'],
    prize: 'the signature of an HTLC transaction of a revoked commitment',
    play: async (stage) => {
      const { channel, number, point } = await withHistory(stage)
      const { terms } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'holder', 70_000n))
      const index = indexOfJob(channel)
      const old = ours(stage, { ...channel, balances }, point, number)
      const drafts = htlcJobs(terms, old).map(({ index: _true, ...draft }) => ({
        ...draft,
        ...(index !== undefined && { index }),
      }))
      return {
        requests: [signing(stage, terms.channelId, drafts)],
        target: any(...drafts.map((each) => signed(each))),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** The same HTLC transactions, of another commitment with an output of that value. */
function reparented(drafts: readonly JobDraft[], parent: JobDraft): readonly JobDraft[] {
  const txid = transactionId(parent.transaction)
  return drafts.map((draft) => {
    const vout = parent.transaction.outputs.findIndex(({ value }) => value === draft.amount)
    const inputs = draft.transaction.inputs.map((input) => ({ ...input, txid, vout }))
    return { ...draft, transaction: { ...draft.transaction, inputs } }
  })
}

/** Our own last commitment, not revoked, with other outputs; the true one is signed afterwards. */
function forgedBroadcast(
  words: Pick<Attack, 'name' | 'story'>,
  change: (
    each: CommitmentOutput,
    stage: Stage,
  ) => ReturnType<Parameters<typeof commitmentWith>[2]>,
): Attack {
  return {
    ...words,
    expectedTags: broadcastRules,
    prize: 'the signature of a commitment of ours that takes our money',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const { point } = await askPoint(stage, terms, number)
      const own = ours(stage, channel, point)
      const forged = commitmentWith(terms, own, (each) => change(each, stage))
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: () =>
          askSignatures(stage, terms.channelId, 'our own commitment', [commitmentJob(terms, own)]),
      }
    },
  }
}

const broadcastRules = [
  'policy-commitment-no-unrecognized-outputs',
  'policy-commitment-countersignatory-pubkey',
  'policy-commitment-retry-same',
  'policy-routing-deltas-only-htlc',
  'policy-commitment-fee-range',
  'policy-lightspark-holder-commitment',
]

/**
 * The holder has gone ahead, the counterparty's commitment has stayed at 0 without a balance of
 * ours: the next number of the counterparty's is one that we have revoked.
 */
async function lagging(stage: Stage): Promise<{
  readonly channel: LiveChannel
  readonly point: PublicKey
}> {
  const channel = await agreed(stage, { holderSats: 0n })
  const { terms, number, balances } = channel
  await askCommitment(stage, terms, number, balances)
  const { point } = await askPoint(stage, terms, 1)
  for (const at of [0, 1]) {
    await askPoint(stage, terms, at + 2)
    await askRelease(stage, terms, at)
  }
  return { channel, point }
}

/** Our revoked commitment, where the other side has taken our payment key for its own. */
function mirrored(stage: Stage, channel: LiveChannel, old: SideCommitment): SideCommitment {
  const { terms } = channel
  const basepoints = { ...terms.counterparty.basepoints, payment: terms.holder.payment }
  const mirror = { ...terms, counterparty: { ...terms.counterparty, basepoints } }
  const side = { broadcaster: 'holder' as const, number: old.number, point: old.point }
  return commitmentOf(stage.secp256k1, mirror, channel.balances, side)
}

export const holderCommitments: readonly Attack[] = [
  revokedOne(
    {
      name: 'revoked-commitment',
      story: 'Our own commitment is to be signed for broadcast, after its secret was given.',
      expectedTags: revoked,
    },
    (_stage, { terms }, old) => commitmentJob(terms, old),
  ),
  revokedOne(
    {
      name: 'revoked-commitment-with-anchors',
      story: 'The same on an anchor channel.',
      expectedTags: revoked,
    },
    (_stage, { terms }, old) => commitmentJob(terms, old),
    { type: 'anchors' },
  ),
  revokedOne(
    {
      name: 'revoked-commitment-dressed-with-dust',
      story:
        "A dust output to our payment key makes our revoked commitment look like the counterparty's.",
      expectedTags: [...revoked, 'policy-commitment-retry-same', 'policy-commitment-locktime'],
    },
    (_stage, { terms }, old) =>
      commitmentWith(terms, old, (each) =>
        each.kind === 'to-remote' ? [each, output(400n, p2wpkh(terms.holder.payment))] : each,
      ),
  ),
  revokedOne(
    {
      name: 'revoked-commitment-dressed-as-theirs',
      story:
        'The other side took our payment key for its own, so our revoked commitment looks like its own.',
      expectedTags: [...revoked, 'policy-commitment-retry-same', 'policy-commitment-locktime'],
    },
    (stage, channel, old) => commitmentJob(channel.terms, mirrored(stage, channel, old)),
  ),
  forgedBroadcast(
    {
      name: 'broadcast-that-pays-only-them',
      story:
        'Our own commitment is to be broadcast, and pays everything to a plain address of the other side.',
    },
    (each, stage) => (each.kind === 'to-local' ? undefined : output(999_000n, thiefScript(stage))),
  ),
  {
    name: 'broadcast-robbery-behind-an-htlc',
    story:
      "A job with a true HTLC of our own commitment stands beside one whose other outputs are all the thief's.",
    expectedTags: broadcastRules,
    prize: 'the signature of a commitment of ours that takes our money',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const { point } = await askPoint(stage, terms, number)
      const balances = withHtlcs(channel.balances, htlc(stage, 'holder', 10_000n))
      const own = ours(stage, { ...channel, balances }, point)
      const forged = commitmentWith(terms, own, (each) => {
        if (each.kind === 'htlc') return each
        return each.kind === 'to-local' ? undefined : output(980_000n, thiefScript(stage))
      })
      const honest = commitmentJob(terms, ours(stage, channel, point))
      return {
        requests: [
          signing(stage, terms.channelId, [forged, ...reparented(htlcJobs(terms, own), forged)]),
        ],
        target: signed(forged),
        goOn: () => askSignatures(stage, terms.channelId, 'our own commitment', [honest]),
      }
    },
  },
  forgedBroadcast(
    {
      name: 'broadcast-with-less-for-us',
      story:
        'Our own commitment is to be broadcast, with 200,000 sat less for us and more for the other side.',
    },
    (each) => changedBy(each, each.kind === 'to-local' ? -200_000n : 200_000n),
  ),
  forgedBroadcast(
    {
      name: 'broadcast-with-a-third-output',
      story: 'Our own commitment is to be broadcast, with a third output that takes from ours.',
    },
    (each, stage) =>
      each.kind === 'to-local'
        ? [changedBy(each, -200_000n), output(200_000n, thiefScript(stage))]
        : each,
  ),
  forgedBroadcast(
    {
      name: 'broadcast-burnt-as-fee',
      story: 'Our own commitment is to be broadcast, and leaves 250,000 sat of ours to miners.',
    },
    (each) => changedBy(each, each.kind === 'to-local' ? -250_000n : 0n),
  ),
  forgedBroadcast(
    {
      name: 'broadcast-burnt-within-the-fee-limit',
      story:
        'Our own commitment is to be broadcast, and leaves 60,000 sat of ours to miners, where the fee is for the other side to pay.',
    },
    (each) => changedBy(each, each.kind === 'to-local' ? -60_000n : 0n),
  ),
  {
    name: 'revoked-commitment-of-a-laggard',
    story:
      "Our side is two commitments ahead: our revoked number 1 is asked for as the counterparty's next.",
    expectedTags: revoked,
    prize,
    play: async (stage) => {
      const { channel, point } = await lagging(stage)
      const { terms } = channel
      const balances = { holderMsat: 400_000_000n, counterpartyMsat: 600_000_000n, htlcs: [] }
      const forged = commitmentJob(terms, ours(stage, { ...channel, balances }, point, 1))
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: () => askCommitment(stage, terms, commitmentNumber(0), channel.balances),
      }
    },
  },
  {
    name: 'revoked-commitment-with-a-lying-index',
    story: 'The job of our revoked commitment names the index of the current one.',
    expectedTags: revoked,
    prize,
    play: async (stage) => {
      const { channel, number, point } = await withHistory(stage)
      const { terms } = channel
      const forged = commitmentJob(terms, ours(stage, channel, point, number))
      const index = indexOf(channel.number)
      return {
        requests: [signing(stage, terms.channelId, [{ ...forged, index }])],
        target: signed(forged),
        goOn: goOn(stage, channel),
      }
    },
  },
  revokedSecondStage(
    'second-stage-of-a-revoked-commitment-with-a-lying-index',
    'The same, and the job names the index of the current commitment.',
    ({ number }) => indexOf(number),
  ),
  revokedSecondStage(
    'second-stage-of-a-revoked-commitment-without-index',
    'The same, and the job does not say which commitment it belongs to.',
    () => undefined,
  ),
  {
    name: 'second-stage-of-a-revoked-commitment',
    story: 'The HTLC transaction of a commitment of ours is asked for, after its secret was given.',
    expectedTags: [...revoked, 'policy-lightspark-htlc-parent'],
    prize: 'the signature of an HTLC transaction of a revoked commitment',
    play: async (stage) => {
      const { channel, number, point } = await withHistory(stage)
      const { terms } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'holder', 70_000n))
      const old = ours(stage, { ...channel, balances }, point, number)
      const drafts = htlcJobs(terms, old)
      return {
        requests: [signing(stage, terms.channelId, drafts)],
        target: any(...drafts.map((each) => signed(each))),
        goOn: goOn(stage, channel),
      }
    },
  },
  {
    name: 'older-commitment-after-a-broadcast',
    story:
      'The last commitment is signed for broadcast, and then the one before it, which is revoked.',
    expectedTags: revoked,
    prize,
    play: async (stage) => {
      const { channel, number, point } = await withHistory(stage)
      const { terms } = channel
      const { point: last } = await askPoint(stage, terms, channel.number)
      const honest = commitmentJob(terms, ours(stage, channel, last))
      await askSignatures(stage, terms.channelId, 'our own commitment', [honest])
      const forged = commitmentJob(terms, ours(stage, channel, point, number))
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: () => askSignatures(stage, terms.channelId, 'our own commitment again', [honest]),
      }
    },
  },
]
