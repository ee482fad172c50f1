import { hash160OfPaymentHash } from '@boltwarden/core/bitcoin/hash'
import { obscuringFactor } from '@boltwarden/core/bolt3/commitment-number'
import { preimageNonce, publicKey, txid } from '@boltwarden/core/bytes'
import { channelId, invoiceId } from '@boltwarden/core/ids'
import { commitmentNumber, sats } from '@boltwarden/core/units'
import type { Delivery } from '@boltwarden/policy/event'
import type { ChannelState } from '@boltwarden/policy/state/channel-state'
import type { HtlcWay } from '@boltwarden/policy/state/commitment-record'
import { incomingHtlcs } from '@boltwarden/policy/state/incoming-htlcs'
import type { Intent } from '@boltwarden/policy/state/intent'
import { emptyNodeState, type NodeState } from '@boltwarden/policy/state/node-state'
import type { SpentOutput } from '@boltwarden/policy/state/spent-output'
import type { View } from '@boltwarden/policy/view'
import type { Store } from '../store.ts'
import type { Suite } from './contract.ts'
import {
  author,
  channelState,
  filled,
  hashDelivery,
  invoiceState,
  issues,
  pointDelivery,
  signs,
  walletDelivery,
} from './samples.ts'

/** What channels, payments and the node as a whole remember of signatures. */
export function channelLife({ describe, test, expect, with: withDatabase }: Suite): void {
  describe('the life of a channel', () => {
    test('shows an invoice the HTLCs of its payment hash, as long as a channel has them', () =>
      withDatabase(async (open) => {
        const store = await open()
        const asked = hashDelivery('e-1', 'Invoice:1')
        await store.decide(asked, issues(asked, 'Invoice:1', 3))
        await write(store, 'e-2', committed(channelState(7), 3))
        await write(store, 'e-3', committed(channelState(8), 4))
        const release = preimageDelivery('e-4', 'Invoice:1')
        const view = await seen(await open(), release)
        expect(view.incoming).toEqual(incomingHtlcs(committed(channelState(7), 3)))
        await write(store, 'e-5', channelState(7))
        expect((await seen(store, preimageDelivery('e-6', 'Invoice:1'))).incoming).toEqual([])
      }))

    test('finds the channel that a transaction funds', () =>
      withDatabase(async (open) => {
        const store = await open()
        const { delivery, id } = walletDelivery('e-1')
        await write(store, 'e-2', funded(channelState(7), id))
        await write(store, 'e-3', funded(channelState(8), filled(1)))
        expect((await seen(await open(), delivery)).fundings).toEqual([funded(channelState(7), id)])
      }))
  })

  describe('the node as a whole', () => {
    test('shows the payment that an HTLC of the channel serves, also where no job names it', () =>
      withDatabase(async (open) => {
        const store = await open()
        const rent: Intent = {
          kind: 'payment',
          id: 'rent',
          paymentHash: invoiceState('Invoice:1', 3).paymentHash,
          maxAmountSats: sats(5000n),
          expiresAtMs: 9,
          inFlight: [],
          settledSats: sats(0n),
        }
        await store.registerIntent(rent, author)
        await write(store, 'e-1', committed(channelState(7), 3, 'outgoing'))
        expect((await seen(store, pointDelivery('e-2', 7))).intents).toEqual([])
        const { delivery } = walletDelivery('e-3', 'm/3/7/0')
        expect((await seen(await open(), delivery)).intents).toEqual([rent])
        const paid = { ...rent, settledSats: sats(5000n) }
        const next = walletDelivery('e-4', 'm/3/7/0').delivery
        await store.decide(next, signs(next, { intents: [paid] }))
        expect(await store.intents()).toEqual([paid])
      }))

    test('is empty at first, and reads as it was written', () =>
      withDatabase(async (open) => {
        const store = await open()
        expect(await store.node()).toEqual(emptyNodeState)
        const node: NodeState = {
          ...emptyNodeState,
          onchainOut: [{ slot: 7, sats: sats(2n ** 50n) }],
        }
        const { delivery } = walletDelivery('e-1')
        await store.decide(delivery, signs(delivery, { node }))
        const later = await open()
        expect(await later.node()).toEqual(node)
        expect((await seen(later, walletDelivery('e-2').delivery)).node).toEqual(node)
        const point = pointDelivery('e-3', 7)
        await expect(store.decide(point, signs(point, { node }))).rejects.toMatchObject({
          message: '"writes" expected nothing outside the scope',
        })
      }))

    test('a channel is adopted once, by its path and by its id', () =>
      withDatabase(async (open) => {
        const store = await open()
        const adopted: ChannelState = { ...channelState(7, 'Channel:7'), origin: 'adopted' }
        await store.adopt(adopted, author)
        expect((await seen(await open(), pointDelivery('e-1', 7))).channelById).toEqual(adopted)
        for (const taken of [
          { ...adopted, id: channelId('Channel:8') },
          { ...adopted, channel: 8 },
        ]) {
          await expect(store.adopt(taken, author)).rejects.toMatchObject({ code: 'STORE_CONFLICT' })
        }
        expect(await store.channels()).toEqual([adopted])
      }))

    test('remembers what spent outputs brought, where a transaction spends them again', () =>
      withDatabase(async (open) => {
        const store = await open()
        const { delivery } = walletDelivery('e-1')
        expect((await seen(store, delivery)).spends).toEqual([])
        const spent: SpentOutput = {
          txid: txid(filled(7)),
          vout: 0,
          own: { purpose: 'wallet', amountSats: sats(5000n) },
          leftSats: sats(2n ** 50n),
          feeSats: sats(3n),
        }
        const first = walletDelivery('e-2').delivery
        await store.decide(first, signs(first, { spends: [{ ...spent, feeSats: sats(2n) }] }))
        const second = walletDelivery('e-3').delivery
        await store.decide(second, signs(second, { spends: [spent] }))
        const later = await open()
        expect((await seen(later, walletDelivery('e-4').delivery)).spends).toEqual([spent])
        expect((await seen(later, pointDelivery('e-5', 7))).spends).toEqual([])
        const foreign = walletDelivery('e-6').delivery
        await expect(
          store.decide(foreign, signs(foreign, { spends: [{ ...spent, vout: 1 }] })),
        ).rejects.toMatchObject({ message: '"writes" expected nothing outside the scope' })
      }))

    test('intents are seen by what they are for, changed only there, and removed', () =>
      withDatabase(async (open) => {
        const store = await open()
        const { delivery, script } = walletDelivery('e-1')
        const intent = withdrawal('rent', script)
        await store.registerIntent(intent, author)
        await store.registerIntent(withdrawal('other', filled(9)), author)
        expect(await store.intent('rent')).toEqual(intent)
        expect(await store.intent('none')).toBe(undefined)
        await expect(store.registerIntent(intent, author)).rejects.toMatchObject({
          code: 'STORE_CONFLICT',
        })
        expect((await seen(await open(), delivery)).intents).toEqual([intent])
        const used = { ...intent, usedBy: txid(filled(4)) }
        const next = walletDelivery('e-2').delivery
        await store.decide(next, signs(next, { intents: [used] }))
        expect(await store.intents({ after: 'other' })).toEqual([used])
        const foreign = walletDelivery('e-3').delivery
        const other = { ...withdrawal('other', filled(9)), usedBy: txid(filled(4)) }
        await expect(
          store.decide(foreign, signs(foreign, { intents: [other] })),
        ).rejects.toMatchObject({ message: '"writes" expected nothing outside the scope' })
        expect(await store.removeIntent('rent', author)).toBe(true)
        expect(await store.removeIntent('rent', author)).toBe(false)
        const gone = walletDelivery('e-4').delivery
        await expect(store.decide(gone, signs(gone, { intents: [used] }))).rejects.toMatchObject({
          message: '"writes" expected nothing outside the scope',
        })
      }))
  })
}

