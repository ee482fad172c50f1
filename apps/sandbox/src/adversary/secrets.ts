import { toHex } from '@boltwarden/core/hex'
import { commitmentNumber, indexOf, maxCommitmentIndex, sats } from '@boltwarden/core/units'
import { closingJob, delayedSweep } from '../channel/claims.ts'
import { commitmentJob, outputsOf } from '../channel/commitment.ts'
import { deriveSecret } from '../verify/commitment-secrets.ts'
import { type AskedChannel, askPoint } from '../walk/asks/commitment-asks.ts'
import { exchange, type LiveChannel } from '../walk/asks/exchange.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { destinationAddress, l1Address } from '../walk/player.ts'
import type { Attack } from './stage/attack.ts'
import { goOn, live, ours } from './stage/channels.ts'
import { perCommitmentPoint, secret, withData } from './stage/requests.ts'
import type { Stage } from './stage/stage.ts'
import { isKeyOf, moreThan, secretOf, type Target } from './stage/target.ts'

const order = ['policy-lightspark-release-order']
const reuse = ['policy-channel-original-channel-id-reuse']

/** A channel whose holder has force-closed: its commitment is signed, and `sweep` claims from it. */
async function forceClosed(stage: Stage) {
  const channel = await live(stage)
  const { terms, number } = channel
  const { point } = await askPoint(stage, terms, number)
  await askPoint(stage, terms, number + 1)
  await askPoint(stage, terms, number + 2)
  const commitment = ours(stage, channel, point)
  await askSignatures(stage, terms.channelId, 'our own commitment', [
    commitmentJob(terms, commitment),
  ])
  const [spent] = outputsOf(commitment, 'to-local')
  if (spent === undefined) throw new TypeError('"commitment" expected a to_local output')
  const claim = delayedSweep(
    terms,
    commitment,
    { transaction: commitment.transaction, vout: spent.vout, script: spent.witnessScript },
    l1Address(stage.pairing, 0, 6),
  )
  const sweep = () => askSignatures(stage, terms.channelId, 'the sweep of our output', [claim])
  return { ...channel, point: toHex(point), sweep }
}

/** The seed of all secrets, told by one that comes out for index 0. */
function seedOf(point: string, number: number): Target {
  const index = indexOf(commitmentNumber(number))
  return ({ words }) =>
    words.some((word) => {
      const derived = deriveSecret(word, 0, index)
      return derived !== undefined && isKeyOf(derived, point)
    })
}

