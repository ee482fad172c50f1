import { toHex } from '@boltwarden/core/hex'
import { commitmentNumber, indexOf } from '@boltwarden/core/units'
import { commitmentJob, htlcJobs } from '../channel/commitment.ts'
import { createTerms } from '../channel/terms.ts'
import { askPoint, tellSecret } from '../walk/asks/commitment-asks.ts'
import { askCommitment, exchange, type LiveChannel } from '../walk/asks/exchange.ts'
import type { Attack, HostileRequest } from './stage/attack.ts'
import { agreed, goOn, htlc, live, planned, shifted, theirs, withHtlcs } from './stage/channels.ts'
import { exchangeMany } from './stage/exchanges.ts'
import { forgedCommitment } from './stage/forged-commitment.ts'
import { signing } from './stage/requests.ts'
import { derived, type Stage, txidOf } from './stage/stage.ts'
import { all, signed } from './stage/target.ts'

const retry = 'policy-commitment-retry-same'
const number = ['policy-commitment-locktime', 'policy-commitment-sequence', retry]
const stolen = 'the signature of a commitment that takes our money'

/** Two commitments of one number, both fair: signed both, the signer has lost count. */
function twice(
  name: string,
  story: string,
  expectedTags: readonly string[],
  entity: (stage: Stage, channelId: string) => string,
): Attack {
  return {
    name,
    story,
    expectedTags,
    prize: 'signatures of two commitments with one number',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number: at } = channel
      const balances = withHtlcs(channel.balances, htlc(stage, 'counterparty', 30_000n))
      const first = commitmentJob(terms, theirs(stage, channel, { number: at }))
      const second = commitmentJob(terms, theirs(stage, channel, { number: at, balances }))
      return {
        requests: [signing(stage, entity(stage, terms.channelId), [second])],
        target: all(signed(first), signed(second)),
        goOn: goOn(stage, channel),
      }
    },
  }
}

/** A channel without history, whose first commitment is number 1,000. */
function unseen(
  name: string,
  story: string,
  expectedTags: readonly string[],
  channelOf: (stage: Stage) => Promise<LiveChannel>,
): Attack {
  return {
    name,
    story,
    expectedTags,
    prize: 'the signature of a commitment of a channel that may have a life elsewhere',
    play: async (stage) => {
      const channel = await channelOf(stage)
      const { terms } = channel
      const forged = commitmentJob(terms, theirs(stage, channel, { number: 1_000 }))
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: () => askPoint(stage, terms, 0),
      }
    },
  }
}

/** A revealed secret that is made up. */
function falseSecret(stage: Stage, channelId: string, at: number): HostileRequest {
  return {
    entityId: channelId,
    data: {
      sub_event_type: 'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
      bitcoin_network: stage.pairing.network,
      per_commitment_secret_idx: indexOf(commitmentNumber(at)),
      per_commitment_secret: toHex(derived(stage, 'made up')),
      node_id: stage.context.node.id,
    },
  }
}

