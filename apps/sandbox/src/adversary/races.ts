import { toHex } from '@boltwarden/core/hex'
import { commitmentJob, htlcJobs } from '../channel/commitment.ts'
import type { JobDraft } from '../channel/job.ts'
import { askPoint } from '../walk/asks/commitment-asks.ts'
import { exchange } from '../walk/asks/exchange.ts'
import { askPaymentHash } from '../walk/asks/invoice-asks.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { remoteSigningEvent } from '../webhook/envelope.ts'
import type { Attack, HostileRequest } from './stage/attack.ts'
import { goOn, hashNamed, htlc, live, ours, theirs, withHtlcs } from './stage/channels.ts'
import { output, thiefScript } from './stage/forge.ts'
import { haulSince, markNow } from './stage/haul.ts'
import { onePayment } from './stage/one-payment.ts'
import { coldStorage, ownerLimits } from './stage/owner-limits.ts'
import { paymentHashOf, secret, signing } from './stage/requests.ts'
import type { Stage } from './stage/stage.ts'
import { all, moneyAbove, secondHash, secretOf, signed } from './stage/target.ts'
import { coin, consolidation, spending, walletFee } from './stage/wallet.ts'

/** How many requests of a race are under way at once. */
const connections = 20

/** So many requests, the two kinds in turns. */
function inTurns(
  first: () => HostileRequest,
  second: () => HostileRequest,
): readonly HostileRequest[] {
  return Array.from({ length: connections }, (_, i) => (i % 2 === 0 ? first() : second()))
}

/** An L1 payment to the owner's cold storage, of a coin of its own. */
function toColdStorage(stage: Stage, sats: bigint, name: string): readonly JobDraft[] {
  const value = sats + walletFee
  return spending(stage, [coin(stage, 1, value, name)], [output(sats, coldStorage)])
}

