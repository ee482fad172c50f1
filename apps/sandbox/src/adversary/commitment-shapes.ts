import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import type { Transaction, TxOut } from '@boltwarden/core/bitcoin/transaction'
import { buildAnchor } from '@boltwarden/core/bolt3/scripts/anchor'
import { buildFunding } from '@boltwarden/core/bolt3/scripts/funding'
import { buildToRemote } from '@boltwarden/core/bolt3/scripts/to-remote'
import { sats } from '@boltwarden/core/units'
import { commitmentJob } from '../channel/commitment.ts'
import type { JobDraft } from '../channel/job.ts'
import type { LiveChannel } from '../walk/asks/exchange.ts'
import type { Attack } from './stage/attack.ts'
import { htlc, theirs, withHtlcs } from './stage/channels.ts'
import { changedBy, commitmentWith, output, thiefScript } from './stage/forge.ts'
import { type ForgedCommitment, forgedCommitment } from './stage/forged-commitment.ts'
import { type Stage, thiefKey, txidOf } from './stage/stage.ts'

const unrecognized = [
  'policy-commitment-no-unrecognized-outputs',
  'policy-commitment-countersignatory-pubkey',
]
const anchors = [
  'policy-commitment-anchor-amount',
  'policy-commitment-anchor-to-holder',
  'policy-commitment-anchor-to-counterparty',
  'policy-commitment-anchors-not-when-off',
  ...unrecognized,
]

const anchorChannel = { type: 'anchors' } as const
const prize = 'the signature of a commitment that BOLT 3 does not know'

/** The next commitment, as another transaction. */
function reshaped(
  words: Pick<ForgedCommitment, 'name' | 'story' | 'expectedTags'>,
  reshape: (transaction: Transaction, stage: Stage) => Transaction,
): Attack {
  return forgedCommitment({
    prize,
    ...words,
    forge: (stage, channel) => {
      const draft = next(stage, channel)
      return [{ ...draft, transaction: reshape(draft.transaction, stage) }]
    },
  })
}

function next(stage: Stage, channel: LiveChannel): JobDraft {
  return commitmentJob(channel.terms, theirs(stage, channel))
}

/** The anchors of the next commitment, in another place or of another size. */
function reanchored(
  words: Pick<ForgedCommitment, 'name' | 'story'>,
  reanchor: (
    own: boolean,
    anchor: TxOut,
    stage: Stage,
  ) => ReturnType<Parameters<typeof commitmentWith>[2]>,
): Attack {
  return forgedCommitment({
    prize,
    ...words,
    expectedTags: anchors,
    channel: anchorChannel,
    forge: (stage, channel) => {
      const ours = Buffer.from(p2wsh(buildAnchor(channel.terms.holder.funding)))
      return [
        commitmentWith(channel.terms, theirs(stage, channel), (each) =>
          each.kind === 'anchor' ? reanchor(ours.equals(each.scriptPubKey), each, stage) : each,
        ),
      ]
    },
  })
}

