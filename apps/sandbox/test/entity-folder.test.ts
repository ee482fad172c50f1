import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../src/index.ts'
import { credentials, webhookSecret } from './pairing.ts'

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'entities-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function start(folder: string) {
  const webhookUrl = 'http://127.0.0.1:9/webhook'
  const sandbox = await startSandbox({ credentials, webhookUrl, webhookSecret, folder })
  onTestFinished(sandbox.close)
  return sandbox.platform
}

test('a platform comes back as it was left, amounts and points included', async () => {
  const folder = newFolder()
  const platform = await start(folder)
  const node = platform.createNode({ network: 'REGTEST', publicKey: undefined })
  const channel = platform.createChannel({ node: node.id, capacitySats: 1_000_000n })
  platform.put({ ...channel, status: 'OK', points: new Map([[281_474_976_710_655, '02aa']]) })
  platform.createInvoice({
    node: node.id,
    network: 'REGTEST',
    amountSats: 5n,
    memo: 'tea',
    signingHash: undefined,
  })
  const again = await start(folder)
  expect(again.entities()).toEqual(platform.entities())
  expect(again.account).toEqual(platform.account)
  expect(statSync(join(folder, 'entities.ndjson')).mode & 0o777).toBe(0o600)
})

test('of the signing jobs that were written down only the last ones are taken over', async () => {
  const folder = newFolder()
  const platform = await start(folder)
  const jobs = Array.from({ length: 1_100 }, () => platform.createSignable().id)
  const again = await start(folder)
  expect(again.find(jobs[75] ?? '')).toBe(undefined)
  expect(again.find(jobs[76] ?? '')).toBeDefined()
  expect(again.find(again.account.id)).toBeDefined()
})

test('what a crash left of a last line is cut off', async () => {
  const folder = newFolder()
  const platform = await start(folder)
  appendFileSync(join(folder, 'entities.ndjson'), '{"type":"Chan')
  const again = await start(folder)
  again.createNode({ network: 'REGTEST', publicKey: undefined })
  expect((await start(folder)).entities()).toHaveLength(platform.entities().length + 1)
})

test('another version is refused', async () => {
  const folder = newFolder()
  const head = { format: 'boltwarden-sandbox-entities', version: 2 }
  writeFileSync(join(folder, 'entities.ndjson'), `${JSON.stringify(head)}\n`)
  await expect(start(folder)).rejects.toThrow('"version":1')
})
