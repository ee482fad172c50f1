import { p2wpkh } from '@boltwarden/core/bitcoin/output-script'
import type { TxOut } from '@boltwarden/core/bitcoin/transaction'
import { equalBytes } from '@boltwarden/core/bytes'
import { feeratePerKw, type Sats, sats } from '@boltwarden/core/units'
import { closingJob } from '../channel/claims.ts'
import type { JobDraft } from '../channel/job.ts'
import { exchange, type LiveChannel } from '../walk/asks/exchange.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { destinationAddress, l1Address } from '../walk/player.ts'
import type { Attack } from './stage/attack.ts'
import {
  agreed,
  type ChannelPlan,
  goOn,
  htlc,
  live,
  opened,
  shifted,
  withHtlcs,
} from './stage/channels.ts'
import { changedBy, output, paying, thiefScript } from './stage/forge.ts'
import { signing } from './stage/requests.ts'
import type { Stage } from './stage/stage.ts'
import { signed } from './stage/target.ts'

const destination = ['policy-mutual-destination-allowlisted']
const value = ['policy-mutual-value-matches-commitment']
const prize = 'the signature of a close that takes our money'

/** An honest close whose outputs are changed one by one. */
function forgedClose(
  words: Pick<Attack, 'name' | 'story' | 'expectedTags'> & Partial<Pick<Attack, 'prize'>>,
  change: (each: TxOut, isOurs: boolean, stage: Stage) => TxOut | readonly TxOut[] | undefined,
  options: { readonly channel?: ChannelPlan; readonly fee?: Sats } = {},
): Attack {
  return {
    prize,
    ...words,
    play: async (stage) => {
      const channel = await live(stage, options.channel)
      const { terms } = channel
      const honest = close(stage, channel, options.fee)
      const ours = p2wpkh(destinationAddress(stage.pairing, 0).publicKey)
      const outputs = honest.transaction.outputs.flatMap(
        (each) => change(each, equalBytes(each.scriptPubKey, ours), stage) ?? [],
      )
      const forged = { ...honest, transaction: paying(honest.transaction, outputs) }
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: () =>
          askSignatures(stage, terms.channelId, 'an honest close', [close(stage, channel)]),
      }
    },
  }
}

function close(stage: Stage, { terms, balances }: LiveChannel, fee = sats(700n)): JobDraft {
  return closingJob(terms, balances, destinationAddress(stage.pairing, 0), fee)
}

