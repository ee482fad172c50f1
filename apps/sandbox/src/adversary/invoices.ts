import { toHex } from '@boltwarden/core/hex'
import { commitmentNumber, sats } from '@boltwarden/core/units'
import { closingJob } from '../channel/claims.ts'
import { commitmentJob, type Htlc, htlcJobs } from '../channel/commitment.ts'
import type { JobDraft } from '../channel/job.ts'
import { askPoint, askRelease, tellSecret } from '../walk/asks/commitment-asks.ts'
import { askCommitment, exchange, type LiveChannel } from '../walk/asks/exchange.ts'
import { askPaymentHash, askPreimage, type IssuedInvoice } from '../walk/asks/invoice-asks.ts'
import { askSignatures } from '../walk/asks/signing-asks.ts'
import { receiveHtlc } from '../walk/chapters/inbound.ts'
import { destinationAddress } from '../walk/player.ts'
import type { Attack, HostileRequest } from './stage/attack.ts'
import { htlc, live, opened, ours, theirs, withHtlcs } from './stage/channels.ts'
import { ownerLimits } from './stage/owner-limits.ts'
import { paymentHashOf, preimage, revealed, signing } from './stage/requests.ts'
import { derived, type Stage, txidOf } from './stage/stage.ts'
import { all, moreThan, preimageOf, secondHash, signed } from './stage/target.ts'

const issued = ['policy-lightspark-preimage-issued']
const unpaid = ['policy-lightspark-preimage-htlc']
const prize = 'the preimage of an invoice that nobody paid us'

function hashOf({ paymentHash }: IssuedInvoice): string {
  return toHex(paymentHash)
}

/** Asks for an invoice's preimage with its own nonce. */
function own(stage: Stage, { id, nonce }: IssuedInvoice): HostileRequest {
  return preimage(stage, id, nonce)
}

/** The HTLC that pays an invoice, or looks like it. */
function paymentOf(stage: Stage, invoice: IssuedInvoice, changes: Partial<Htlc> = {}): Htlc {
  const { paymentHash, amountMsat } = invoice
  return { ...htlc(stage, 'counterparty', 1n), paymentHash, amountMsat, ...changes }
}

/** Pays the invoice honestly, so that its preimage is due: it must be given then. */
async function payHonestly(stage: Stage, invoice: IssuedInvoice): Promise<void> {
  const channel = await live(stage)
  const paid = paymentOf(stage, invoice, { amountMsat: 50_000_000n })
  const balances = withHtlcs(channel.balances, paid)
  await exchange(stage, channel, 'counterparty', balances)
  await askPreimage(stage, invoice)
}

/** The channel's end is signed, and then a payment arrives in the counterparty's next commitment. */
function afterTheEnd(
  name: string,
  story: string,
  endOf: (stage: Stage, channel: LiveChannel) => Promise<JobDraft>,
): Attack {
  return {
    name,
    story,
    expectedTags: [
      ...unpaid,
      'policy-mutual-other',
      'policy-revoke-not-closed',
      'policy-commitment-holder-not-revoked',
    ],
    prize: 'a preimage for a payment that the signed end of the channel does not know',
    play: async (stage) => {
      const invoice = await askPaymentHash(stage, 50_000n)
      const channel = await live(stage)
      const { terms, number } = channel
      const end = await endOf(stage, channel)
      await askSignatures(stage, terms.channelId, 'the end of the channel', [end])
      const balances = withHtlcs(channel.balances, paymentOf(stage, invoice))
      const commitment = theirs(stage, channel, { balances })
      const drafts = [commitmentJob(terms, commitment), ...htlcJobs(terms, commitment)]
      return {
        requests: [
          signing(stage, terms.channelId, drafts),
          revealed(stage, terms, number),
          own(stage, invoice),
        ],
        target: all(signed(end), preimageOf(hashOf(invoice))),
        goOn: () => askSignatures(stage, terms.channelId, 'the end again', [end]),
      }
    },
  }
}

