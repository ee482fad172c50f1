import { type Digest, digest } from '@boltwarden/core/bytes'
import { toHex } from '@boltwarden/core/hex'
import { commitmentJob } from '../channel/commitment.ts'
import { digestOf, type JobDraft } from '../channel/job.ts'
import { type ChannelTerms, channelPath, point } from '../channel/terms.ts'
import type { LiveChannel } from '../walk/asks/exchange.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { l1Address } from '../walk/player.ts'
import type { Attack } from './stage/attack.ts'
import { goOn, htlc, live, theirs, withHtlcs } from './stage/channels.ts'
import { output, redirected, theftOf, thiefScript, withMessage } from './stage/forge.ts'
import {
  channelXpub,
  dividedSignature,
  mulTweak,
  multiplied,
  multipliedSiblingTweak,
  oneKeySigned,
  siblingTweak,
  walletBranch,
} from './stage/key-tricks.ts'
import { signing } from './stage/requests.ts'
import { derived, type Stage } from './stage/stage.ts'
import { all, signature, signed } from './stage/target.ts'
import { coin, consolidation, walletFee } from './stage/wallet.ts'

const purpose = ['policy-lightspark-key-purpose']

/** A key that no job may name, and whose public key nobody is told. */
function forbiddenKey(
  name: string,
  story: string,
  pathOf: (terms: ChannelTerms) => string,
  tags = purpose,
): Attack {
  return {
    name,
    story,
    expectedTags: tags,
    prize: 'two signatures of one unknown key, over digests of the thief',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms } = channel
      const shown = commitmentJob(terms, theirs(stage, channel))
      const [first, second] = [digest(derived(stage, 'a')), digest(derived(stage, 'b'))]
      const request = (message: Digest) =>
        signing(stage, terms.channelId, [withMessage(shown, message)], (wire) => ({
          ...wire,
          derivation_path: pathOf(terms),
        }))
      return {
        requests: [request(first), request(second)],
        target: oneKeySigned(toHex(first), toHex(second)),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** A second commitment of one number, asked for by another spelling of the funding key's path. */
function respelt(name: string, story: string, spell: (path: string) => string): Attack {
  return {
    name,
    story,
    expectedTags: ['policy-lightspark-path'],
    prize: 'signatures of two commitments with one number',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'counterparty', 40_000n))
      const again = { ...commitmentJob(terms, theirs(stage, channel, { number, balances })) }
      const first = commitmentJob(terms, theirs(stage, channel, { number }))
      const request = signing(stage, terms.channelId, [again], (wire) => ({
        ...wire,
        derivation_path: spell(channelPath(terms, 0)),
      }))
      return {
        requests: [request],
        target: all(signed(first), signed(again)),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** Another key of the channel, with a tweak that makes it the funding key, signs the theft. */
function becomesFundingKey(key: 1 | 2 | 3 | 4, name: string, word: string, tags = purpose): Attack {
  return {
    name: `${name}-becomes-funding-key`,
    story: `The ${word} is asked for with an add_tweak that makes it the funding key: xpub alone tells it.`,
    expectedTags: tags,
    prize: 'a signature of the funding key over a close that pays the thief',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms } = channel
      const stolen = theftOf(stage, channel)
      const addTweak = siblingTweak(channelXpub(stage, terms.channel), key, 0)
      const forged: JobDraft = {
        ...stolen,
        path: channelPath(terms, key),
        publicKey: basepoint(terms, key),
        addTweak,
      }
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(stolen),
        goOn: goOn(stage, channel),
      }
    },
  }
}

function basepoint({ holder }: ChannelTerms, key: 1 | 2 | 3 | 4) {
  return (
    [holder.funding, holder.revocation, holder.payment, holder.delayedPayment, holder.htlc][key] ??
    holder.funding
  )
}

/** Key and digest are multiplied by one number; the signature is divided by it afterwards. */
function multipliedBoth(
  name: string,
  story: string,
  tags: readonly string[],
  forge: (stage: Stage, channel: LiveChannel) => Pick<JobDraft, 'path' | 'publicKey' | 'addTweak'>,
): Attack {
  return {
    name,
    story,
    expectedTags: tags,
    prize: 'a signature of the funding key over a close that pays the thief',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms } = channel
      const stolen = theftOf(stage, channel)
      const wanted = digestOf(stolen)
      const forged = { ...stolen, ...forge(stage, channel), mulTweak, message: multiplied(wanted) }
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: dividedSignature(toHex(terms.holder.funding), toHex(wanted)),
        goOn: goOn(stage, channel),
      }
    },
  }
}

