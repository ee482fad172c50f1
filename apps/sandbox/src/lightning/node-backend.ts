import { parseAddress } from '@boltwarden/core/bitcoin/address'
import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { parseBolt11, payeeOf } from '@boltwarden/core/invoice/bolt11'
import { err, ok, type Result } from '@boltwarden/core/result'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import type { Secp256k1 } from '@boltwarden/core/secp256k1/secp256k1'
import { sats } from '@boltwarden/core/units'
import type { Platform } from '../platform/platform.ts'
import { withdrawalRequests } from './customer-orders.ts'
import type {
  BackendChannel,
  DecodedInvoice,
  LightningBackend,
  PaymentFailure,
  PaymentNews,
  SentWithdrawal,
  WithdrawalFailure,
  WithdrawalOrder,
} from './lightning-backend.ts'
import type { ChannelView } from './node/channel-view.ts'
import { NodeError } from './node/node-error.ts'
import type { NodeEvent } from './node/node-events.ts'
import type { RemoteNode } from './node/remote-node.ts'
import { type OnChainNews, regtest, watchChain } from './on-chain-news.ts'
import { invoiceOf } from './signer-questions.ts'
import type { Stage } from './stage.ts'
import type { Composition } from './wallet/wallet.ts'

/**
 * Our node as the platform's API sees it; bob is the other end of test payments. An invoice without
 * an amount can be made, but LDK's bindings are not asked to pay one.
 */
export async function createNodeBackend(
  stage: Stage,
  platform: Platform,
): Promise<LightningBackend> {
  const curve = await loadSecp256k1('auto')
  const alice = stage.alice()
  const { entity } = alice
  const onChain = watchChain(stage.chain, alice)
  for (const { hash, status } of withdrawalRequests(platform)) {
    if (status === 'IN_PROGRESS') onChain.expect(hash)
  }
  const decodeInvoice = (text: string) => decode(curve, text)
  return {
    nodeId: entity.id,
    publicKey: alice.id,
    channels: () => channelsOf(platform, alice),
    onChainBalance: () => ({
      confirmedSats: alice.wallet.balance(),
      unconfirmedSats: onChain.unconfirmed(),
    }),
    createInvoice: async ({ paymentHash, amountMsat = 0n, memo, expirySeconds }) =>
      alice.invoice({ amountMsat, memo, expirySeconds, paymentHash: hexToBytes(paymentHash) }),
    // The platform's invoice says it, and whoever pays for a test looks there.
    cancelInvoice: async () => {},
    decodeInvoice,
    pay: async ({ encodedInvoice }) => {
      const decoded = decodeInvoice(encodedInvoice)
      if (decoded?.amountMsat === undefined) return err('ERROR')
      if (decoded.destination === alice.id) return err('SELF_PAYMENT')
      const able = alice.channels().reduce((sum, { outboundMsat }) => sum + outboundMsat, 0n)
      if (decoded.amountMsat > able) return err('INSUFFICIENT_BALANCE')
      try {
        alice.send(encodedInvoice)
        return ok(undefined)
      } catch (error) {
        if (error instanceof NodeError) return err('NO_ROUTE')
        throw error
      }
    },
    newAddress: async () => onChain.newAddress(),
    withdraw: (order) => withdraw(stage, onChain, order),
    feerate: () => stage.chain.feerate(),
    testPeer: {
      createInvoice: ({ amountMsat = 0n, memo }) => stage.bob.createInvoice({ amountMsat, memo }),
      pay: async (encodedInvoice) => {
        const decoded = decodeInvoice(encodedInvoice)
        const isCancelled = decoded && invoiceOf(platform, decoded.paymentHash)?.isCancelled
        if (decoded && !isCancelled) stage.bob.send(encodedInvoice)
      },
    },
    subscribe: (listener) => {
      alice.onEvent((event) => {
        const news = newsOf(event)
        if (news) listener(news)
      })
      return onChain.subscribe(listener)
    },
  }
}

/** Kept back where all is to go: the fee, and a change output that is worth its bytes. */
const emptyingSats = 2_000n