export const commitmentNumbers: readonly Attack[] = [
  forgedCommitment({
    name: 'number-jumps-ahead',
    story: 'Three numbers are left out, so that later ones can be signed without revoking them.',
    expectedTags: number,
    prize: 'the signature of a commitment from the future',
    forge: (stage, channel) => [
      commitmentJob(channel.terms, theirs(stage, channel, { number: channel.number + 4 })),
    ],
  }),
  forgedCommitment({
    name: 'number-jumps-to-the-end',
    story: 'The last number of all is asked for: after it, nothing could be revoked.',
    expectedTags: number,
    prize: 'the signature of the last commitment there can be',
    forge: (stage, channel) => [
      commitmentJob(channel.terms, theirs(stage, channel, { number: 2 ** 48 - 1 })),
    ],
  }),
  forgedCommitment({
    name: 'number-goes-back',
    story: 'A number that is revoked already is signed again, with other balances.',
    expectedTags: number,
    prize: 'the signature of another commitment with a revoked number',
    before: (stage, channel) => exchangeMany(stage, channel, 2),
    forge: (stage, channel) => {
      const balances = withHtlcs(channel.balances, htlc(stage, 'counterparty', 30_000n))
      const at = channel.number - 2
      return [commitmentJob(channel.terms, theirs(stage, channel, { number: at, balances }))]
    },
  }),
  forgedCommitment({
    name: 'same-number-with-less-for-us',
    story: 'The number just signed is signed again, in a transaction that pays us less.',
    expectedTags: [retry, 'policy-routing-deltas-only-htlc'],
    prize: stolen,
    forge: (stage, channel) => {
      const balances = shifted(channel.balances, -100_000n)
      const at = channel.number
      return [commitmentJob(channel.terms, theirs(stage, channel, { number: at, balances }))]
    },
  }),
  twice(
    'same-number-with-another-payment',
    'The number just signed is signed again, in a transaction that is as fair but another one.',
    [retry],
    (_stage, channelId) => channelId,
  ),
  twice(
    'same-number-in-the-name-of-the-node',
    'The same, in an event about the node instead of the channel.',
    [retry],
    ({ context }) => context.node.id,
  ),
  twice(
    'same-number-in-the-name-of-another-channel',
    "The same, in an event about a channel made for the purpose: it is to count as that channel's first.",
    ['policy-channel-original-channel-id-reuse', retry],
    ({ context: { platform, node } }) =>
      platform.createChannel({ node: node.id, capacitySats: 1_000_000n }).id,
  ),
  {
    name: 'next-before-the-last-is-revoked',
    story:
      'Two commitments in a row without the secret of the first: the other side could publish either.',
    expectedTags: ['policy-commitment-previous-revoked'],
    prize: 'signatures of two commitments of which neither is revoked',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number: at, balances } = channel
      await askCommitment(stage, terms, commitmentNumber(at + 1), balances)
      const forged = commitmentJob(terms, theirs(stage, channel, { number: at + 2 }))
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: async () => {
          await tellSecret(stage, terms, commitmentNumber(at))
          await askCommitment(stage, terms, commitmentNumber(at + 2), balances)
        },
      }
    },
  },
  {
    name: 'next-after-a-false-secret',
    story:
      'A secret is made up, and the next commitment asked for as if the last one were revoked.',
    expectedTags: ['policy-lightspark-reveal-consistent', 'policy-commitment-previous-revoked'],
    prize: 'signatures of two commitments of which neither is revoked',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number: at, balances } = channel
      await askCommitment(stage, terms, commitmentNumber(at + 1), balances)
      const forged = commitmentJob(terms, theirs(stage, channel, { number: at + 2 }))
      return {
        requests: [
          falseSecret(stage, terms.channelId, at),
          signing(stage, terms.channelId, [forged]),
        ],
        target: signed(forged),
        goOn: async () => {
          await tellSecret(stage, terms, commitmentNumber(at))
          await askCommitment(stage, terms, commitmentNumber(at + 2), balances)
        },
      }
    },
  },
  {
    name: 'next-after-a-false-secret-of-a-payment',
    story:
      'The same where BOLT 3 derives nothing from the secret: only the keys of the payment in that state tell.',
    expectedTags: ['policy-lightspark-reveal-consistent', 'policy-commitment-previous-revoked'],
    prize: 'signatures of two commitments of which neither is revoked',
    play: async (stage) => {
      const first = await live(stage)
      const balances = withHtlcs(first.balances, htlc(stage, 'holder', 30_000n))
      const channel = await exchange(stage, first, 'holder', balances)
      const { terms, number: at } = channel
      await askCommitment(stage, terms, commitmentNumber(at + 1), balances)
      const commitment = theirs(stage, channel, { number: at + 2 })
      const forged = commitmentJob(terms, commitment)
      return {
        requests: [
          falseSecret(stage, terms.channelId, at),
          signing(stage, terms.channelId, [forged, ...htlcJobs(terms, commitment)]),
        ],
        target: signed(forged),
        goOn: async () => {
          await tellSecret(stage, terms, commitmentNumber(at))
          await askCommitment(stage, terms, commitmentNumber(at + 2), balances)
        },
      }
    },
  },
  unseen(
    'commitment-of-an-unseen-channel',
    'A channel that the signer has never heard of starts at commitment 1,000.',
    ['policy-lightspark-unknown-channel', ...number],
    async (stage) => planned(stage),
  ),
  unseen(
    'channel-that-starts-in-the-middle',
    'A channel that was just agreed on starts at commitment 1,000.',
    ['policy-lightspark-unknown-channel', ...number],
    agreed,
  ),
  {
    name: 'second-first-commitment',
    story: 'A channel in life is to start again from number 0, with another funding output.',
    expectedTags: ['policy-commitment-input-match-funding', ...number],
    prize: stolen,
    play: async (stage) => {
      const channel = await live(stage)
      const { terms } = channel
      const funding = { txid: txidOf(stage, 'second funding'), vout: 1 }
      const again = createTerms({ ...terms, funding })
      const balances = shifted(channel.balances, -300_000n)
      const commitment = theirs(stage, channel, { number: 0, balances, terms: again })
      const forged = commitmentJob(again, commitment)
      return {
        requests: [signing(stage, terms.channelId, [forged])],
        target: signed(forged),
        goOn: goOn(stage, channel),
      }
    },
  },
]
