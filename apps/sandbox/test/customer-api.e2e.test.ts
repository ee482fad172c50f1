import { addressOf } from '@boltwarden/core/bitcoin/address'
import { hexToBytes, toHex } from '@boltwarden/core/hex'
import { sats } from '@boltwarden/core/units'
import * as own from '@boltwarden/sdk'
import {
  AccountTokenAuthProvider,
  BitcoinNetwork,
  type Channel,
  getTransactionQuery,
  IncomingPayment,
  LightsparkClient,
  LightsparkNodeWithRemoteSigning,
  type OutgoingPayment,
  WithdrawalMode,
  WithdrawalRequest,
} from '@lightsparkdev/lightspark-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Handler, listen } from '../src/http/listener.ts'
import {
  askPreimage,
  attachBackend,
  type Chain,
  createChain,
  type Sandbox,
  startSandbox,
} from '../src/index.ts'
import { memoryBackend } from './memory-backend.ts'
import { openScript } from './open-coins.ts'
import { credentials, webhookSecret } from './pairing.ts'

// The official client, unchanged, over HTTP; a signer answers by webhook; a node in memory.

const { clientId, clientSecret } = credentials
let sandbox: Sandbox
let client: LightsparkClient
let chain: Chain
let nodeId: string
let signer: own.RemoteSigningWebhookHandler
let server: { readonly url: string; readonly close: () => Promise<void> }

beforeAll(async () => {
  const behind: { webhook: Handler } = { webhook: () => new Response(null, { status: 503 }) }
  server = await listen((request) => behind.webhook(request), { host: '127.0.0.1', port: 0 })
  const webhookUrl = `${server.url}/webhook`
  sandbox = await startSandbox({ credentials, webhookUrl, webhookSecret, retrySchedule: [] })
  const auth = new own.AccountTokenAuthProvider(clientId, clientSecret)
  const seed = new Uint8Array(32).fill(5)
  signer = new own.RemoteSigningWebhookHandler(new own.LightsparkClient(auth, sandbox.url), seed, {
    shouldSign: () => true,
  })
  behind.webhook = own.createFetchHandler({ handler: signer, secrets: webhookSecret })
  client = new LightsparkClient(new AccountTokenAuthProvider(clientId, clientSecret), sandbox.url)
  const { platform, dispatcher } = sandbox
  chain = createChain({ nowSeconds: () => 1_717_561_245 })
  nodeId = platform.createNode({ network: 'REGTEST', publicKey: undefined }).id
  // The official client signs what moves money with the key m/5 of the seed.
  const network = BitcoinNetwork.REGTEST
  await client.loadNodeSigningKey(nodeId, { masterSeed: seed, network })
  const channelId = platform.createChannel({ node: nodeId, capacitySats: 1_000_000n }).id
  const link = { platform, dispatcher, answerTimeoutMs: 10_000 }
  const preimageOf = (paymentHash: string) => askPreimage(link, paymentHash)
  attachBackend(
    platform,
    await memoryBackend({ chain, nodeId, channelId, askPreimage: preimageOf }),
  )
})
afterAll(async () => {
  signer.dispose()
  await sandbox.close()
  await server.close()
})

async function account() {
  const current = await client.getCurrentAccount()
  if (!current) throw new Error('no account')
  return current
}

async function node(): Promise<LightsparkNodeWithRemoteSigning> {
  const { entities } = await (await account()).getNodes(client)
  const [first] = entities
  if (!(first instanceof LightsparkNodeWithRemoteSigning)) throw new Error('no node')
  return first
}

const outgoing = (id: string) => client.waitForTransactionComplete<OutgoingPayment>(id, 5)

describe('the account', () => {
  test('has a node with its balances and channels', async () => {
    const found = await node()
    expect(found).toMatchObject({
      id: nodeId,
      bitcoinNetwork: BitcoinNetwork.REGTEST,
      localBalance: { originalValue: 500_000_000, originalUnit: 'MILLISATOSHI' },
      remoteBalance: { preferredCurrencyValueRounded: 500_000 },
    })
    const channels = await found.getChannels(client, 10)
    const [channel]: readonly Channel[] = channels.entities
    expect(channels.count).toBe(1)
    expect(channel).toMatchObject({ status: 'OK', localNodeId: nodeId })
    expect(channel?.capacity?.preferredCurrencyValueRounded).toBe(1_000_000)
  })

  test('filters by network and by node', async () => {
    const current = await account()
    const count = async (networks?: BitcoinNetwork[], ids?: string[]) =>
      (await current.getNodes(client, undefined, networks, ids)).count
    expect(await count([BitcoinNetwork.REGTEST])).toBe(1)
    expect(await count([BitcoinNetwork.MAINNET])).toBe(0)
    expect(await count(undefined, ['node_with_server_signing:other'])).toBe(0)
  })

  test('adds up what its nodes hold', async () => {
    const current = await account()
    const local = await current.getLocalBalance(client, [BitcoinNetwork.REGTEST])
    expect(local?.originalValue).toBe(500_000_000)
    const none = await current.getLocalBalance(client, [BitcoinNetwork.MAINNET])
    expect(none?.originalValue).toBe(0)
  })

  test('has a dashboard', async () => {
    const dashboard = await client.getSingleNodeDashboard(nodeId, BitcoinNetwork.REGTEST)
    expect(dashboard).toMatchObject({ id: nodeId, status: 'READY' })
  })
})

