import { p2wpkh, p2wsh } from '@boltwarden/core/bitcoin/output-script'
import { buildToLocal } from '@boltwarden/core/bolt3/scripts/to-local'
import { delayedSweep, toRemoteSweep, walletSweep } from '../channel/claims.ts'
import {
  commitmentJob,
  htlcJobs,
  htlcTransaction,
  outputsOf,
  type SideCommitment,
} from '../channel/commitment.ts'
import type { JobDraft } from '../channel/job.ts'
import { channelPath } from '../channel/terms.ts'
import { askPoint } from '../walk/asks/commitment-asks.ts'
import { exchange, type LiveChannel } from '../walk/asks/exchange.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { destinationAddress, l1Address } from '../walk/player.ts'
import type { Attack } from './stage/attack.ts'
import { type ChannelPlan, htlc, live, ours, theirs, withHtlcs } from './stage/channels.ts'
import { output, redirected, thiefScript } from './stage/forge.ts'
import { channelXpub, siblingTweak } from './stage/key-tricks.ts'
import { signing } from './stage/requests.ts'
import { type Stage, txidOf } from './stage/stage.ts'
import { signed } from './stage/target.ts'

const foreign = ['policy-sweep-destination-allowlisted']
const prize = "the signature of a claim that pays the thief's address"

/** A channel in life, and an honest claim of what is ours on the chain. */
type Claim = { readonly channel: LiveChannel; readonly honest: JobDraft }

/** An honest claim changed into a hostile one; afterwards the honest one is answered. */
function forgedClaim(
  words: Pick<Attack, 'name' | 'story'> & Partial<Pick<Attack, 'prize' | 'expectedTags'>>,
  claimOf: (stage: Stage) => Promise<Claim>,
  forge: (honest: JobDraft, stage: Stage, channel: LiveChannel) => JobDraft,
): Attack {
  return {
    prize,
    expectedTags: foreign,
    ...words,
    play: async (stage) => {
      const { channel, honest } = await claimOf(stage)
      const { channelId } = channel.terms
      const forged = forge(honest, stage, channel)
      return {
        requests: [signing(stage, channelId, [forged])],
        target: signed(forged),
        goOn: () => askSignatures(stage, channelId, 'the honest claim', [honest]),
      }
    },
  }
}

/** The other side has published its commitment: our output of it. */
const toRemote =
  (plan?: ChannelPlan) =>
  async (stage: Stage): Promise<Claim> => {
    const channel = await live(stage, plan)
    const commitment = theirs(stage, channel, { number: channel.number })
    const [spent] = outputsOf(commitment, 'to-remote')
    if (spent === undefined) throw new TypeError('"commitment" expected a to_remote output')
    const address = l1Address(stage.pairing, 0, 5)
    return { channel, honest: toRemoteSweep(channel.terms, commitment, spent, address) }
  }

/** We have published our commitment, with a payment of ours under way. */
async function broadcast(
  stage: Stage,
  plan?: ChannelPlan,
): Promise<{
  readonly channel: LiveChannel
  readonly commitment: SideCommitment
}> {
  const first = await live(stage, plan)
  const balances = withHtlcs(first.balances, htlc(stage, 'holder', 60_000n))
  const channel = await exchange(stage, first, 'holder', balances)
  const { terms } = channel
  const { point } = await askPoint(stage, terms, channel.number)
  const commitment = ours(stage, channel, point)
  await askSignatures(stage, terms.channelId, 'our own commitment', [
    commitmentJob(terms, commitment),
  ])
  return { channel, commitment }
}

/** Our delayed output of our published commitment. */
async function toLocal(stage: Stage): Promise<Claim> {
  const { channel, commitment } = await broadcast(stage)
  const [spent] = outputsOf(commitment, 'to-local')
  if (spent === undefined) throw new TypeError('"commitment" expected a to_local output')
  const { transaction } = commitment
  const output = { transaction, vout: spent.vout, script: spent.witnessScript }
  const address = l1Address(stage.pairing, 0, 6)
  return { channel, honest: delayedSweep(channel.terms, commitment, output, address) }
}

/** The second stage of the payment in our published commitment. */
async function timeout(stage: Stage, plan?: ChannelPlan): Promise<Claim> {
  const { channel, commitment } = await broadcast(stage, plan)
  const [honest] = htlcJobs(channel.terms, commitment)
  if (honest === undefined) throw new TypeError('"commitment" expected an HTLC')
  return { channel, honest }
}

