import { createHash } from 'node:crypto'
import type { CommitmentType } from '@boltwarden/core/bolt3/commitment-type'
import { txid } from '@boltwarden/core/bytes'
import { commitmentNumber, type Sats } from '@boltwarden/core/units'
import type { Balances, Htlc } from '../../channel/commitment.ts'
import type { ChannelKeys } from '../../pairing/pairing.ts'
import { askPoint } from '../asks/commitment-asks.ts'
import { askCommitment, exchange, type LiveChannel } from '../asks/exchange.ts'
import { askPaymentHash, askPreimage, type IssuedInvoice } from '../asks/invoice-asks.ts'
import { draftChannel, type Scene } from '../player.ts'

/** A channel that the counterparty opens: points 0 and 1, then its commitment 0. */
export async function openInbound(
  scene: Scene,
  keys: ChannelKeys,
  type: CommitmentType,
  capacity: Sats,
): Promise<LiveChannel> {
  const draft = draftChannel(scene, { type, opener: 'counterparty', capacity, keys })
  const channel = { channel: keys.channel, channelId: draft.channelId }
  await askPoint(scene, channel, 0)
  await askPoint(scene, channel, 1)
  const name = `inbound/${keys.channel}`
  const fundingTxid = createHash('sha256').update(scene.seed).update(name).digest()
  const terms = draft.fundedBy({ txid: txid(new Uint8Array(fundingTxid)), vout: 0 })
  const balances = { holderMsat: 0n, counterpartyMsat: capacity * 1000n, htlcs: [] }
  await askCommitment(scene, terms, commitmentNumber(0), balances)
  return { terms, number: commitmentNumber(0), balances }
}

/** An invoice is made, and its payment arrives as an HTLC that is not settled yet. */
export async function receiveHtlc(
  scene: Scene,
  channel: LiveChannel,
  amountSats: bigint,
): Promise<LiveChannel & { readonly invoice: IssuedInvoice }> {
  const invoice = await askPaymentHash(scene, amountSats)
  const htlc: Htlc = {
    offeredBy: 'counterparty',
    amountMsat: invoice.amountMsat,
    paymentHash: invoice.paymentHash,
    cltvExpiry: 840_080,
  }
  const { holderMsat, counterpartyMsat, htlcs } = channel.balances
  const arrived = await exchange(scene, channel, 'counterparty', {
    holderMsat,
    counterpartyMsat: counterpartyMsat - invoice.amountMsat,
    htlcs: [...htlcs, htlc],
  })
  return { ...arrived, invoice }
}

/** The preimage settles the HTLC, and the commitments follow. */
export async function settleHtlc(
  scene: Scene,
  channel: LiveChannel & { readonly invoice: IssuedInvoice },
): Promise<LiveChannel> {
  const { invoice, balances } = channel
  await askPreimage(scene, invoice)
  const settled: Balances = {
    ...balances,
    holderMsat: balances.holderMsat + invoice.amountMsat,
    htlcs: balances.htlcs.filter((htlc) => htlc.paymentHash !== invoice.paymentHash),
  }
  return exchange(scene, channel, 'holder', settled)
}
