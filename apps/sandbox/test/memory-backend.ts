import { addressOf, parseAddress } from '@boltwarden/core/bitcoin/address'
import { sha256 } from '@boltwarden/core/bitcoin/hash'
import { transactionId } from '@boltwarden/core/bitcoin/transaction'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { parseBolt11, payeeOf } from '@boltwarden/core/invoice/bolt11'
import { err, ok } from '@boltwarden/core/result'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { sats } from '@boltwarden/core/units'
import { secp256k1 as noble } from '@noble/curves/secp256k1.js'
import type { Chain, DecodedInvoice, LightningBackend, PaymentNews } from '../src/index.ts'
import { encodeInvoice } from './bolt11-encoding.ts'
import { open, openScript, pay, raw } from './open-coins.ts'

type Options = {
  readonly chain: Chain
  readonly nodeId: string
  readonly channelId: string
  readonly askPreimage: (paymentHash: string) => Promise<string>
}

const capacityMsat = 1_000_000_000n
const now = () => 1_717_561_245

/**
 * Two nodes with one channel between them, without the protocol: balances move against the preimage
 * of a payment's hash, invoices are signed, and on-chain money lies on a real chain.
 */
export async function memoryBackend(options: Options): Promise<LightningBackend> {
  const { chain } = options
  const curve = await loadSecp256k1('portable')
  const [ourKey, peerKey] = [new Uint8Array(32).fill(11), new Uint8Array(32).fill(12)]
  const publicKey = (key: Uint8Array) => toHex(noble.getPublicKey(key, true))
  const listeners = new Set<(news: PaymentNews) => void>()
  const tell = (news: PaymentNews) => {
    for (const listener of listeners) listener(news)
  }
  const peerPreimages = new Map<string, string>()
  const cancelled = new Set<string>()
  const withdrawals = new Set<string>()
  let localMsat = capacityMsat / 2n

  const decode = (text: string): DecodedInvoice | undefined => {
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

  chain.subscribe({
    blockConnected: ({ height, hash, transactions }) => {
      const blockHash = toHex(hash.toReversed())
      for (const transaction of transactions) {
        const txid = toHex(transactionId(transaction).toReversed())
        const confirmation = { txid, blockHash, blockHeight: height }
        if (withdrawals.has(txid)) tell({ kind: 'withdrawn', confirmation })
        else {
          for (const { value, scriptPubKey } of transaction.outputs) {
            if (toHex(scriptPubKey) !== toHex(openScript)) continue
            const address = addressOf(scriptPubKey, 'REGTEST') ?? ''
            tell({ kind: 'deposited', amountSats: value, address, confirmation })
          }
        }
      }
    },
  })

  return {
    nodeId: options.nodeId,
    publicKey: publicKey(ourKey),
    channels: () => [
      {
        id: options.channelId,
        peer: publicKey(peerKey),
        capacityMsat,
        localMsat,
        remoteMsat: capacityMsat - localMsat,
        unsettledMsat: 0n,
        commitFeeMsat: 0n,
        status: 'OK',
        fundingTxid: undefined,
        shortChannelId: undefined,
      },
    ],
    onChainBalance: () => {
      const coins = chain.unspent(openScript)
      const sum = (is: boolean) =>
        coins
          .filter(({ height }) => (height !== undefined) === is)
          .reduce((total, { output }) => total + output.value, 0n)
      return { confirmedSats: sum(true), unconfirmedSats: sum(false) }
    },
    createInvoice: async (terms) => encodeInvoice({ ...terms, createdAt: now() }, ourKey),
    cancelInvoice: async (hash) => void cancelled.add(hash),
    decodeInvoice: decode,
    pay: async ({ encodedInvoice, amountMsat }) => {
      const decoded = decode(encodedInvoice)
      const amount = decoded?.amountMsat ?? amountMsat ?? 0n
      if (amount > localMsat) return err('INSUFFICIENT_BALANCE')
      const preimage = peerPreimages.get(decoded?.paymentHash ?? '')
      const paymentHash = decoded?.paymentHash ?? ''
      setImmediate(() => {
        if (preimage === undefined) {
          tell({ kind: 'send-failed', paymentHash, reason: 'INCORRECT_PAYMENT_DETAILS' })
          return
        }
        localMsat -= amount
        tell({ kind: 'sent', paymentHash, preimage, feesMsat: 0n })
      })
      return ok(undefined)
    },
    newAddress: async () => addressOf(openScript, 'REGTEST') ?? '',
    withdraw: async ({ address, amountSats }) => {
      const script = parseAddress(address, 'REGTEST')
      if (!script.ok) return err('INVALID_ADDRESS')
      const [coin] = chain.unspent(openScript)
      const fee = 500n
      const value = coin?.output.value ?? 0n
      const amount = amountSats ?? value - fee
      if (coin === undefined || amount + fee > value) return err('INSUFFICIENT_BALANCE')
      const change = value - amount - fee
      const outputs = [{ value: sats(amount), scriptPubKey: script.value }]
      const spend = pay(
        [{ ...coin, ...coin.output }],
        change > 330n ? [...outputs, open(change)] : outputs,
      )
      const txid = toHex(transactionId(spend).toReversed())
      if (!chain.submit(raw(spend)).ok) return err('NOT_SIGNED')
      withdrawals.add(txid)
      return ok({ txid, amountSats: amount, feeSats: fee })
    },
    feerate: chain.feerate,
    testPeer: {
      createInvoice: async ({ amountMsat, memo }) => {
        const preimage = sha256(new TextEncoder().encode(`peer ${peerPreimages.size}`))
        const paymentHash = toHex(sha256(preimage))
        peerPreimages.set(paymentHash, toHex(preimage))
        const terms = { paymentHash, amountMsat, memo, createdAt: now(), expirySeconds: 3600 }
        return encodeInvoice(terms, peerKey)
      },
      pay: async (encodedInvoice, amountMsat) => {
        const decoded = decode(encodedInvoice)
        if (decoded === undefined || cancelled.has(decoded.paymentHash)) return
        const preimage = await options.askPreimage(decoded.paymentHash)
        if (toHex(sha256(hexToBytes(preimage))) !== decoded.paymentHash) return
        const amount = decoded.amountMsat ?? amountMsat ?? 0n
        localMsat += amount
        tell({ kind: 'received', paymentHash: decoded.paymentHash, amountMsat: amount })
      },
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