/** The delayed output of that second stage. */
async function secondStage(stage: Stage): Promise<Claim> {
  const { channel, commitment } = await broadcast(stage)
  const { terms } = channel
  const [spent] = outputsOf(commitment, 'htlc')
  if (spent === undefined) throw new TypeError('"commitment" expected an HTLC')
  await askSignatures(stage, terms.channelId, 'HTLC-timeout', htlcJobs(terms, commitment))
  const { revocation, delayed } = commitment
  const script = buildToLocal({
    revocationPublicKey: revocation,
    delayedPublicKey: delayed,
    toSelfDelay: terms.toSelfDelay,
  })
  const second = { transaction: htlcTransaction(terms, commitment, spent), vout: 0, script }
  const address = l1Address(stage.pairing, 0, 6)
  return { channel, honest: delayedSweep(terms, commitment, second, address) }
}

/** What a cooperative close paid to `m/1/0`. */
async function closed(stage: Stage): Promise<Claim> {
  const channel = await live(stage)
  const from = destinationAddress(stage.pairing, 0)
  const close = redirected({ ...commitmentJob(channel.terms, theirs(stage, channel)) }, [
    output(250_000n, p2wpkh(from.publicKey)),
  ])
  const spent = {
    transaction: close.transaction,
    vout: 0,
    value: output(250_000n, new Uint8Array()).value,
  }
  return { channel, honest: walletSweep(from, spent, l1Address(stage.pairing, 0, 4)) }
}

function toThief(honest: JobDraft, stage: Stage): JobDraft {
  const { destinationPath: _none, ...rest } = honest
  return redirected(rest, [output(honest.amount - 400n, thiefScript(stage))])
}