export const invoices: readonly Attack[] = [
  {
    name: 'preimage-of-a-nonce-from-nowhere',
    story: "An invoice's preimage is asked for with a nonce that the signer never made.",
    expectedTags: issued,
    prize: 'a preimage of a nonce of the thief',
    play: async (stage) => {
      const invoice = await askPaymentHash(stage, 21_000n)
      const nonce = toHex(derived(stage, 'nonce'))
      return {
        requests: [preimage(stage, invoice.id, nonce)],
        target: moreThan(0, 'release_payment_preimage'),
        goOn: () => payHonestly(stage, invoice),
      }
    },
  },
  {
    name: 'preimage-by-the-nonce-of-another-invoice',
    story: 'A paid invoice lends its id, an unpaid one its nonce.',
    expectedTags: issued,
    prize,
    play: async (stage) => {
      const paid = await askPaymentHash(stage, 21_000n)
      const other = await askPaymentHash(stage, 900_000n)
      await payHonestly(stage, paid)
      return {
        requests: [preimage(stage, paid.id, other.nonce)],
        target: preimageOf(hashOf(other)),
        goOn: () => askPreimage(stage, paid),
      }
    },
  },
  {
    name: 'preimage-of-an-invoice-never-asked-for',
    story:
      "An unpaid invoice's nonce is presented under the id of an invoice that has no hash yet.",
    expectedTags: issued,
    prize,
    play: async (stage) => {
      const { platform, node } = stage.context
      const other = await askPaymentHash(stage, 900_000n)
      const { id } = platform.createInvoice({
        node: node.id,
        network: stage.pairing.network,
        amountSats: 1_000n,
        memo: 'never asked for',
        signingHash: undefined,
      })
      return {
        requests: [preimage(stage, id, other.nonce)],
        target: preimageOf(hashOf(other)),
        goOn: () => payHonestly(stage, other),
      }
    },
  },
  {
    name: 'preimage-without-a-payment',
    story:
      'The preimage is asked for before any payment arrived: whoever has it can take the payment.',
    expectedTags: unpaid,
    prize,
    play: async (stage) => {
      const invoice = await askPaymentHash(stage, 900_000n)
      return {
        requests: [own(stage, invoice)],
        target: preimageOf(hashOf(invoice)),
        goOn: () => payHonestly(stage, invoice),
      }
    },
  },
  {
    name: 'preimage-for-a-payment-of-ours',
    story: 'The hash stands in a payment that we offer: with the preimage the other side takes it.',
    expectedTags: unpaid,
    prize,
    play: async (stage) => {
      const invoice = await askPaymentHash(stage, 50_000n)
      const channel = await live(stage)
      const outgoing = paymentOf(stage, invoice, { offeredBy: 'holder' })
      await exchange(stage, channel, 'holder', withHtlcs(channel.balances, outgoing))
      return {
        requests: [own(stage, invoice)],
        target: preimageOf(hashOf(invoice)),
        goOn: () => payHonestly(stage, invoice),
      }
    },
  },
  {
    name: 'preimage-for-a-refused-commitment',
    story: 'A commitment with the payment in it is refused; its hash is to count all the same.',
    expectedTags: unpaid,
    prize,
    play: async (stage) => {
      const invoice = await askPaymentHash(stage, 900_000n)
      const channel = await live(stage)
      const terms = { ...channel.terms, funding: { txid: txidOf(stage, 'no channel'), vout: 0 } }
      const balances = withHtlcs(
        channel.balances,
        paymentOf(stage, invoice, { amountMsat: 50_000_000n }),
      )
      const commitment = theirs(stage, channel, { balances, terms })
      const drafts = [commitmentJob(terms, commitment), ...htlcJobs(terms, commitment)]
      return {
        requests: [signing(stage, terms.channelId, drafts), own(stage, invoice)],
        target: preimageOf(hashOf(invoice)),
        goOn: () => payHonestly(stage, invoice),
      }
    },
  },
  {
    name: 'preimage-after-the-payment-is-gone',
    story: 'The payment arrived and was taken back; its preimage would be given for nothing.',
    expectedTags: unpaid,
    prize,
    play: async (stage) => {
      const channel = await receiveHtlc(stage, await opened(stage), 40_000n)
      const { terms, invoice, balances } = channel
      const { holderMsat, counterpartyMsat } = balances
      const without = {
        holderMsat,
        counterpartyMsat: counterpartyMsat + invoice.amountMsat,
        htlcs: [],
      }
      const once = await exchange(stage, channel, 'counterparty', without)
      const gone = await exchange(stage, once, 'counterparty', without)
      return {
        requests: [own(stage, invoice)],
        target: preimageOf(hashOf(invoice)),
        goOn: () => askCommitment(stage, terms, commitmentNumber(gone.number + 1), gone.balances),
      }
    },
  },
  {
    name: 'preimage-before-the-old-state-is-revoked',
    story:
      'The payment stands in the new commitment, but the old one without it is not revoked: the other side may publish that.',
    expectedTags: [...unpaid, 'policy-commitment-previous-revoked'],
    prize: 'a preimage for a payment that the other side can still make undone',
    play: async (stage) => {
      const invoice = await askPaymentHash(stage, 50_000n)
      const channel = await live(stage)
      const { terms, number } = channel
      const balances = withHtlcs(channel.balances, paymentOf(stage, invoice))
      const next = commitmentNumber(number + 1)
      await askPoint(stage, terms, number + 2)
      await askRelease(stage, terms, number)
      await askCommitment(stage, terms, next, balances)
      return {
        requests: [own(stage, invoice)],
        target: preimageOf(hashOf(invoice)),
        goOn: async () => {
          await tellSecret(stage, terms, number)
          await askPreimage(stage, invoice)
        },
      }
    },
  },
  afterTheEnd(
    'preimage-after-the-close',
    'A close is signed; a payment arrives in a later commitment, and the old close is published all the same.',
    async (stage, { terms, balances }) => {
      const destination = destinationAddress(stage.pairing, 0)
      return closingJob(terms, balances, destination, sats(700n))
    },
  ),
  afterTheEnd(
    'preimage-after-the-broadcast',
    'Our commitment is signed for broadcast; a payment arrives in a later one of the other side, and ours is published.',
    async (stage, channel) => {
      const { point } = await askPoint(stage, channel.terms, channel.number)
      return commitmentJob(channel.terms, ours(stage, channel, point))
    },
  ),
  {
    name: 'preimage-too-late',
    story: 'The preimage of an invoice is asked for after its life.',
    expectedTags: ['policy-lightspark-invoice-ttl'],
    prize: 'the preimage of an invoice that has expired',
    policy: 'limits',
    play: async (stage) => {
      const invoice = await askPaymentHash(stage, 30_000n)
      const channel = await live(stage)
      const balances = withHtlcs(channel.balances, paymentOf(stage, invoice))
      const paid = await exchange(stage, channel, 'counterparty', balances)
      return {
        requests: [own(stage, invoice)],
        target: preimageOf(hashOf(invoice)),
        goOn: () => exchange(stage, paid, 'counterparty', balances),
      }
    },
  },
  {
    name: 'preimages-of-unseen-dust-without-end',
    story: 'The owner allows five dust payments a day that no commitment shows; ten are claimed.',
    expectedTags: unpaid,
    prize: 'more preimages without a payment than the owner allows',
    policy: 'dust',
    play: async (stage) => {
      const all: IssuedInvoice[] = []
      for (let i = 0; i < 10; i++) all.push(await askPaymentHash(stage, 200n))
      const [last] = all.slice(-1)
      if (last === undefined) throw new TypeError('"invoices" expected some')
      return {
        requests: all.map((invoice) => own(stage, invoice)),
        target: moreThan(ownerLimits.maxTrimmedDaily, 'release_payment_preimage'),
        goOn: () => payHonestly(stage, last),
      }
    },
  },
  {
    name: 'second-payment-hash',
    story: 'A second payment hash is asked for, so that one invoice can be paid twice.',
    expectedTags: [],
    prize: 'a second payment hash for one invoice',
    play: async (stage) => {
      const invoice = await askPaymentHash(stage, 33_000n)
      return {
        requests: [paymentHashOf(stage, invoice.id), paymentHashOf(stage, invoice.id)],
        target: secondHash(invoice.id),
        goOn: () => payHonestly(stage, invoice),
      }
    },
  },
]
