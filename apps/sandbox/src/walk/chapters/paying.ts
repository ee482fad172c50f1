import { createHash } from 'node:crypto'
import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import { paymentHash, txid } from '@boltwarden/core/bytes'
import { commitmentNumber, sats } from '@boltwarden/core/units'
import { closingJob, fundingJob, walletSweep } from '../../channel/claims.ts'
import type { Balances } from '../../channel/commitment.ts'
import type { ChannelTerms } from '../../channel/terms.ts'
import type { ChannelKeys } from '../../pairing/pairing.ts'
import { askPoint } from '../asks/commitment-asks.ts'
import { askCommitment, exchange, type LiveChannel } from '../asks/exchange.ts'
import { askSignatures } from '../asks/signing-asks.ts'
import { destinationAddress, draftChannel, l1Address, type Scene } from '../player.ts'

const capacity = sats(1_000_000n)
const paidMsat = 250_000_000n
const utxoValue = sats(2_000_000n)

/** A channel that the node opens with its own money, pays through, closes and sweeps. */
export async function playPaying(scene: Scene, keys: ChannelKeys): Promise<void> {
  const opened = await open(scene, keys)
  const paid = await pay(scene, opened)
  await close(scene, paid)
}

async function open(scene: Scene, keys: ChannelKeys): Promise<LiveChannel> {
  const { context, pairing } = scene
  const draft = draftChannel(scene, { type: 'static-remotekey', opener: 'holder', capacity, keys })
  const channel = { channel: keys.channel, channelId: draft.channelId }
  const { event } = await askPoint(scene, channel, 0)
  await askPoint(scene, channel, 0, event)
  await askPoint(scene, channel, 1)
  const utxo = { txid: txid(derived(scene, `utxo/${keys.channel}`)), value: utxoValue }
  const [from, change] = [l1Address(pairing, 0, 3), l1Address(pairing, 1, 0)]
  const funding = fundingJob(from, utxo, draft.fundingScript, capacity, change)
  const terms = draft.fundedBy({ txid: transactionId(funding.transaction), vout: 0 })
  const balances = { holderMsat: capacity * 1000n, counterpartyMsat: 0n, htlcs: [] }
  // First the way out of the channel, then the way in.
  await askCommitment(scene, terms, commitmentNumber(0), balances)
  await askSignatures(scene, context.node.id, 'L1 transaction that funds the channel', [funding])
  return { terms, number: commitmentNumber(0), balances }
}

async function pay(scene: Scene, opened: LiveChannel): Promise<LiveChannel> {
  const { holderMsat, counterpartyMsat } = opened.balances
  const htlc = {
    offeredBy: 'holder' as const,
    amountMsat: paidMsat,
    paymentHash: paymentHash(derived(scene, `payment/${opened.terms.channel}`)),
    cltvExpiry: 840_144,
  }
  const left = holderMsat - paidMsat
  const under = { holderMsat: left, counterpartyMsat, htlcs: [htlc] }
  const offered = await exchange(scene, opened, 'holder', under)
  const settled = { holderMsat: left, counterpartyMsat: counterpartyMsat + paidMsat, htlcs: [] }
  return exchange(scene, offered, 'counterparty', settled)
}

/** Two fee proposals, as nodes negotiate them; the second transaction confirms. */
async function close(scene: Scene, { terms, balances }: LiveChannel): Promise<void> {
  const destination = destinationAddress(scene.pairing, 0)
  const propose = (fee: bigint) => closingJob(terms, balances, destination, sats(fee))
  const ask = (fee: bigint) =>
    askSignatures(scene, terms.channelId, `cooperative close, fee ${fee} sat`, [propose(fee)])
  await ask(1_000n)
  await ask(800n)
  await sweep(scene, terms, balances, propose(800n).transaction)
}

async function sweep(
  scene: Scene,
  { channelId }: ChannelTerms,
  { counterpartyMsat }: Balances,
  transaction: ReturnType<typeof closingJob>['transaction'],
): Promise<void> {
  const { context, pairing } = scene
  const vout = transaction.outputs.findIndex(({ value }) => value !== counterpartyMsat / 1000n)
  const value = transaction.outputs[vout]?.value ?? sats(0n)
  const spent = { transaction, vout, value }
  const job = walletSweep(destinationAddress(pairing, 0), spent, l1Address(pairing, 0, 4))
  await askSignatures(scene, context.node.id, 'sweep of the close into the L1 wallet', [job])
  const { platform } = context
  platform.put({ ...platform.get('Channel', channelId), status: 'CLOSED' })
}

/** 32 bytes that depend on the walk's seed and a name: ids of transactions nobody made. */
function derived({ seed }: Scene, name: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(seed).update(name).digest())
}
