import { hash160Of, hash160OfPaymentHash } from '@boltwarden/core/bitcoin/hash'
import { p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { buildScript, opcodes } from '@boltwarden/core/bitcoin/script'
import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import { derivePublicKey } from '@boltwarden/core/bolt3/key-derivation'
import { buildReceivedHtlc } from '@boltwarden/core/bolt3/scripts/received-htlc'
import { toHex } from '@boltwarden/core/hex'
import { commitmentNumber, sats } from '@boltwarden/core/units'
import {
  commitmentJob,
  type Htlc,
  htlcJobs,
  outputsOf,
  type SideCommitment,
} from '../channel/commitment.ts'
import type { JobDraft } from '../channel/job.ts'
import { unsigned } from '../channel/spending.ts'
import { askCommitment, type LiveChannel } from '../walk/asks/exchange.ts'
import type { Attack } from './stage/attack.ts'
import { agreed, goOn, htlc, live, shifted, theirs, withHtlcs } from './stage/channels.ts'
import { commitmentWith, output, redirected, thiefScript } from './stage/forge.ts'
import { type ForgedCommitment, forgedCommitment } from './stage/forged-commitment.ts'
import { signing } from './stage/requests.ts'
import { type Stage, thiefKey, txidOf } from './stage/stage.ts'
import { any, signed } from './stage/target.ts'

const parent = 'policy-lightspark-htlc-parent'
const prize = 'the signature of an HTLC transaction that BOLT 3 does not know'

/** A live channel whose next commitment has one HTLC; its second stage is forged. */
function forgedSecondStage(
  words: Pick<Attack, 'name' | 'story' | 'expectedTags'> & Partial<Pick<Attack, 'prize'>>,
  forge: (second: JobDraft, stage: Stage) => JobDraft,
  offeredBy: 'holder' | 'counterparty' = 'counterparty',
): Attack {
  return {
    prize,
    ...words,
    play: async (stage) => {
      const channel = await live(stage)
      const { terms } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, offeredBy, 90_000n))
      const commitment = theirs(stage, channel, { balances })
      const forged = htlcJobs(terms, commitment).map((second) => forge(second, stage))
      return {
        requests: [signing(stage, terms.channelId, [commitmentJob(terms, commitment), ...forged])],
        target: any(...forged.map((each) => signed(each))),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** A commitment with HTLCs that are as BOLT 3 has them, and yet not to be signed. */
function forgedHtlcs(
  words: Pick<ForgedCommitment, 'name' | 'story' | 'expectedTags' | 'prize'>,
  forge: (stage: Stage, channel: LiveChannel) => LiveChannel['balances'],
): Attack {
  return forgedCommitment({
    ...words,
    forge: (stage, channel) => {
      const commitment = theirs(stage, channel, { balances: forge(stage, channel) })
      return [commitmentJob(channel.terms, commitment), ...htlcJobs(channel.terms, commitment)]
    },
  })
}

/** A script that holds our HTLC key and pays the thief. */
function thiefsHtlc(stage: Stage, commitment: SideCommitment, { terms }: LiveChannel): Uint8Array {
  const ours = derivePublicKey(stage.secp256k1, commitment.point, terms.holder.htlc)
  return buildScript(ours, opcodes.OP_DROP, thiefKey(stage), opcodes.OP_CHECKSIG)
}

/** The next commitment with a payment of ours whose output has another script. */
function withHtlcScript(
  stage: Stage,
  channel: LiveChannel,
  scriptOf: (commitment: SideCommitment, paid: Htlc) => Uint8Array,
): readonly JobDraft[] {
  const { terms } = channel
  const paid = htlc(stage, 'holder', 100_000n)
  const commitment = theirs(stage, channel, { balances: withHtlcs(channel.balances, paid) })
  const script = scriptOf(commitment, paid)
  const forged = commitmentWith(terms, commitment, (each) =>
    each.kind === 'htlc' ? output(each.value, p2wsh(script)) : each,
  )
  const vout = forged.transaction.outputs.findIndex(({ value }) => value === 100_000n)
  const txid = transactionId(forged.transaction)
  const second = htlcJobs(terms, commitment).map((draft) => ({
    ...draft,
    script,
    transaction: {
      ...draft.transaction,
      inputs: draft.transaction.inputs.map((input) => ({ ...input, txid, vout })),
    },
  }))
  return [forged, ...second]
}

export const htlcs: readonly Attack[] = [
  forgedCommitment({
    name: 'htlc-with-a-script-of-the-thiefs',
    story:
      "A payment of ours stands in an output whose script is the thief's, with our key in it for show.",
    expectedTags: ['policy-lightspark-key-purpose', 'policy-commitment-no-unrecognized-outputs'],
    prize: 'the signature of a commitment that pays the thief',
    forge: (stage, channel) => {
      return withHtlcScript(stage, channel, (commitment) => thiefsHtlc(stage, commitment, channel))
    },
  }),
  forgedHtlcs(
    {
      name: 'payment-of-ours-as-one-to-us',
      story:
        'The HTLC is written as one to us, so that the other side gets it back; our balance pays for it.',
      expectedTags: ['policy-routing-deltas-only-htlc'],
      prize: 'the signature of a commitment that takes our money',
    },
    (stage, { balances }) => ({
      ...shifted(balances, -100_000n),
      counterpartyMsat: balances.counterpartyMsat,
      htlcs: [htlc(stage, 'counterparty', 100_000n)],
    }),
  ),
  forgedHtlcs(
    {
      name: 'lone-payment-that-never-expires',
      story:
        'The only payment under way expires in thousands of years: its money is locked for good.',
      expectedTags: ['policy-commitment-htlc-cltv-range'],
      prize: 'the signature of a commitment that locks our money',
    },
    (stage, { balances }) =>
      withHtlcs(balances, { ...htlc(stage, 'holder', 100_000n), cltvExpiry: 499_999_999 }),
  ),
  forgedHtlcs(
    {
      name: 'payment-to-us-that-has-expired',
      story:
        'A payment to us expired at height 1: the other side can take it back before our preimage counts.',
      expectedTags: ['policy-commitment-htlc-cltv-range', 'policy-htlc-locktime'],
      prize: 'the signature of a commitment whose payment is no payment',
    },
    (stage, { balances }) =>
      withHtlcs(
        balances,
        { ...htlc(stage, 'counterparty', 50_000n), cltvExpiry: 1 },
        htlc(stage, 'counterparty', 10_000n, 'as usual'),
      ),
  ),
  forgedCommitment({
    name: 'htlc-with-our-key-in-the-wrong-place',
    story:
      "Our HTLC key stands where the other side's belongs, so that the timeout of our payment is the thief's.",
    expectedTags: ['policy-lightspark-key-purpose', parent],
    prize: 'the signature of a commitment whose payment goes to the thief',
    forge: (stage, channel) =>
      withHtlcScript(stage, channel, (commitment, paid) => {
        const ours = derivePublicKey(stage.secp256k1, commitment.point, channel.terms.holder.htlc)
        return buildReceivedHtlc({
          commitmentType: 'static-remotekey',
          revocationPublicKeyHash: hash160Of(commitment.revocation),
          broadcasterHtlcPublicKey: ours,
          countersignatoryHtlcPublicKey: thiefKey(stage),
          paymentHash160: hash160OfPaymentHash(paid.paymentHash),
          cltvExpiry: paid.cltvExpiry,
        })
      }),
  }),
  {
    name: 'payment-whose-job-says-less',
    story:
      'The output of a payment holds 80,000 sat, its job says 20,000, which is what was announced.',
    expectedTags: [
      'policy-commitment-no-unrecognized-outputs',
      'policy-commitment-payment-invoiced',
      'policy-commitment-payment-approved',
      'policy-routing-deltas-only-htlc',
      parent,
    ],
    prize: 'the signature of a commitment that pays four times what was announced',
    policy: 'intents',
    play: async (stage) => {
      const paid = htlc(stage, 'holder', 80_000n)
      const paymentHash = toHex(paid.paymentHash)
      await stage.owner.announce({ kind: 'payment', paymentHash, maxAmountSats: 20_000n })
      const channel = await live(stage)
      const { terms } = channel
      const commitment = theirs(stage, channel, { balances: withHtlcs(channel.balances, paid) })
      const forged = commitmentJob(terms, commitment)
      const said = sats(20_000n)
      const second = htlcJobs(terms, commitment).map((draft) => ({ ...draft, amount: said }))
      return {
        requests: [signing(stage, terms.channelId, [forged, ...second])],
        target: signed(forged),
        goOn: goOn(stage, channel),
      }
    },
  },
  forgedHtlcs(
    {
      name: 'payment-that-never-expires',
      story: 'A payment of ours expires in a century: its money is locked for good.',
      expectedTags: ['policy-commitment-htlc-cltv-range'],
      prize: 'the signature of a commitment that locks our money',
    },
    (stage, { balances }) =>
      withHtlcs(
        balances,
        { ...htlc(stage, 'holder', 100_000n), cltvExpiry: 499_999_999 },
        htlc(stage, 'counterparty', 10_000n, 'soon'),
      ),
  ),
  forgedHtlcs(
    {
      name: 'expiry-as-a-time',
      story:
        'The expiry of a payment to us is a time in place of a height: it has passed long ago.',
      expectedTags: ['policy-commitment-htlc-cltv-range'],
      prize: 'the signature of a commitment whose HTLC has expired',
    },
    (stage, { balances }) =>
      withHtlcs(balances, { ...htlc(stage, 'counterparty', 50_000n), cltvExpiry: 1_500_000_000 }),
  ),
  {
    name: 'htlc-in-the-first-commitment',
    story:
      'The first commitment of a channel has a payment under way, before there is any history.',
    expectedTags: ['policy-commitment-first-no-htlcs'],
    prize: 'the signature of a first commitment with an HTLC',
    play: async (stage) => {
      const channel = await agreed(stage)
      const { terms } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'holder', 100_000n))
      const commitment = theirs(stage, channel, { number: 0, balances })
      const forged = commitmentJob(terms, commitment)
      return {
        requests: [signing(stage, terms.channelId, [forged, ...htlcJobs(terms, commitment)])],
        target: signed(forged),
        goOn: () => askCommitment(stage, terms, commitmentNumber(0), channel.balances),
      }
    },
  },
  {
    name: 'htlc-alone',
    story: 'The second stage of an HTLC is asked for without the commitment it belongs to.',
    expectedTags: [parent],
    prize,
    play: async (stage) => {
      const channel = await live(stage)
      const { terms } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'counterparty', 90_000n))
      const drafts = htlcJobs(terms, theirs(stage, channel, { balances }))
      return {
        requests: [signing(stage, terms.channelId, drafts)],
        target: any(...drafts.map((each) => signed(each))),
        goOn: goOn(stage, channel),
      }
    },
  },
  forgedSecondStage(
    {
      name: 'second-stage-to-the-thief',
      story:
        "The second stage of an HTLC pays a plain address of the thief's, which no secret can punish.",
      expectedTags: [
        parent,
        'policy-lightspark-second-stage',
        'policy-sweep-destination-allowlisted',
      ],
      prize: 'the signature of an HTLC transaction that cannot be revoked',
    },
    (second, stage) =>
      redirected(
        second,
        second.transaction.outputs.map(({ value }) => output(value, thiefScript(stage))),
      ),
  ),
  forgedSecondStage(
    {
      name: 'second-stage-to-a-script-of-the-thiefs',
      story:
        "The second stage of an HTLC pays another script than that of the other side's delayed balance.",
      expectedTags: [parent, 'policy-commitment-no-unrecognized-outputs'],
      prize: 'the signature of an HTLC transaction that cannot be revoked',
    },
    (second, stage) =>
      redirected(
        second,
        second.transaction.outputs.map(({ value }) => output(value, p2wsh(thiefScript(stage)))),
      ),
  ),
  {
    name: 'second-stage-beside-a-repeated-commitment',
    story:
      'A commitment comes once more, as after a reconnect, with an HTLC transaction that burns its payment.',
    expectedTags: ['policy-htlc-fee-range', parent],
    prize,
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'counterparty', 90_000n))
      await askCommitment(stage, terms, commitmentNumber(number + 1), balances)
      const commitment = theirs(stage, channel, { balances })
      const burnt = htlcJobs(terms, commitment).map((draft) =>
        redirected(
          draft,
          draft.transaction.outputs.map(({ scriptPubKey }) => output(1_000n, scriptPubKey)),
        ),
      )
      return {
        requests: [signing(stage, terms.channelId, [commitmentJob(terms, commitment), ...burnt])],
        target: any(...burnt.map((each) => signed(each))),
        goOn: () => askCommitment(stage, terms, commitmentNumber(number + 1), balances),
      }
    },
  },
  {
    name: 'early-timeout-beside-a-repeated-commitment',
    story:
      'A commitment comes once more, as after a reconnect; its payment to us is to time out at block 1, not when it expires.',
    expectedTags: [parent],
    prize: 'the signature by which the other side takes a payment back at once',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'counterparty', 90_000n))
      await askCommitment(stage, terms, commitmentNumber(number + 1), balances)
      const commitment = theirs(stage, channel, { balances })
      const early = htlcJobs(terms, commitment).map((draft) => ({
        ...draft,
        transaction: { ...draft.transaction, locktime: 1 },
      }))
      return {
        requests: [signing(stage, terms.channelId, [commitmentJob(terms, commitment), ...early])],
        target: any(...early.map((each) => signed(each))),
        goOn: () => askCommitment(stage, terms, commitmentNumber(number + 1), balances),
      }
    },
  },
  forgedSecondStage(
    {
      name: 'second-stage-of-another-commitment',
      story: 'The second stage spends an output of a transaction that is not shown.',
      expectedTags: [parent],
    },
    (second, stage) => ({
      ...second,
      transaction: {
        ...second.transaction,
        inputs: second.transaction.inputs.map((input) => ({ ...input, txid: txidOf(stage, 'x') })),
      },
    }),
  ),
  forgedSecondStage(
    {
      name: 'second-stage-all-fee',
      story: 'The second stage leaves nearly all of its HTLC to miners.',
      expectedTags: ['policy-htlc-fee-range'],
    },
    (second) =>
      redirected(
        second,
        second.transaction.outputs.map(({ scriptPubKey }) => output(1_000n, scriptPubKey)),
      ),
  ),
  forgedSecondStage(
    {
      name: 'second-stage-without-its-locktime',
      story: 'The timeout of an HTLC is to be valid at once.',
      expectedTags: ['policy-htlc-locktime'],
    },
    (second) => ({ ...second, transaction: { ...second.transaction, locktime: 0 } }),
    'counterparty',
  ),
  forgedSecondStage(
    {
      name: 'second-stage-version-1',
      story: 'The second stage has version 1, in which relative delays mean nothing.',
      expectedTags: ['policy-htlc-version'],
    },
    (second) => ({ ...second, transaction: { ...second.transaction, version: 1 } }),
  ),
  forgedSecondStage(
    {
      name: 'second-stage-with-another-sequence',
      story: 'The second stage is replaceable, on a channel on which it must be final.',
      expectedTags: ['policy-htlc-sequence'],
    },
    (second) => ({
      ...second,
      transaction: {
        ...second.transaction,
        inputs: second.transaction.inputs.map((input) => ({ ...input, sequence: 0xffff_fffd })),
      },
    }),
  ),
  {
    name: 'payment-to-us-claimed-by-the-thief',
    story:
      "A payment to us in the counterparty's published commitment is claimed, to the thief's address.",
    expectedTags: ['policy-sweep-destination-allowlisted'],
    prize: "the signature of a claim that pays the thief's address",
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const at = commitmentNumber(number + 1)
      const balances = withHtlcs(channel.balances, htlc(stage, 'counterparty', 90_000n))
      await askCommitment(stage, terms, at, balances)
      const commitment = theirs(stage, channel, { balances })
      const [spent] = outputsOf(commitment, 'htlc')
      const [second] = htlcJobs(terms, commitment)
      if (spent === undefined || second === undefined) throw new TypeError('"htlc" expected one')
      const claim = {
        ...second,
        transaction: unsigned({
          inputs: [{ txid: transactionId(commitment.transaction), vout: spent.vout }],
          outputs: [{ value: sats(spent.value - 400n), scriptPubKey: thiefScript(stage) }],
        }),
      }
      return {
        requests: [signing(stage, terms.channelId, [claim])],
        target: signed(claim),
        goOn: () => askCommitment(stage, terms, at, balances),
      }
    },
  },
]