describe('receiving', () => {
  test('an invoice has the hash that the signer gave, and the test peer pays it', async () => {
    const before = (await node()).localBalance?.originalValue ?? 0
    const invoice = await client.createInvoiceWithDetails(nodeId, 21_000, 'coffee')
    const encoded = invoice?.data.encodedPaymentRequest ?? ''
    expect(encoded).toMatch(/^lnbcrt210000p1/)
    const data = await client.decodeInvoice(encoded)
    expect(data.paymentHash).toBe(invoice?.data.paymentHash)
    expect(data).toMatchObject({ memo: 'coffee', amount: { originalValue: 21_000 } })

    const payment = await client.createTestModePayment(nodeId, encoded)
    expect(payment).toMatchObject({ status: 'SUCCESS', amount: { originalValue: 21_000 } })
    expect((await node()).localBalance?.originalValue).toBe(before + 21_000)
    const again = await client.invoiceForPaymentHash(data.paymentHash)
    expect(again).toMatchObject({ status: 'CLOSED', amountPaid: { originalValue: 21_000 } })
    const payments = await client.incomingPaymentsForInvoice(invoice?.id ?? '')
    expect(payments?.map(({ id }) => id)).toEqual([payment?.id])
    expect(sandbox.dispatcher.deliveries().map(({ subject }) => subject)).toEqual([
      'REQUEST_INVOICE_PAYMENT_HASH',
      'RELEASE_PAYMENT_PREIMAGE',
    ])
  })

  test('a cancelled invoice is closed and is not paid', async () => {
    const invoice = await client.createInvoiceWithDetails(nodeId, 1_000, 'never')
    const cancelled = await client.cancelInvoice(invoice?.id ?? '')
    expect(cancelled?.status).toBe('CLOSED')
    const encoded = invoice?.data.encodedPaymentRequest ?? ''
    const payment = await client.createTestModePayment(nodeId, encoded)
    expect(payment?.status).toBe('PENDING')
  })

  test('an invoice of somebody else cannot be paid to us', async () => {
    const foreign = (await client.createTestModeInvoice(nodeId, 5_000)) ?? ''
    await expect(client.createTestModePayment(nodeId, foreign)).rejects.toThrow('not an invoice')
  })
})

describe('sending', () => {
  test('the test peer’s invoice is paid, once', async () => {
    const before = (await node()).localBalance?.originalValue ?? 0
    const encoded = (await client.createTestModeInvoice(nodeId, 33_000, 'tea')) ?? ''
    const order = [nodeId, encoded, 1_000, 60, undefined, 'key-1'] as const
    const payment = await client.payInvoice(...order)
    const done = await outgoing(payment?.id ?? '')
    expect(done).toMatchObject({ status: 'SUCCESS', amount: { originalValue: 33_000 } })
    expect((await client.payInvoice(...order))?.id).toBe(payment?.id)
    expect((await node()).localBalance?.originalValue).toBe(before - 33_000)
    const { paymentHash } = await client.decodeInvoice(encoded)
    const found = await client.outgoingPaymentsForPaymentHash(paymentHash)
    expect(found?.map(({ id }) => id)).toEqual([payment?.id])
  })

  test('a payment that fails says why', async () => {
    const own = (await client.createInvoice(nodeId, 4_000, 'mine')) ?? ''
    const payment = await client.payInvoice(nodeId, own, 1_000, 60)
    await expect(outgoing(payment?.id ?? '')).resolves.toMatchObject({
      status: 'FAILED',
      failureReason: 'INCORRECT_PAYMENT_DETAILS',
    })
    const dear = (await client.createTestModeInvoice(nodeId, 2_000_000_000)) ?? ''
    // What fails at once the official client throws.
    await expect(client.payInvoice(nodeId, dear, 1_000, 60)).rejects.toThrow('INSUFFICIENT_BALANCE')
  })

  test('what is no invoice is refused', async () => {
    await expect(client.payInvoice(nodeId, 'lnbcrt1nonsense', 1, 60)).rejects.toThrow(
      'not a valid invoice',
    )
    await expect(client.decodeInvoice('lnbcrt1nonsense')).rejects.toThrow('not a valid invoice')
  })
})