/** What a delivery shows. */
async function seen(store: Store, delivery: Delivery): Promise<View> {
  const shown: View[] = []
  await store.decide(delivery, (view) => {
    shown.push(view)
    return signs(delivery)(view)
  })
  const [view] = shown
  if (view === undefined) throw new TypeError('"step" was not called')
  return view
}

async function write(store: Store, event: string, state: ChannelState): Promise<void> {
  const delivery = pointDelivery(event, state.channel, state.id)
  await store.decide(delivery, signs(delivery, { channels: [state] }))
}

/** The channel with an HTLC that pays the invoice whose bytes are all `fill`. */
function committed(state: ChannelState, fill: number, way: HtlcWay = 'incoming'): ChannelState {
  const { paymentHash: hash } = invoiceState('Invoice:1', fill)
  const htlc = {
    way,
    paymentHash160: hash160OfPaymentHash(hash),
    amountSats: sats(5000n),
    cltvExpiry: 144,
  } as const
  const commitment = {
    number: commitmentNumber(1),
    txid: txid(filled(5)),
    toHolderSats: sats(1n),
    feeSats: sats(2n),
    htlcs: [htlc],
  }
  return { ...state, commitments: [commitment] }
}

function funded(state: ChannelState, id: Uint8Array): ChannelState {
  const key = publicKey(Uint8Array.of(2, ...filled(1)))
  return {
    ...state,
    funding: {
      txid: txid(id),
      vout: 1,
      amountSats: sats(1_000_000n),
      holderKey: key,
      counterpartyKey: key,
      revocationBasepoint: key,
      htlcBasepoint: key,
      obscuringFactor: obscuringFactor(5),
      commitmentType: 'anchors',
      initialToHolderSats: sats(0n),
      initialToCounterpartySats: sats(0n),
    },
  }
}

function withdrawal(id: string, scriptPubKey: Uint8Array): Intent {
  return { kind: 'withdrawal', id, scriptPubKey, amountSats: sats(1n), expiresAtMs: 9 }
}

function preimageDelivery(event: string, invoice: string): Delivery {
  const { request: _asked, ...envelope } = hashDelivery(event, invoice)
  return {
    ...envelope,
    request: {
      kind: 'release-payment-preimage',
      network: 'REGTEST',
      invoice: invoiceId(invoice),
      nonce: preimageNonce(filled(3)),
    },
  }
}