export const closings: readonly Attack[] = [
  forgedClose(
    {
      name: 'close-to-the-thief',
      story: "Our part of the close goes to the thief's address.",
      expectedTags: destination,
    },
    (each, isOurs, stage) => (isOurs ? output(each.value, thiefScript(stage)) : each),
  ),
  forgedClose(
    {
      name: 'close-with-less-for-us',
      story:
        'The close pays us 100,000 sat less than the last commitment, and the other side more.',
      expectedTags: value,
    },
    (each, isOurs) => changedBy(each, isOurs ? -100_000n : 100_000n),
  ),
  forgedClose(
    {
      name: 'close-fee-kept-by-them',
      story: 'The close takes a fee of 90,000 sat from us, and gives it to the other side.',
      expectedTags: value,
    },
    (each, isOurs) => changedBy(each, isOurs ? -90_000n : 90_000n),
    { channel: { opener: 'holder', holderSats: 600_000n } },
  ),
  forgedClose(
    {
      name: 'close-with-nothing-for-us',
      story: 'The close leaves us out, as if our balance were dust.',
      expectedTags: value,
    },
    (each, isOurs) => (isOurs ? undefined : changedBy(each, 300_000n)),
  ),
  forgedClose(
    {
      name: 'close-with-dust-for-us',
      story: 'The close has our address in it, with 400 sat; the rest goes to the other side.',
      expectedTags: value,
    },
    (each, isOurs) => changedBy(each, isOurs ? -299_600n : 299_600n),
  ),
  forgedClose(
    {
      name: 'close-with-a-third-output',
      story: "Part of ours goes to a third output, the thief's.",
      expectedTags: [...destination, ...value, 'policy-mutual-other'],
    },
    (each, isOurs, stage) =>
      isOurs ? [changedBy(each, -100_000n), output(100_000n, thiefScript(stage))] : each,
  ),
  forgedClose(
    {
      name: 'close-burnt-as-fee',
      story: 'We pay the fee of the close, and it is most of what we have.',
      expectedTags: ['policy-mutual-fee-range'],
      prize: 'the signature of a close whose fee is most of our money',
    },
    (each) => each,
    { channel: { opener: 'holder' }, fee: sats(900_000n) },
  ),
  forgedClose(
    {
      name: 'close-fee-of-theirs-charged-to-us',
      story:
        'The close has a fee of 60,000 sat, which is for the other side to pay, and takes it from us.',
      expectedTags: value,
      prize: 'the signature of a close that burns our money',
    },
    (each, isOurs) => changedBy(each, isOurs ? -60_000n : 0n),
  ),
  forgedClose(
    {
      name: 'close-fee-as-high-as-our-balance',
      story:
        'The fee is what we have, though not for us to pay: what would be left of ours is dust, so that there is no output for us.',
      expectedTags: [...value, ...destination],
      prize: 'the signature of a close without us',
    },
    (each, isOurs) => (isOurs ? undefined : each),
    { channel: { holderSats: 60_000n } },
  ),
  {
    name: 'close-keeps-the-fee-of-the-commitment',
    story:
      'We pay the fee of the last commitment, which was high; the close gives it to the other side.',
    expectedTags: value,
    prize,
    play: async (stage) => {
      const first = await live(stage, { opener: 'holder', holderSats: 600_000n })
      const dear = { ...first, terms: { ...first.terms, feerate: feeratePerKw(60_000) } }
      const channel = await exchange(stage, dear, 'holder', dear.balances)
      const { terms, balances } = channel
      const forged = close(stage, { ...channel, balances: shifted(balances, -40_000n) })
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: () =>
          askSignatures(stage, terms.channelId, 'an honest close', [close(stage, channel)]),
      }
    },
  },
  forgedClose(
    {
      name: 'close-to-an-address-out-of-reach',
      story:
        'The close pays a wallet address of index 2 billion, which no wallet would ever look at.',
      expectedTags: destination,
      prize: 'the signature of a close to an address that nobody finds again',
    },
    (each, isOurs, { pairing }) =>
      isOurs ? output(each.value, p2wpkh(l1Address(pairing, 0, 2_000_000_000).publicKey)) : each,
  ),
  {
    name: 'close-to-a-named-address-out-of-reach',
    story: 'The same, and the job names that very path as the destination.',
    expectedTags: [...destination, 'policy-onchain-wallet-path-predictable'],
    prize: 'the signature of a close to an address that nobody finds again',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, balances } = channel
      const far = l1Address(stage.pairing, 0, 2_000_000_000)
      const forged = closingJob(terms, balances, far, sats(700n))
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: () =>
          askSignatures(stage, terms.channelId, 'an honest close', [close(stage, channel)]),
      }
    },
  },
  {
    name: 'close-with-a-payment-under-way',
    story: 'The channel is closed while a payment of ours is under way; the other side keeps it.',
    expectedTags: ['policy-mutual-no-pending-htlcs'],
    prize,
    play: async (stage) => {
      const first = await live(stage)
      const balances = withHtlcs(first.balances, htlc(stage, 'holder', 120_000n))
      const channel = await exchange(stage, first, 'holder', balances)
      const { terms } = channel
      const counterpartyMsat = balances.counterpartyMsat + 120_000_000n
      const kept = { ...channel, balances: { ...balances, counterpartyMsat, htlcs: [] } }
      const forged = close(stage, kept)
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: goOn(stage, channel),
      }
    },
  },
  {
    name: 'second-close-to-the-thief',
    story: 'An honest close is signed; the second, a fee step as it seems, pays the thief.',
    expectedTags: destination,
    prize,
    play: async (stage) => {
      const channel = await live(stage)
      const { terms } = channel
      const honest = close(stage, channel)
      await askSignatures(stage, terms.channelId, 'the first close', [honest])
      const next = close(stage, channel, sats(900n))
      const ours = p2wpkh(destinationAddress(stage.pairing, 0).publicKey)
      const outputs = next.transaction.outputs.map((each) =>
        equalBytes(each.scriptPubKey, ours) ? output(each.value, thiefScript(stage)) : each,
      )
      const forged = { ...next, transaction: paying(next.transaction, outputs) }
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: () => askSignatures(stage, terms.channelId, 'the next fee step', [next]),
      }
    },
  },
  {
    name: 'close-of-an-unseen-channel',
    story: 'A channel without a single commitment is closed, to wherever the platform says.',
    expectedTags: [
      ...value,
      ...destination,
      'policy-lightspark-unknown-channel',
      'policy-mutual-other',
    ],
    prize: 'the signature of a close of a channel whose balance the signer does not know',
    play: async (stage) => {
      const channel = await agreed(stage)
      const { terms } = channel
      const all = { holderMsat: 0n, counterpartyMsat: 1_000_000_000n, htlcs: [] }
      const forged = close(stage, { ...channel, balances: all })
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: () => opened(stage),
      }
    },
  },
]
