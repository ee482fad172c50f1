import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import type { Delivery } from '@boltwarden/policy/event'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SimulatedChannel } from '../../../policy/test/channel/simulated-channel.ts'
import { hashRequest } from '../shared/events.ts'
import { accept, startPlatform } from '../shared/platform.ts'
import { type Running, runScript } from '../shared/process.ts'
import { postEvent, sign } from '../shared/service.ts'
import { Book, subjectsOf } from './answers.ts'
import { writeConfig, writeLife } from './config.ts'
import { postgresDatabase, startPostgres, type TortureDatabase } from './databases.ts'
import { option, report } from './report.ts'
import { spoken } from './spoken.ts'
import { StoreWitness } from './witness.ts'

const requests = Number(option('REQUESTS') ?? 200)
const limitMs = 120_000 + requests * 60
const signers = 3
const channelsAtOnce = 6
const commitments = 8
const main = new URL('./signer.mjs', import.meta.url)
const seed = new Uint8Array(32).fill(5)
const setting = {
  seedHex: Buffer.from(seed).toString('hex'),
  network: 'REGTEST',
  webhookSecret: 'webhook-secret-of-the-race-torture',
} as const

const keys = Keychain.fromSeed(seed, { secp256k1: await loadSecp256k1('auto') })
const book = new Book()
const signed = new Set<string>()
const wrong: string[] = []
const statuses: Record<string, number> = {}
const folder = mkdtempSync(join(tmpdir(), 'boltwarden-race-'))
const running: Running[] = []
const urls: string[] = []
let server: Awaited<ReturnType<typeof startPostgres>>
let platform: Awaited<ReturnType<typeof startPlatform>>
let database: TortureDatabase
let asked = 0

beforeAll(async () => {
  server = await startPostgres()
  platform = await startPlatform((call, response) => {
    book.note(call, true)
    for (const [subject] of subjectsOf(call)) signed.add(subject)
    accept(call, response)
  })
  database = await postgresDatabase(server, setting, folder)
  writeConfig(folder, { ...setting, platformUrl: platform.url, store: database.config })
  const life = writeLife(folder, { nonces: {} })
  for (let at = 0; at < signers; at++) running.push(runScript(main, [life]))
  for (const signer of running) {
    urls.push(String((await signer.line(({ message }) => message === 'ready')).webhook))
  }
})

afterAll(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGKILL')
    await ended
  }
  await platform.close()
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

async function post(body: string, at: number): Promise<number> {
  asked++
  const webhookUrl = urls[at % signers] ?? ''
  const reply = await postEvent({ webhookUrl }, body, sign(body, setting.webhookSecret))
  const text = await reply.text()
  statuses[reply.status] = (statuses[reply.status] ?? 0) + 1
  if (![200, 403, 503].includes(reply.status)) wrong.push(`status ${reply.status}: ${text}`)
  return reply.status
}

/** Asks every signer the same at once, under one event id, until one of them answers. */
async function everywhere(body: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const all = await Promise.all(urls.map((_, at) => post(body, at)))
    if (all.includes(200)) return
  }
  wrong.push(`no answer: ${body}`)
}

const ask = ({ request }: Delivery) => spoken(request)

/** Two commitments of one number, each of which would be signed alone; resolves to who won. */
async function raceCommitments(channel: SimulatedChannel, number: number): Promise<void> {
  const before = channel.agreement
  const one = channel.commitment(number)
  channel.add('incoming', 20_000n, `race ${channel.channel} ${number}`)
  const other = { delivery: channel.commitment(number), agreement: channel.agreement }
  const bodies = [ask(one), ask(other.delivery)].sort(() => (number % 2 === 0 ? 1 : -1))
  await Promise.all(bodies.flatMap((body) => urls.map((_, at) => post(body, at + number))))
  for (let tries = 0; tries < 100 && !isSigned(one) && !isSigned(other.delivery); tries++) {
    await Promise.all(bodies.map((body, at) => post(body, at)))
  }
  if (isSigned(one) === isSigned(other.delivery)) {
    wrong.push(`${isSigned(one) ? 'two' : 'no'} commitments of ${channel.channel} ${number}`)
  }
  if (isSigned(one)) channel.agreement = before
}

function isSigned({ request }: Delivery): boolean {
  if (request.kind !== 'derive-key-and-sign') throw new TypeError('no signing jobs')
  return request.jobs.some(({ id }) => signed.has(`job ${id}`))
}

/** Our commitment is published, or its secret is released: never both. */
async function raceRelease(
  channel: SimulatedChannel,
): Promise<'published' | 'revoked' | 'neither'> {
  const number = channel.next - 1
  const holder = channel.holderCommitment(number)
  const release = channel.release(number)
  await post(ask(channel.point(number + 2)), 0)
  const bodies = [ask(holder), ask(release)]
  await Promise.all(bodies.flatMap((body, one) => urls.map((_, at) => post(body, at + one))))
  const { request } = release
  if (request.kind !== 'release-per-commitment-secret') throw new TypeError('no release')
  const isRevoked = signed.has(`secret ${request.index} of ${request.channel}`)
  if (isSigned(holder) && isRevoked) wrong.push(`published and revoked: ${channel.channel}`)
  return isSigned(holder) ? 'published' : isRevoked ? 'revoked' : 'neither'
}

/** Three signers draw a nonce each for one invoice. */
async function raceInvoices(from: number): Promise<void> {
  const now = () => ({ timestamp: new Date().toISOString() })
  const bodies = Array.from({ length: 4 }, (_, at) => `Invoice:${from}-${at}`).flatMap((invoice) =>
    urls.flatMap(() => hashRequest(invoice, now())),
  )
  await Promise.all(bodies.map((body, at) => post(body, at)))
}

async function live(channel: SimulatedChannel, ends: Record<string, number>): Promise<void> {
  for (const number of [0, 1]) await everywhere(ask(channel.point(number)))
  await everywhere(ask(channel.commitment()))
  channel.next = 1
  await everywhere(ask(channel.point(2)))
  for (let number = 1; number <= commitments; number++) {
    await everywhere(ask(channel.point(number + 2)))
    await everywhere(ask(channel.release(number - 1)))
    await raceCommitments(channel, number)
    await everywhere(ask(channel.reveal(number - 1)))
    channel.next = number + 1
    await raceInvoices(channel.channel * 100 + number)
  }
  const end = await raceRelease(channel)
  ends[end] = (ends[end] ?? 0) + 1
}

test(`${requests} requests to three signers at once: one effect each`, {
  timeout: limitMs,
}, async () => {
  const ends: Record<string, number> = {}
  let next = 1
  const lane = async () => {
    while (asked < requests && wrong.length === 0) {
      const terms = {
        type: next % 2 === 0 ? 'anchors' : 'static-remotekey',
        funder: 'counterparty',
        pushMsat: 400_000_000n,
      } as const
      await live(new SimulatedChannel(keys, { ...terms, channel: next++ }), ends)
    }
  }
  await Promise.all(Array.from({ length: channelsAtOnce }, lane))
  const witness = new StoreWitness(database, setting)
  wrong.push(...book.wrong, ...(await witness.verify([])))
  report('race on PostgreSQL', { asked, statuses, channels: next - 1, answers: book.size, ends })
  expect(wrong.slice(0, 10)).toEqual([])
  expect(asked).toBeGreaterThanOrEqual(requests)
})