export const commitmentShapes: readonly Attack[] = [
  forgedCommitment({
    name: 'wrong-outpoint',
    story: 'The next commitment spends another output than the funding, so that it binds nobody.',
    expectedTags: ['policy-commitment-input-match-funding'],
    prize: 'the signature of a commitment of another output of the same keys',
    forge: (stage, channel) => {
      const funding = { txid: txidOf(stage, 'another output'), vout: 3 }
      const terms = { ...channel.terms, funding }
      return [commitmentJob(terms, theirs(stage, channel, { terms }))]
    },
  }),
  forgedCommitment({
    name: 'wrong-funding-amount',
    story:
      'The next commitment spends twice what the channel holds: a second output of the same keys.',
    expectedTags: ['policy-commitment-input-match-funding'],
    prize: 'the signature of a commitment of another output of the same keys',
    forge: (stage, channel) => [{ ...next(stage, channel), amount: sats(2_000_000n) }],
  }),
  forgedCommitment({
    name: 'another-counterparty-key',
    story:
      'The next commitment spends a 2-of-2 of our key and the thief, as if that were the channel.',
    expectedTags: ['policy-commitment-input-match-funding'],
    prize: 'the signature of a commitment of a 2-of-2 with the thief',
    forge: (stage, channel) => {
      const fundingScript = buildFunding(channel.terms.holder.funding, thiefKey(stage))
      return [{ ...next(stage, channel), script: fundingScript }]
    },
  }),
  forgedCommitment({
    name: 'their-balance-without-delay',
    story: "The other side's output is a plain address: no secret could ever punish an old state.",
    expectedTags: unrecognized,
    prize: 'the signature of a commitment that cannot be revoked',
    forge: (stage, channel) => [
      commitmentWith(channel.terms, theirs(stage, channel), (each) =>
        each.kind === 'to-local' ? output(each.value, thiefScript(stage)) : each,
      ),
    ],
  }),
  forgedCommitment({
    name: 'extra-output-to-the-thief',
    story: 'An output that nothing explains stands between the two balances.',
    expectedTags: unrecognized,
    prize,
    forge: (stage, channel) => [
      commitmentWith(channel.terms, theirs(stage, channel), (each) =>
        each.kind === 'to-local'
          ? [changedBy(each, -200_000n), output(200_000n, thiefScript(stage))]
          : each,
      ),
    ],
  }),
  forgedCommitment({
    name: 'two-delayed-outputs',
    story:
      'Two outputs of scripts that are not shown: only one can be the balance of the other side.',
    expectedTags: unrecognized,
    prize,
    forge: (stage, channel) => [
      commitmentWith(channel.terms, theirs(stage, channel), (each) =>
        each.kind === 'to-local'
          ? [changedBy(each, -200_000n), output(200_000n, p2wsh(thiefScript(stage)))]
          : each,
      ),
    ],
  }),
  forgedCommitment({
    name: 'our-balance-in-two-outputs',
    story: 'Our balance is split into two outputs, of which our node looks for one only.',
    expectedTags: ['policy-commitment-singular-to-holder'],
    prize,
    forge: (stage, channel) => [
      commitmentWith(channel.terms, theirs(stage, channel), (each) =>
        each.kind === 'to-remote'
          ? [changedBy(each, -150_000n), output(150_000n, each.scriptPubKey)]
          : each,
      ),
    ],
  }),
  forgedCommitment({
    name: 'our-balance-in-the-other-kind-of-output',
    story: 'Our balance has the script of anchor channels, on a channel that has none.',
    expectedTags: [
      'policy-commitment-countersignatory-pubkey',
      'policy-routing-deltas-only-htlc',
      ...anchors,
    ],
    prize,
    forge: (stage, channel) => [
      commitmentWith(channel.terms, theirs(stage, channel), (each) =>
        each.kind === 'to-remote'
          ? output(each.value, p2wsh(buildToRemote(channel.terms.holder.payment)))
          : each,
      ),
    ],
  }),
  forgedCommitment({
    name: 'anchors-on-a-channel-without',
    story: 'The next commitment of a channel without anchors is that of a channel with them.',
    expectedTags: [
      ...anchors,
      'policy-commitment-countersignatory-pubkey',
      'policy-routing-deltas-only-htlc',
    ],
    prize,
    forge: (stage, channel) => {
      const terms = { ...channel.terms, type: 'anchors' as const }
      return [commitmentJob(terms, theirs(stage, channel, { terms }))]
    },
  }),
  reanchored(
    {
      name: 'our-anchor-to-the-thief',
      story: "The anchor that lets us pay for confirmation is the thief's.",
    },
    (own, anchor, stage) =>
      own ? output(anchor.value, p2wsh(buildAnchor(thiefKey(stage)))) : anchor,
  ),
  reanchored(
    {
      name: 'our-anchor-left-out',
      story: 'The anchor that lets us pay for confirmation is missing.',
    },
    (own, anchor) => (own ? undefined : anchor),
  ),
  reanchored(
    {
      name: 'anchor-of-another-size',
      story: "The other side's anchor holds 50,000 sat.",
    },
    (own, anchor) => (own ? anchor : output(50_000n, anchor.scriptPubKey)),
  ),
  reanchored(
    {
      name: 'our-anchor-twice',
      story: 'A second anchor of ours stands in the place of nothing.',
    },
    (own, anchor) => (own ? [anchor, anchor] : anchor),
  ),
  reshaped(
    {
      name: 'commitment-version-1',
      story: 'The next commitment has version 1, in which relative delays mean nothing.',
      expectedTags: ['policy-commitment-version'],
    },
    (transaction) => ({ ...transaction, version: 1 }),
  ),
  reshaped(
    {
      name: 'commitment-with-two-inputs',
      story: 'The next commitment has a second input, so that its place in the chain is not sure.',
      expectedTags: ['policy-commitment-input-single'],
    },
    (transaction, stage) => ({
      ...transaction,
      inputs: [
        ...transaction.inputs,
        ...transaction.inputs.map((input) => ({ ...input, txid: txidOf(stage, 'second input') })),
      ],
    }),
  ),
  reshaped(
    {
      name: 'commitment-with-dust',
      story: 'The next commitment has an output of 100 sat, so that no node relays it.',
      expectedTags: ['policy-commitment-outputs-trimmed', ...unrecognized],
    },
    (transaction, stage) => ({
      ...transaction,
      outputs: [output(100n, thiefScript(stage)), ...transaction.outputs],
    }),
  ),
  reshaped(
    {
      name: 'commitment-neither-nor',
      story:
        "The next commitment has a commitment's sequence and a close's locktime: it is neither.",
      expectedTags: [
        'policy-commitment-locktime',
        'policy-commitment-sequence',
        'policy-mutual-other',
      ],
    },
    (transaction) => ({ ...transaction, locktime: 0 }),
  ),
  forgedCommitment({
    name: 'payment-without-its-job',
    story:
      'A commitment shows the HTLC of a payment of ours, and no job for it: it may be any script.',
    expectedTags: unrecognized,
    prize,
    forge: (stage, channel) => {
      const balances = withHtlcs(channel.balances, htlc(stage, 'holder', 100_000n))
      return [commitmentJob(channel.terms, theirs(stage, channel, { balances }))]
    },
  }),
]