/** The seed of a channel's secrets, asked for by an index that BOLT 3 reads as 0. */
function seedByIndex(name: string, story: string, index: number, tags: readonly string[]): Attack {
  return {
    name,
    story,
    expectedTags: tags,
    prize: 'the seed of all secrets of the channel',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const { point } = await askPoint(stage, terms, number)
      const asked = withData(secret(stage, terms, number), { per_commitment_point_idx: index })
      return {
        requests: [asked],
        target: seedOf(toHex(point), number),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** The secret of a broadcast commitment, asked for in a roundabout way. */
function ofTheBroadcast(
  name: string,
  story: string,
  tags: readonly string[],
  ask: (stage: Stage, closed: LiveChannel, other: LiveChannel) => ReturnType<typeof secret>,
): Attack {
  return {
    name,
    story,
    expectedTags: tags,
    prize: 'the secret of the commitment that was just signed for broadcast',
    play: async (stage) => {
      const other = await live(stage)
      const closed = await forceClosed(stage)
      return {
        requests: [ask(stage, closed, other)],
        target: secretOf(closed.point),
        goOn: async () => {
          await closed.sweep()
          await exchange(stage, other, 'counterparty', other.balances)
        },
      }
    },
  }
}

export const secrets: readonly Attack[] = [
  {
    name: 'secret-before-any-commitment',
    story: 'The first secret is asked for while there is no point to go on with.',
    expectedTags: ['policy-lightspark-release-before-point'],
    prize: 'the secret of commitment 0',
    play: async (stage) => {
      const keys = stage.nextChannel()
      const { platform, node } = stage.context
      const { id: channelId } = platform.createChannel({ node: node.id, capacitySats: 500_000n })
      const channel: AskedChannel = { channel: keys.channel, channelId }
      const { point } = await askPoint(stage, channel, 0)
      return {
        requests: [secret(stage, channel, 0)],
        target: secretOf(toHex(point)),
        goOn: () => askPoint(stage, channel, 1),
      }
    },
  },
  {
    name: 'secret-that-skips-one',
    story: 'The secret after the next one is asked for: one is left out.',
    expectedTags: [...order, 'policy-lightspark-release-before-point'],
    prize: 'the secret of a commitment that is not revoked',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const { point } = await askPoint(stage, terms, number + 1)
      await askPoint(stage, terms, number + 2)
      return {
        requests: [secret(stage, terms, number + 1)],
        target: secretOf(toHex(point)),
        goOn: goOn(stage, channel),
      }
    },
  },
  {
    name: 'secret-far-ahead',
    story: 'A secret of the far future is asked for, together with the points before and after it.',
    expectedTags: order,
    prize: 'the secret of a commitment that is yet to come',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const at = [3, 4, 5, 6, 7].map((ahead) => number + ahead)
      const points = at.map((each) => perCommitmentPoint(stage, terms, each))
      return {
        requests: [...points, secret(stage, terms, number + 6)],
        target: moreThan(1, 'release_channel_per_commitment_secret'),
        goOn: goOn(stage, channel),
      }
    },
  },
  seedByIndex(
    'secret-of-index-zero',
    'The secret of index 0 is the seed of all the others.',
    0,
    order,
  ),
  seedByIndex(
    'secret-of-aliased-index',
    'Index 2^48 has the same lower 48 bits as 0: the seed by another name.',
    maxCommitmentIndex + 1,
    [...order, 'MALFORMED'],
  ),
  {
    name: 'secret-of-unseen-channel',
    story: 'A secret of a channel that the signer has never heard of, as a test event asks for it.',
    expectedTags: [
      'policy-lightspark-unknown-channel',
      'policy-lightspark-release-order',
      'policy-lightspark-release-before-point',
    ],
    prize: 'a secret of a channel that may have a life elsewhere',
    play: async (stage) => {
      const keys = stage.nextChannel()
      const { platform, node } = stage.context
      const { id: channelId } = platform.createChannel({ node: node.id, capacitySats: 500_000n })
      const channel: AskedChannel = { channel: keys.channel, channelId }
      const about = { per_commitment_point_idx: 27_363_191 }
      return {
        requests: [withData(secret(stage, channel, 0), about)],
        target: moreThan(0, 'release_channel_per_commitment_secret'),
        goOn: () => askPoint(stage, channel, 0),
      }
    },
  },
  ofTheBroadcast(
    'secret-after-broadcast',
    'The holder has force-closed; with the secret of that commitment everything in it is forfeit.',
    order,
    (stage, closed) => secret(stage, closed.terms, closed.number),
  ),
  {
    name: 'secret-after-broadcast-and-a-power-cut',
    story: 'The same after the signer was ended by force: it must not have forgotten.',
    expectedTags: order,
    prize: 'the secret of the commitment that was signed for broadcast',
    play: async (stage) => {
      const closed = await forceClosed(stage)
      await stage.owner.restart()
      return {
        requests: [secret(stage, closed.terms, closed.number)],
        target: secretOf(closed.point),
        goOn: closed.sweep,
      }
    },
  },
  ofTheBroadcast(
    'secret-by-another-channel-id',
    'The same secret is asked for under the id of a channel that is alive.',
    [...reuse, ...order],
    (stage, closed, other) => {
      const channelId = other.terms.channelId
      return secret(stage, { ...closed.terms, channelId }, closed.number)
    },
  ),
  ofTheBroadcast(
    'secret-by-a-fresh-channel-id',
    'The same secret is asked for under the id of a channel made for the purpose.',
    [...reuse, ...order],
    (stage, closed) => {
      const { platform, node } = stage.context
      const fresh = platform.createChannel({ node: node.id, capacitySats: 1_000_000n })
      return secret(stage, { ...closed.terms, channelId: fresh.id }, closed.number)
    },
  ),
  ofTheBroadcast(
    'secret-by-aliased-index-after-broadcast',
    'The same secret is asked for by its index plus 2^48: lower 48 bits alone make the secret.',
    ['MALFORMED', ...order],
    (stage, closed) =>
      withData(secret(stage, closed.terms, closed.number), {
        per_commitment_point_idx: indexOf(closed.number) + maxCommitmentIndex + 1,
      }),
  ),
  ofTheBroadcast(
    'secret-by-another-path-spelling',
    'The same secret is asked for by a path with a leading zero.',
    ['policy-lightspark-path'],
    (stage, closed) => {
      const { channel } = closed.terms
      return withData(secret(stage, closed.terms, closed.number), {
        derivation_path: `m/3/0${channel}`,
      })
    },
  ),
  {
    name: 'second-path-for-a-known-channel',
    story: "A known channel's id comes with another path, whose keys have no history.",
    expectedTags: reuse,
    prize: 'the first point of other keys under a known id',
    play: async (stage) => {
      const channel = await live(stage)
      const { channelId } = channel.terms
      const { channel: path } = stage.nextChannel()
      return {
        requests: [perCommitmentPoint(stage, { channel: path, channelId }, 0)],
        target: moreThan(3, 'update_channel_per_commitment_point'),
        goOn: goOn(stage, channel),
      }
    },
  },
  {
    name: 'secret-after-close',
    story: 'A close is signed; the next secret would let the counterparty punish us for closing.',
    expectedTags: ['policy-revoke-not-closed'],
    prize: 'a secret of a channel that is closing',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number, balances } = channel
      const { point } = await askPoint(stage, terms, number)
      await askPoint(stage, terms, number + 2)
      const destination = destinationAddress(stage.pairing, 0)
      const close = closingJob(terms, balances, destination, sats(700n))
      await askSignatures(stage, terms.channelId, 'cooperative close', [close])
      return {
        requests: [secret(stage, terms, number)],
        target: secretOf(toHex(point)),
        goOn: () => askSignatures(stage, terms.channelId, 'the same close', [close]),
      }
    },
  },
  {
    name: 'points-far-ahead',
    story: 'The point of commitment 1,000 is asked for at commitment 1: nothing honest needs it.',
    expectedTags: ['policy-optional-fail-fast'],
    prize: 'a point that a later channel state rests on',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const { platform } = stage.context
      const index = indexOf(commitmentNumber(number + 1_000))
      return {
        requests: [perCommitmentPoint(stage, terms, number + 1_000)],
        target: () => platform.get('Channel', terms.channelId).points.has(index),
        goOn: goOn(stage, channel),
      }
    },
  },
]