async function withdraw(
  stage: Stage,
  onChain: OnChainNews,
  { address, amountSats }: WithdrawalOrder,
): Promise<Result<SentWithdrawal, WithdrawalFailure>> {
  const alice = stage.alice()
  const script = parseAddress(address, regtest)
  if (!script.ok) return err('INVALID_ADDRESS')
  const free = alice.wallet.free().reduce((sum, { value }) => sum + value, 0n)
  const value = amountSats ?? free - emptyingSats
  if (value <= 0n || value + emptyingSats > free) return err('INSUFFICIENT_BALANCE')
  const output = { value: sats(value), scriptPubKey: script.value }
  const composition = alice.wallet.compose([output], alice.fees.current())
  const signed = await signedBy(stage, alice, composition)
  if (signed === undefined || !stage.chain.submit(signed).ok) {
    alice.wallet.release(composition)
    return err('NOT_SIGNED')
  }
  const txid = toHex(transactionId(composition.transaction).toReversed())
  onChain.expect(txid)
  return ok({ txid, amountSats: value, feeSats: composition.fee })
}

/** The signed withdrawal; undefined where the signer does not sign it. */
async function signedBy(
  stage: Stage,
  { wallet, desk }: RemoteNode,
  composition: Composition,
): Promise<Uint8Array | undefined> {
  const given = () =>
    desk.open().flatMap(({ question, state }) => (state === 'asked' ? [] : question.key))
  const before = new Set(given())
  const seen = await stage.until('the signatures of a withdrawal', () => {
    const signed = wallet.sign(composition)
    if (signed !== undefined) return { signed }
    return given().some((key) => !before.has(key)) ? { signed } : undefined
  })
  return seen.signed
}

function channelsOf(platform: Platform, alice: RemoteNode): readonly BackendChannel[] {
  const open = alice.channels()
  const ofNode = platform
    .entities()
    .filter((each) => each.type === 'Channel' && each.node === alice.entity.id)
  return ofNode.flatMap((entity) => {
    const channel = open.find((each) => alice.entityOf(each) === entity.id)
    return [channel ? viewOf(entity.id, channel) : closed(entity.id)]
  })
}

/** Both sides keep the same reserve; what neither could spend now is on its way. */
function viewOf(id: string, channel: ChannelView): BackendChannel {
  const capacityMsat = channel.capacitySats * 1000n
  const reserve = channel.reserveSats * 1000n
  const localMsat = channel.outboundMsat + reserve
  const remoteMsat = channel.inboundMsat + reserve
  return {
    id,
    peer: channel.peer,
    capacityMsat,
    localMsat,
    remoteMsat,
    unsettledMsat: capacityMsat - localMsat - remoteMsat,
    commitFeeMsat: 0n,
    status: channel.isUsable ? 'OK' : 'PENDING',
    fundingTxid: channel.funding && toHex(channel.funding.txid.toReversed()),
    shortChannelId: undefined,
  }
}

function closed(id: string): BackendChannel {
  return {
    id,
    peer: '',
    capacityMsat: 0n,
    localMsat: 0n,
    remoteMsat: 0n,
    unsettledMsat: 0n,
    commitFeeMsat: 0n,
    status: 'CLOSED',
    fundingTxid: undefined,
    shortChannelId: undefined,
  }
}

function decode(curve: Secp256k1, text: string): DecodedInvoice | undefined {
  const parsed = parseBolt11(text)
  const destination = parsed.ok ? payeeOf(parsed.value, curve) : undefined
  if (!parsed.ok || destination === undefined) return undefined
  const { value } = parsed
  return {
    paymentHash: toHex(value.paymentHash),
    amountMsat: value.amountMsat,
    memo: new TextDecoder().decode(value.description),
    destination: toHex(destination),
    createdAt: value.timestamp,
    expirySeconds: value.expiry,
  }
}

function newsOf(event: NodeEvent): PaymentNews | undefined {
  switch (event.type) {
    case 'payment-sent':
      return {
        kind: 'sent',
        paymentHash: event.hash,
        preimage: toHex(event.preimage),
        feesMsat: event.feesMsat,
      }
    case 'payment-failed':
      return { kind: 'send-failed', paymentHash: event.hash, reason: reasonOf(event.reason) }
    case 'payment-claimed':
      return { kind: 'received', paymentHash: event.hash, amountMsat: event.amountMsat }
    default:
      return undefined
  }
}

function reasonOf(reason: string): PaymentFailure {
  if (/RouteNotFound/.test(reason)) return 'NO_ROUTE'
  if (/RecipientRejected/.test(reason)) return 'INCORRECT_PAYMENT_DETAILS'
  return /Expired/.test(reason) ? 'INVOICE_EXPIRED' : 'ERROR'
}
