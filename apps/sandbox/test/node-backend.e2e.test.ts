import { join } from 'node:path'
import { parseAddress } from '@boltwarden/core/bitcoin/address'
import { sats } from '@boltwarden/core/units'
import {
  AccountTokenAuthProvider,
  BitcoinNetwork,
  LightsparkClient,
  LightsparkNodeWithRemoteSigning,
  type OutgoingPayment,
  WithdrawalMode,
  WithdrawalRequest,
} from '@lightsparkdev/lightspark-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runJson } from '../src/demo/command.ts'
import { type DemoSet, openSet } from '../src/demo/set.ts'
import { attachBackend } from '../src/index.ts'
import { createNodeBackend } from '../src/lightning/node-backend.ts'
import { signerMain } from '../src/signers/signer.ts'

// The official client, unchanged; behind the API a real Lightning node, whose keys the signer has.

const stranger = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080'

let set: DemoSet
let client: LightsparkClient
let nodeId: string

beforeAll(async () => {
  set = await openSet({ channels: 4, signal: new AbortController().signal })
  const { signer, stage } = set
  const { platform, url } = signer.sandbox
  attachBackend(platform, await createNodeBackend(stage, platform))
  await stage.open(stage.alice(), stage.bob, { pushMsat: 400_000_000n })
  nodeId = stage.alice().entity.id
  const { clientId, clientSecret } = signer.credentials
  client = new LightsparkClient(new AccountTokenAuthProvider(clientId, clientSecret), url)
  const network = BitcoinNetwork.REGTEST
  await client.loadNodeSigningKey(nodeId, { masterSeed: new Uint8Array(32).fill(7), network })
})
afterAll(() => set.close())

async function node(): Promise<LightsparkNodeWithRemoteSigning> {
  const account = await client.getCurrentAccount()
  const [first] = (await account?.getNodes(client))?.entities ?? []
  if (!(first instanceof LightsparkNodeWithRemoteSigning)) throw new Error('no node')
  return first
}
const local = async () => (await node()).localBalance?.originalValue ?? 0

describe('the official client, with a real node behind the API', () => {
  test('sees the channel', async () => {
    const { entities } = await (await node()).getChannels(client, 10)
    expect(entities[0]).toMatchObject({
      status: 'OK',
      capacity: { originalValue: 1_000_000_000 },
      localBalance: { originalValue: 600_000_000 },
      remoteBalance: { originalValue: 400_000_000 },
    })
  })

  test('makes an invoice, which is paid against the signer’s preimage', async () => {
    const before = await local()
    const invoice = await client.createInvoiceWithDetails(nodeId, 21_000_000, 'coffee')
    const encoded = invoice?.data.encodedPaymentRequest ?? ''
    const payment = await client.createTestModePayment(nodeId, encoded)
    const done = await client.waitForTransactionComplete(payment?.id ?? '', 20)
    expect(done).toMatchObject({ status: 'SUCCESS', amount: { originalValue: 21_000_000 } })
    await set.stage.settle()
    expect(await local()).toBe(before + 21_000_000)
  })

  test('pays an invoice', async () => {
    const before = await local()
    const encoded = (await client.createTestModeInvoice(nodeId, 33_000_000, 'tea')) ?? ''
    const payment = await client.payInvoice(nodeId, encoded, 1_000, 60)
    const done = await client.waitForTransactionComplete<OutgoingPayment>(payment?.id ?? '', 20)
    expect(done).toMatchObject({ status: 'SUCCESS', fees: { originalValue: 0 } })
    await set.stage.settle()
    expect(await local()).toBe(before - 33_000_000)
    const dear = (await client.createTestModeInvoice(nodeId, 2_000_000_000)) ?? ''
    await expect(client.payInvoice(nodeId, dear, 1_000, 60)).rejects.toThrow('INSUFFICIENT_BALANCE')
  })

  test('is given an address, and sees the deposit', async () => {
    const address = await client.createNodeWalletAddress(nodeId)
    const script = parseAddress(address ?? '', 'REGTEST')
    if (!script.ok) throw new Error('no address')
    const before = (await node()).blockchainBalance?.confirmedBalance?.originalValue ?? 0
    set.chain.fund(script.value, sats(70_000n))
    const waiting = (await node()).blockchainBalance?.unconfirmedBalance?.originalValue
    expect(waiting).toBe(70_000_000)
    await set.stage.mine(1)
    const after = (await node()).blockchainBalance?.confirmedBalance?.originalValue
    expect(after).toBe(before + 70_000_000)
  })

  test('cannot withdraw where the owner’s policy knows nobody', async () => {
    const mode = WithdrawalMode.WALLET_ONLY
    const withdrawal = client.requestWithdrawal(nodeId, 100_000, stranger, mode)
    await expect(withdrawal).rejects.toThrow('did not sign')
    expect(set.stage.alice().wallet.free().length).toBeGreaterThan(0)
  })

  test('withdraws once the owner has announced it to the signer, and that much only', async () => {
    const { wallet } = set.stage.alice()
    const config = join(set.signer.files.signer, 'boltwarden.toml')
    const terms = ['--address', stranger, '--amount-sats', '100000', '--config', config, '--json']
    const { signal } = new AbortController()
    await runJson(signerMain, ['intents', 'add', 'withdrawal', ...terms], signal)
    const mode = WithdrawalMode.WALLET_ONLY
    const more = client.requestWithdrawal(nodeId, 100_001, stranger, mode)
    await expect(more).rejects.toThrow('did not sign')
    const before = wallet.balance()
    const request = await client.requestWithdrawal(nodeId, 100_000, stranger, mode)
    expect(request).toMatchObject({ status: 'IN_PROGRESS', bitcoinAddress: stranger })
    await set.stage.mine(1)
    const query = WithdrawalRequest.getWithdrawalRequestQuery(request.id)
    const done = await client.executeRawQuery(query)
    expect(done?.status).toBe('SUCCESSFUL')
    const feeSats = BigInt(done?.totalFees?.originalValue ?? 0) / 1000n
    expect(feeSats).toBeGreaterThan(0n)
    expect(wallet.balance()).toBe(before - 100_000n - feeSats)
  })
})