describe('the chain', () => {
  test('a deposit to a new address confirms as a transaction', async () => {
    const address = await client.createNodeWalletAddress(nodeId)
    expect(address).toBe(addressOf(openScript, 'REGTEST'))
    chain.fund(openScript, sats(300_000n))
    expect((await node()).blockchainBalance).toMatchObject({
      confirmedBalance: { originalValue: 0 },
      unconfirmedBalance: { originalValue: 300_000_000 },
    })
    chain.mine()
    expect((await node()).blockchainBalance).toMatchObject({
      confirmedBalance: { originalValue: 300_000_000 },
    })
  })

  test('a withdrawal is in progress, then successful with its transaction', async () => {
    const address = addressOf(hexToBytes(`0014${'5c'.repeat(20)}`), 'REGTEST') ?? ''
    const mode = WithdrawalMode.WALLET_ONLY
    const request = await client.requestWithdrawal(nodeId, 100_000, address, mode)
    expect(request).toMatchObject({ status: 'IN_PROGRESS', bitcoinAddress: address })
    chain.mine()
    const query = WithdrawalRequest.getWithdrawalRequestQuery(request.id)
    const done = await client.executeRawQuery(query)
    expect(done).toMatchObject({ status: 'SUCCESSFUL', totalFees: { originalValue: 500_000 } })
    const withdrawal = await client.executeRawQuery(getTransactionQuery(done?.withdrawalId ?? ''))
    expect(withdrawal).toMatchObject({ typename: 'Withdrawal', blockHeight: chain.tip().height })
  })

  test.each([
    [10_000_000, 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202', 'does not have that much'],
    [1_000, 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'not an address of this network'],
    [0, 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202', 'a number of satoshis'],
  ])('%d sat to %s: refused', async (amount, address, why) => {
    const order = client.requestWithdrawal(nodeId, amount, address, WithdrawalMode.WALLET_ONLY)
    await expect(order).rejects.toThrow(why)
  })

  test('fees are estimated at the chain’s feerate', async () => {
    const { feeFast } = await client.getBitcoinFeeEstimate(BitcoinNetwork.REGTEST)
    expect(feeFast.originalValue).toBe(561_000)
    await expect(client.getBitcoinFeeEstimate(BitcoinNetwork.MAINNET)).rejects.toThrow(
      'no node runs on this network',
    )
  })
})

describe('lists', () => {
  test('have the newest transactions first, by type, page by page', async () => {
    const recent = await client.getRecentTransactions(nodeId, 20, BitcoinNetwork.REGTEST)
    expect(recent[0]?.typename).toBe('Withdrawal')
    expect(new Set(recent.map(({ typename }) => typename))).toEqual(
      new Set(['IncomingPayment', 'OutgoingPayment', 'Deposit', 'Withdrawal']),
    )
    const current = await account()
    const first = await current.getTransactions(client, 2)
    expect([first.count, first.entities.length]).toEqual([recent.length, 2])
    const next = await current.getTransactions(client, 2, first.pageInfo.endCursor)
    expect(next.entities[0]?.id).toBe(recent[2]?.id)
  })

  test('have the payment requests', async () => {
    const requests = await client.getRecentPaymentRequests(nodeId, 20, BitcoinNetwork.REGTEST)
    expect(requests).toHaveLength(3)
  })

  test('find a payment by its id', async () => {
    const [payment] = (
      await client.getRecentTransactions(nodeId, 20, BitcoinNetwork.REGTEST)
    ).filter(({ typename }) => typename === 'IncomingPayment')
    const found = await client.executeRawQuery(
      IncomingPayment.getIncomingPaymentQuery(payment?.id ?? ''),
    )
    expect(found?.id).toBe(payment?.id)
  })
})

test('a node behind which nothing runs is not ready', async () => {
  const idle = sandbox.platform.createNode({
    network: 'REGTEST',
    publicKey: toHex(new Uint8Array(33).fill(2)),
  })
  await expect(client.createInvoice(idle.id, 1_000, 'x')).rejects.toThrow('no node runs behind it')
})