export const races: readonly Attack[] = [
  {
    name: 'two-commitments-at-once',
    story: 'Two different commitments of one number are asked for in parallel, ten times each.',
    expectedTags: ['policy-commitment-retry-same'],
    prize: 'signatures of two commitments with one number',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, balances } = channel
      const candidates = ['a', 'b'].map((name) => {
        const paid = withHtlcs(balances, htlc(stage, 'counterparty', 20_000n, name))
        const commitment = theirs(stage, channel, { balances: paid })
        return [commitmentJob(terms, commitment), ...htlcJobs(terms, commitment)]
      })
      const [a = [], b = []] = candidates
      const ask = (drafts: readonly JobDraft[]) => () => signing(stage, terms.channelId, drafts)
      const mark = markNow(stage)
      const isOut = ([draft]: readonly JobDraft[]) =>
        draft !== undefined && signed(draft)(haulSince(stage, mark))
      return {
        requests: inTurns(ask(a), ask(b)),
        atOnce: true,
        target: all(...[a, b].flatMap(([draft]) => (draft === undefined ? [] : [signed(draft)]))),
        goOn: () =>
          askSignatures(stage, terms.channelId, 'the one that won, again', isOut(a) ? a : b),
      }
    },
  },
  {
    name: 'secret-and-broadcast-at-once',
    story:
      'Our commitment is to be signed for broadcast while its secret is asked for in parallel.',
    expectedTags: ['policy-lightspark-release-order', 'policy-commitment-holder-not-revoked'],
    prize: 'the signature of a commitment of ours together with its secret',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const { point } = await askPoint(stage, terms, number)
      await askPoint(stage, terms, number + 2)
      const draft = commitmentJob(terms, ours(stage, channel, point))
      const mark = markNow(stage)
      return {
        requests: inTurns(
          () => signing(stage, terms.channelId, [draft]),
          () => secret(stage, terms, number),
        ),
        atOnce: true,
        target: all(signed(draft), secretOf(toHex(point))),
        goOn: () =>
          signed(draft)(haulSince(stage, mark))
            ? askSignatures(stage, terms.channelId, 'our own commitment again', [draft])
            : exchange(stage, channel, 'counterparty', channel.balances),
      }
    },
  },
  {
    name: 'second-payment-hash-at-once',
    story: 'The payment hash of one invoice is asked for on twenty connections at once.',
    expectedTags: [],
    prize: 'a second payment hash for one invoice',
    play: async (stage) => {
      const { platform, node } = stage.context
      const { id } = platform.createInvoice({
        node: node.id,
        network: stage.pairing.network,
        amountSats: 1_000n,
        memo: stage.chapter,
        signingHash: undefined,
      })
      return {
        requests: Array.from({ length: connections }, () => paymentHashOf(stage, id)),
        atOnce: true,
        target: secondHash(id),
        goOn: () => askPaymentHash(stage, 2_000n),
      }
    },
  },
  {
    name: 'one-event-at-once',
    story: 'One and the same event comes on twenty connections at once: it must have one answer.',
    expectedTags: [],
    prize: 'two answers to one event',
    play: async (stage) => {
      const { platform, node } = stage.context
      const { id } = platform.createInvoice({
        node: node.id,
        network: stage.pairing.network,
        amountSats: 1_000n,
        memo: stage.chapter,
        signingHash: undefined,
      })
      const request = paymentHashOf(stage, id)
      const event = remoteSigningEvent(platform, node.id, request.data)
      return {
        requests: Array.from({ length: connections }, () => ({ ...request, event })),
        atOnce: true,
        target: secondHash(id),
        goOn: () => askPaymentHash(stage, 2_000n),
      }
    },
  },
  {
    name: 'two-bodies-of-one-event-at-once',
    story: 'Two secrets are asked for under one event id in parallel: only one body may count.',
    expectedTags: ['policy-lightspark-replay', 'policy-lightspark-release-order'],
    prize: 'a secret by an event whose id was spent on another',
    play: async (stage) => {
      const channel = await live(stage)
      const { terms, number } = channel
      const { point } = await askPoint(stage, terms, number + 1)
      await askPoint(stage, terms, number + 2)
      const { platform } = stage.context
      const known = remoteSigningEvent(platform, terms.channelId, secret(stage, terms, 0).data)
      const ask = (at: number) => () => {
        const request = secret(stage, terms, at)
        return { ...request, event: { ...known, data: request.data } }
      }
      return {
        requests: inTurns(ask(0), ask(number + 1)),
        atOnce: true,
        target: secretOf(toHex(point)),
        goOn: goOn(stage, channel),
      }
    },
  },
  {
    name: 'payments-at-once',
    story:
      'Twenty payments on twenty channels, each below the hourly limit, are asked for in parallel.',
    expectedTags: ['policy-velocity-transferred'],
    prize: 'signatures of payments above the hourly limit',
    policy: 'limits-at-once',
    play: async (stage) => {
      const pieces = []
      for (let i = 0; i < connections; i++) pieces.push(await onePayment(stage, 30_000n, `${i}`))
      const other = await live(stage)
      return {
        requests: pieces.map(({ request }) => request),
        atOnce: true,
        target: moneyAbove(ownerLimits.hourlyPaymentSats, pieces),
        goOn: goOn(stage, other),
      }
    },
  },
  {
    name: 'payment-intent-at-once',
    story: 'One announced payment is made on ten channels in parallel.',
    expectedTags: ['policy-commitment-payment-invoiced', 'policy-commitment-payment-approved'],
    prize: 'signatures of several payments for one announcement',
    policy: 'intents',
    play: async (stage) => {
      const paymentHash = toHex(hashNamed(stage, 'announced'))
      await stage.owner.announce({ kind: 'payment', paymentHash, maxAmountSats: 15_000n })
      const pieces = []
      for (let i = 0; i < 10; i++) pieces.push(await onePayment(stage, 15_000n, 'announced'))
      const other = await live(stage)
      return {
        requests: pieces.map(({ request }) => request),
        atOnce: true,
        target: moneyAbove(15_000n, pieces),
        goOn: goOn(stage, other),
      }
    },
  },
  {
    name: 'withdrawal-intent-at-once',
    story:
      'One announced withdrawal is asked for twenty times in parallel, each time of another coin.',
    expectedTags: ['policy-lightspark-withdrawal-intent', 'policy-onchain-no-unknown-outputs'],
    prize: 'the signatures of several withdrawals for one announcement',
    policy: 'intents',
    play: async (stage) => {
      const { id } = stage.context.node
      const to = thiefScript(stage)
      await stage.owner.announce({ kind: 'withdrawal', script: toHex(to), amountSats: 40_000n })
      const pieces = Array.from({ length: connections }, (_, i) =>
        spending(stage, [coin(stage, 1, 40_000n + walletFee, `${i}`)], [output(40_000n, to)]),
      ).flat()
      const own = consolidation(stage, [coin(stage, 2, 900_000n)])
      return {
        requests: pieces.map((draft) => signing(stage, id, [draft])),
        atOnce: true,
        target: moneyAbove(
          40_000n,
          pieces.map((draft) => ({ draft, sats: 40_000n })),
        ),
        goOn: () => askSignatures(stage, id, 'a payment to itself', own),
      }
    },
  },
  {
    name: 'withdrawals-at-once',
    story:
      'Twenty withdrawals below the hourly limit are asked for in parallel, to get past the sum.',
    expectedTags: ['policy-velocity-funding'],
    prize: 'signatures of withdrawals above the hourly limit',
    policy: 'limits-at-once',
    play: async (stage) => {
      const { id } = stage.context.node
      const names = Array.from({ length: connections }, (_, i) => `coin ${i}`)
      const pieces = names.flatMap((name) => toColdStorage(stage, 50_000n, name))
      const own = consolidation(stage, [coin(stage, 2, 900_000n)])
      return {
        requests: pieces.map((draft) => signing(stage, id, [draft])),
        atOnce: true,
        target: moneyAbove(
          ownerLimits.hourlyOnchainSats,
          pieces.map((draft) => ({ draft, sats: 50_000n })),
        ),
        goOn: () => askSignatures(stage, id, 'a payment to itself', own),
      }
    },
  },
]
