import { type Tweak, tweak } from '@boltwarden/core/bytes'
import { justiceJobs } from '../channel/claims.ts'
import type { JobDraft } from '../channel/job.ts'
import { exchange, type LiveChannel } from '../walk/asks/exchange.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { l1Address } from '../walk/player.ts'
import type { Attack } from './stage/attack.ts'
import { goOn, htlc, live, theirs, withHtlcs } from './stage/channels.ts'
import { output, redirected, thiefScript } from './stage/forge.ts'
import { signing } from './stage/requests.ts'
import { derived, type Stage } from './stage/stage.ts'
import { any, signed } from './stage/target.ts'

const foreign = ['policy-sweep-destination-allowlisted']
const tweaks = ['policy-lightspark-justice-tweak']

/** A revoked commitment of the counterparty's with a payment in it, and our claims of all of it. */
async function breach(stage: Stage) {
  const first = await live(stage)
  const balances = withHtlcs(first.balances, htlc(stage, 'counterparty', 40_000n))
  const paying = await exchange(stage, first, 'counterparty', balances)
  const channel = await exchange(stage, paying, 'counterparty', balances)
  const revoked = theirs(stage, paying, { number: paying.number })
  const address = l1Address(stage.pairing, 0, 5)
  const honest = justiceJobs(stage.secp256k1, channel.terms, revoked, address)
  return { channel, honest, address }
}

/** Our claims of a revoked commitment, changed; afterwards the honest ones are answered. */
function forgedJustice(
  words: Omit<Attack, 'play'>,
  forge: (honest: JobDraft, stage: Stage) => JobDraft,
): Attack {
  return {
    ...words,
    play: async (stage) => {
      const { channel, honest } = await breach(stage)
      const { channelId } = channel.terms
      const forged = honest.map((each) => forge(each, stage))
      return {
        requests: [signing(stage, channelId, forged)],
        target: any(...forged.map((each) => signed(each))),
        goOn: () => askSignatures(stage, channelId, 'the honest justice', honest),
      }
    },
  }
}

const total = ({ transaction }: JobDraft) =>
  transaction.outputs.reduce((sum, { value }) => sum + value, 0n)

/** A scalar of the thief's choice. */
function scalar(stage: Stage, name: string): Tweak {
  return tweak(derived(stage, name))
}

export const justice: readonly Attack[] = [
  forgedJustice(
    {
      name: 'justice-to-the-thief',
      story: 'The counterparty has cheated; what we take from it goes to the thief.',
      expectedTags: foreign,
      prize: 'the signature of a justice transaction that pays the thief',
    },
    (honest, stage) => redirected(honest, [output(total(honest), thiefScript(stage))]),
  ),
  forgedJustice(
    {
      name: 'justice-with-an-extra-output',
      story: 'A second output gives most of it back to who cheated.',
      expectedTags: foreign,
      prize: 'the signature of a justice transaction that pays the thief',
    },
    (honest, stage) =>
      redirected(honest, [
        ...honest.transaction.outputs.map(({ scriptPubKey }) => output(1_000n, scriptPubKey)),
        output(total(honest) - 1_000n, thiefScript(stage)),
      ]),
  ),
  forgedJustice(
    {
      name: 'justice-with-tweaks-of-the-thiefs',
      story: 'The revocation key is asked for with two scalars that follow from no secret.',
      expectedTags: [...tweaks, 'policy-lightspark-key-in-script'],
      prize: 'a signature of the revocation key, tweaked at will',
    },
    (honest, stage) => ({
      ...honest,
      mulTweak: scalar(stage, 'mul'),
      addTweak: scalar(stage, 'add'),
    }),
  ),
  {
    name: 'justice-before-the-secret',
    story: 'The other side asks for the justice on its own commitment that nobody has revoked.',
    expectedTags: tweaks,
    prize: 'a signature of the revocation key for a state that is not revoked',
    play: async (stage) => {
      const channel: LiveChannel = await live(stage)
      const { terms, number } = channel
      const commitment = theirs(stage, channel, { number })
      const forged = justiceJobs(stage.secp256k1, terms, commitment, l1Address(stage.pairing, 0, 5))
      return {
        requests: [signing(stage, terms.channelId, forged)],
        target: any(...forged.map((each) => signed(each))),
        goOn: goOn(stage, channel),
      }
    },
  },
]