export const sweeps: readonly Attack[] = [
  forgedClaim(
    {
      name: 'to-remote-to-the-thief',
      story: "Our output of the counterparty's commitment goes to the thief.",
    },
    toRemote(),
    toThief,
  ),
  forgedClaim(
    { name: 'to-remote-to-the-thief-with-anchors', story: 'The same on an anchor channel.' },
    toRemote({ type: 'anchors' }),
    toThief,
  ),
  forgedClaim(
    {
      name: 'to-local-to-the-thief',
      story: 'Our delayed output of our own commitment goes to the thief.',
    },
    toLocal,
    toThief,
  ),
  forgedClaim(
    {
      name: 'second-stage-output-to-the-thief',
      story: 'The delayed output of an HTLC transaction of ours goes to the thief.',
    },
    secondStage,
    toThief,
  ),
  forgedClaim(
    {
      name: 'close-output-to-the-thief',
      story: 'What a close paid to m/1/0 goes on to the thief.',
      expectedTags: [...foreign, 'policy-onchain-no-unknown-outputs'],
    },
    closed,
    toThief,
  ),
  forgedClaim(
    {
      name: 'sweep-with-a-lying-destination-path',
      story: 'The job names a path of ours, the transaction pays the thief.',
    },
    toRemote(),
    (honest, stage) => redirected(honest, [output(honest.amount - 400n, thiefScript(stage))]),
  ),
  forgedClaim(
    {
      name: 'sweep-with-an-extra-output',
      story: "The first output is ours, as the job says; the second, far larger, is the thief's.",
    },
    toLocal,
    (honest, stage) =>
      redirected(honest, [
        ...honest.transaction.outputs.map(({ scriptPubKey }) => output(1_000n, scriptPubKey)),
        output(honest.amount - 2_000n, thiefScript(stage)),
      ]),
  ),
  forgedClaim(
    {
      name: 'sweep-burnt-as-fee',
      story: 'The sweep pays us 1,000 sat, and miners the rest.',
      expectedTags: ['policy-sweep-fee-range'],
      prize: 'the signature of a claim that gives nearly everything to miners',
    },
    toRemote(),
    (honest) =>
      redirected(
        honest,
        honest.transaction.outputs.map(({ scriptPubKey }) => output(1_000n, scriptPubKey)),
      ),
  ),
  forgedClaim(
    {
      name: 'sweep-to-an-address-out-of-reach',
      story:
        'The sweep pays a wallet address of index 2 billion, which no wallet would ever look at.',
      expectedTags: [...foreign, 'policy-onchain-wallet-path-predictable'],
      prize: 'the signature of a claim to an address that nobody finds again',
    },
    toRemote(),
    (honest, { pairing }) => {
      const { path, publicKey } = l1Address(pairing, 0, 2_000_000_000)
      const paid = redirected(honest, [output(honest.amount - 400n, p2wpkh(publicKey))])
      return { ...paid, destinationPath: path }
    },
  ),
  forgedClaim(
    {
      name: 'sweep-that-cannot-confirm-for-a-century',
      story:
        'The sweep has a locktime that the chain reaches in thousands of years: meanwhile others may spend.',
      expectedTags: ['policy-sweep-locktime'],
      prize: 'the signature of a claim that is worthless',
    },
    toRemote(),
    ({ psbt: _other, ...honest }) => ({
      ...honest,
      transaction: { ...honest.transaction, locktime: 499_999_999 },
    }),
  ),
  forgedClaim(
    {
      name: 'second-stage-of-ours-to-the-thief',
      story:
        'The HTLC transaction of our own commitment pays the thief instead of our delayed output.',
      expectedTags: [...foreign, 'policy-lightspark-htlc-parent', 'policy-lightspark-second-stage'],
    },
    timeout,
    (honest, stage) =>
      redirected(
        honest,
        honest.transaction.outputs.map(({ value }) => output(value, thiefScript(stage))),
      ),
  ),
  forgedClaim(
    {
      name: 'second-stage-of-ours-to-a-script-of-the-thiefs',
      story:
        "The HTLC transaction of our own commitment pays a script of the thief's, not that of our delayed output.",
      expectedTags: ['policy-lightspark-second-stage', 'policy-lightspark-htlc-parent'],
    },
    timeout,
    (honest, stage) =>
      redirected(
        honest,
        honest.transaction.outputs.map(({ value }) => output(value, p2wsh(thiefScript(stage)))),
      ),
  ),
  forgedClaim(
    {
      name: 'second-stage-of-ours-burnt-as-fee',
      story: 'The HTLC transaction of our own commitment leaves nearly all of it to miners.',
      expectedTags: ['policy-htlc-fee-range', 'policy-sweep-fee-range'],
      prize: 'the signature of an HTLC transaction that burns our money',
    },
    timeout,
    (honest) =>
      redirected(
        honest,
        honest.transaction.outputs.map(({ scriptPubKey }) => output(1_000n, scriptPubKey)),
      ),
  ),
  forgedClaim(
    {
      name: 'joined-second-stage-to-the-thief',
      story:
        'On an anchor channel other outputs may stand beside the first, which keeps 1,000 sat.',
      expectedTags: ['policy-lightspark-second-stage', 'policy-htlc-fee-range'],
    },
    (stage) => timeout(stage, { type: 'anchors' }),
    (honest, stage) =>
      redirected(honest, [
        ...honest.transaction.outputs.map(({ scriptPubKey }) => output(1_000n, scriptPubKey)),
        output(honest.amount - 1_000n, thiefScript(stage)),
      ]),
  ),
  forgedClaim(
    {
      name: 'second-stage-of-a-commitment-never-signed',
      story:
        'An HTLC transaction is asked for that spends a commitment of ours nobody ever asked to sign.',
      expectedTags: ['policy-lightspark-htlc-parent'],
      prize: 'the signature of an HTLC transaction of an unknown commitment',
    },
    timeout,
    (honest, stage) => ({
      ...honest,
      transaction: {
        ...honest.transaction,
        inputs: honest.transaction.inputs.map((input) => ({
          ...input,
          txid: txidOf(stage, 'never signed'),
        })),
      },
    }),
  ),
  forgedClaim(
    {
      name: 'delayed-key-becomes-payment-key',
      story: 'A tweak turns the delayed key into the payment key, whose output goes to the thief.',
      expectedTags: ['policy-lightspark-key-purpose', ...foreign],
    },
    toRemote(),
    (honest, stage, { terms }) => ({
      ...toThief(honest, stage),
      path: channelPath(terms, 3),
      publicKey: terms.holder.delayedPayment,
      addTweak: siblingTweak(channelXpub(stage, terms.channel), 3, 2),
    }),
  ),
]