export const keys: readonly Attack[] = [
  {
    name: 'identity-key',
    story:
      "The node's identity is asked to sign 32 bytes, which may be an invoice or an announcement.",
    expectedTags: purpose,
    prize: "a signature of the node's identity over bytes of the thief",
    play: async (stage) => {
      const channel = await live(stage)
      const { channelId } = channel.terms
      const shown = commitmentJob(channel.terms, theirs(stage, channel))
      const message = digest(derived(stage, 'forged invoice'))
      const publicKey = point(stage.pairing.nodeId)
      const forged = withMessage({ ...shown, path: 'm/0', publicKey }, message)
      return {
        requests: [signing(stage, channelId, [forged])],
        target: signature(stage.pairing.nodeId, toHex(message)),
        goOn: goOn(stage, channel),
      }
    },
  },
  forbiddenKey(
    'operation-signing-key',
    'The key that authorises money movement in the API is asked to sign.',
    () => 'm/5',
  ),
  forbiddenKey(
    'preimage-key',
    'The key that all preimages come from is asked to sign.',
    () => "m/4'",
  ),
  forbiddenKey(
    'channel-seed-key',
    "The key that seeds a channel's secrets is asked to sign.",
    (terms) => channelPath(terms),
  ),
  forbiddenKey('master-key', 'The master key itself is asked to sign.', () => 'm', [
    'policy-lightspark-path',
  ]),
  respelt(
    'path-with-leading-zero',
    'One key under two spellings is to pass for two, so that one number is signed twice.',
    (path) => path.replace(/0$/, '00'),
  ),
  becomesFundingKey(1, 'revocation-key', 'revocation key'),
  becomesFundingKey(2, 'payment-key', 'payment key', ['policy-lightspark-tweak']),
  becomesFundingKey(3, 'delayed-key', 'delayed payment key'),
  becomesFundingKey(4, 'htlc-key', 'HTLC key'),
  multipliedBoth(
    'multiplied-funding-key',
    'The funding key times m signs the digest times m: divided by m, that is its own signature.',
    ['policy-lightspark-tweak'],
    (_stage, { terms }) => ({ path: channelPath(terms, 0), publicKey: terms.holder.funding }),
  ),
  multipliedBoth(
    'multiplied-revocation-key',
    'The revocation key may be multiplied: tweaked into m times the funding key, it signs m times the digest.',
    ['policy-lightspark-sighash', 'policy-lightspark-key-purpose'],
    (stage, { terms }) => ({
      path: channelPath(terms, 1),
      publicKey: terms.holder.revocation,
      addTweak: multipliedSiblingTweak(channelXpub(stage, terms.channel), 1, 0),
    }),
  ),
  {
    name: 'wallet-key-becomes-another',
    story:
      'A wallet key is tweaked into another one of the wallet, whose coin is to go to the thief.',
    expectedTags: ['policy-lightspark-tweak'],
    prize: 'a signature that spends a coin of the wallet to the thief',
    play: async (stage) => {
      const coins = [coin(stage, 2, 800_000n)]
      const [honest] = consolidation(stage, coins)
      if (honest === undefined) throw new TypeError('"coins" expected one')
      const stolen = redirected(honest, [output(honest.amount - walletFee, thiefScript(stage))])
      const { path, publicKey } = l1Address(stage.pairing, 0, 1)
      const addTweak = siblingTweak(walletBranch(stage, 0), 1, 2)
      const { id } = stage.context.node
      return {
        requests: [signing(stage, id, [{ ...stolen, path, publicKey, addTweak }])],
        target: signed(stolen),
        goOn: () => askSignatures(stage, id, 'the honest payment', [honest]),
      }
    },
  },
  {
    name: 'wallet-path-with-another-mark',
    story:
      "A wallet path is spelt with h in the place of ', to get past what looks for wallet paths.",
    expectedTags: ['policy-lightspark-path'],
    prize: 'a signature that spends a coin of the wallet to the thief',
    play: async (stage) => {
      const [honest] = consolidation(stage, [coin(stage, 2, 700_000n)])
      if (honest === undefined) throw new TypeError('"coins" expected one')
      const stolen = redirected(honest, [output(honest.amount - walletFee, thiefScript(stage))])
      const { id } = stage.context.node
      const spelt = stolen.path.replaceAll("'", 'h')
      const request = signing(stage, id, [stolen], (wire) => ({ ...wire, derivation_path: spelt }))
      return {
        requests: [request],
        target: signed(stolen),
        goOn: () => askSignatures(stage, id, 'the honest payment', [honest]),
      }
    },
  },
]
