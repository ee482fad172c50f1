import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hexToBytes } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseLine } from '../src/capture/line.ts'
import { readCapture } from '../src/capture/read-capture.ts'
import { openCurve } from '../src/keystore/curve.ts'
import { parsePolicy } from '../src/policy-file/load.ts'
import { type Explanation, explain } from '../src/replay/explain.ts'
import { keysOfFile, NotedKeys, readPublicKeys } from '../src/replay/public-keys.ts'
import type { ReplayPorts } from '../src/replay/recompose.ts'
import { replay } from '../src/replay/replay.ts'
import { World } from '../src/replay/world.ts'
import { readScenario, scenarioNames } from './shared/corpus.ts'
import { eventBody, hashRequest, pointRequest } from './shared/events.ts'
import { startTestService } from './shared/service.ts'

const deps = { network: 'REGTEST', secp256k1: portable } as const
const read = (text: string) => parsePolicy(text, 'policy.toml', deps)
const captureOf = (name: string) =>
  new URL(`../../../vectors/corpus/${name}.ndjson`, import.meta.url).pathname

let folder = ''
const closers: (() => unknown)[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'boltwarden-replay-'))
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  rmSync(folder, { recursive: true })
})

async function keysOf(seedHex: string) {
  const secp256k1 = await openCurve('auto')
  const keychain = Keychain.fromSeed(hexToBytes(seedHex), { secp256k1 })
  closers.push(() => keychain.dispose())
  const realm = { network: 'REGTEST', fingerprint: keychain.fingerprint } as const
  const ports: ReplayPorts = { network: 'REGTEST', keys: keychain, secp256k1 }
  const newWorld = (file?: string) => {
    const world = file === undefined ? World.empty(realm) : World.copyOf(file, realm)
    closers.push(() => world[Symbol.asyncDispose]())
    return world
  }
  return { keychain, realm, ports, newWorld }
}

function eventOf(body: string) {
  const event = parseLine(body)
  if (event === undefined) throw new TypeError(body)
  return event
}

async function explained(body: string, policyText = '', state?: string): Promise<Explanation> {
  const { ports, newWorld } = await keysOf('07'.repeat(32))
  const told = await explain(eventOf(body), newWorld(state), await read(policyText), ports)
  if ('reason' in told) throw new TypeError(told.reason)
  return told
}

const release = (index: number) =>
  eventBody(
    {
      sub_event_type: 'RELEASE_PER_COMMITMENT_SECRET',
      bitcoin_network: 'REGTEST',
      derivation_path: 'm/3/7',
      per_commitment_point_idx: index,
      node_id: 'node:1',
    },
    { entity_id: 'Channel:1' },
  )

describe('explaining', () => {
  test('shows every rule on such requests, with what it found', async () => {
    const told = await explained(release(2 ** 48 - 1))
    expect(told).toMatchObject({ request: 'release-per-commitment-secret', verdict: 'decline' })
    const outcome = (tag: string) => told.rules.find((rule) => rule.tag === tag)
    expect(outcome('policy-lightspark-unknown-channel')).toMatchObject({
      outcome: 'error',
      mandatory: false,
      findings: [{ message: expect.stringContaining('never seen') }],
    })
    expect(outcome('policy-lightspark-network')).toMatchObject({ outcome: 'passed', findings: [] })
    expect(outcome('policy-lightspark-sighash')).toBeUndefined()
    expect(told.facts).toMatchObject({ channelPath: { ok: true, value: { channel: 7 } } })
  })

  test('says what another policy makes of it', async () => {
    const policy = '[rules]\npolicy-lightspark-unknown-channel = "hold"'
    const told = await explained(release(5), policy)
    const found = told.rules.find(({ tag }) => tag === 'policy-lightspark-unknown-channel')
    expect(found).toMatchObject({ outcome: 'hold' })
    // A mandatory rule refuses it, whatever the policy.
    expect(told.verdict).toBe('decline')
  })

  test('knows what a copy of a store knows, which stays as it is', async () => {
    const signer = await startTestService({
      seedHex: '07'.repeat(32),
      webhookSecret: 'a-webhook-secret-of-the-tests',
      respondDirectly: true,
    })
    closers.push(signer.remove, () => signer.service.close())
    const known = [2 ** 48 - 1, 2 ** 48 - 2, 2 ** 48 - 3].map((index) => pointRequest(index))
    for (const body of known) expect((await signer.post(body)).status).toBe(200)
    const { file } = signer.config.store
    const told = await explained(release(2 ** 48 - 1), '', file)
    expect(told.verdict).toBe('sign')
    expect(told.remembered).toMatchObject({ channels: { 7: { id: 'Channel:1' } } })
    // Explaining it twice is explaining it for the first time.
    expect((await explained(release(2 ** 48 - 1), '', file)).repeated).toBe(false)
    expect((await explained(known[0] ?? '', '', file)).repeated).toBe(true)
    expect((await signer.post(release(2 ** 48 - 1))).status).toBe(200)
  })

  test('tells why an event is not judged', async () => {
    const { ports, newWorld } = await keysOf('07'.repeat(32))
    const policy = await read('')
    const reason = async (body: string) => explain(eventOf(body), newWorld(), policy, ports)
    expect(await reason(eventBody({}, { event_type: 'NODE_STATUS' }))).toEqual({
      reason: 'NODE_STATUS is not about signing',
    })
    expect(await reason(pointRequest(-1))).toEqual({
      reason: expect.stringContaining('malformed: "data.per_commitment_point_idx"'),
    })
  })

  test('shows no secret, ours or revealed', async () => {
    const { ports, newWorld } = await keysOf('07'.repeat(32))
    const world = newWorld()
    const scenario = readScenario('justice-anchors')
    const policy = await read('mode = "observe"')
    const shown: string[] = []
    for (const { body } of scenario.events.slice(0, 60)) {
      shown.push(JSON.stringify(await explain(eventOf(body), world, policy, ports)))
    }
    const secrets = scenario.events.flatMap(({ body }) => {
      const { per_commitment_secret: secret } = JSON.parse(body).data
      return secret === undefined ? [] : [String(secret)]
    })
    expect(secrets.length).toBeGreaterThan(0)
    for (const secret of secrets) expect(shown.join()).not.toContain(secret)
  })
})

describe('replaying', () => {
  test.each(scenarioNames)('%s: a policy is like itself', async (name) => {
    const { ports, newWorld } = await keysOf(readScenario(name).seedHex)
    const policy = await read('[onchain]\nunlinked_funding_max_sats = 100000000')
    const side = () => ({ policy, world: newWorld() })
    const report = await replay(
      readCapture(captureOf(name)),
      { before: side(), after: side() },
      ports,
    )
    expect(report.differences).toEqual([])
    expect(report).toMatchObject({ skipped: 0, withoutNonce: 0, unlikeRecorded: 0 })
    expect(report.judged).toBe(readScenario(name).events.length)
  })

  test('shows what a stricter policy refuses', async () => {
    const name = 'receive-legacy'
    const { ports, newWorld } = await keysOf(readScenario(name).seedHex)
    const report = await replay(
      readCapture(captureOf(name)),
      {
        before: { policy: await read('mode = "observe"'), world: newWorld() },
        after: {
          policy: await read('mode = "observe"\n[events]\nmax_jobs = 1'),
          world: newWorld(),
        },
      },
      ports,
    )
    const [first] = report.differences
    expect(first).toMatchObject({
      request: 'derive-key-and-sign',
      before: { verdict: 'sign' },
      after: { verdict: 'decline' },
    })
    expect(first?.after.violations).toContainEqual({
      tag: 'policy-lightspark-batch',
      message: expect.any(String),
    })
    expect(report.verdicts['sign → decline']).toBe(
      report.differences.filter(({ after }) => after.verdict === 'decline').length,
    )
  })

  test('tells where the nonce of an invoice is missing, and where it was judged otherwise', async () => {
    const { ports, newWorld } = await keysOf('07'.repeat(32))
    const file = join(folder, 'events.ndjson')
    const decided = { verdict: 'decline', tags: [], policy: '00'.repeat(32) }
    const line = (body: string, more: object = {}) =>
      JSON.stringify({ v: 1, received_at: '2026-01-01T00:00:00Z', body, ...more })
    const bodies = [hashRequest(), eventBody({}, { event_type: 'LOW_BALANCE' }), '[]']
    const lines = [
      ...bodies.map((body) => line(body)),
      line(pointRequest(2 ** 48 - 1), { decided }),
    ]
    writeFileSync(file, lines.join('\n'))
    const policy = await read('')
    const side = () => ({ policy, world: newWorld() })
    expect(await replay(readCapture(file), { before: side(), after: side() }, ports)).toEqual({
      judged: 2,
      skipped: 2,
      withoutNonce: 1,
      unlikeRecorded: 1,
      verdicts: { 'sign → sign': 2 },
      differences: [],
    })
  })
})

describe('public keys in a file', () => {
  test('judge as the key store does, and name what they lack', async () => {
    const name = 'coop-close-anchors'
    const { keychain, realm, ports, newWorld } = await keysOf(readScenario(name).seedHex)
    const policy = await read('[onchain]\nunlinked_funding_max_sats = 100000000')
    const side = () => ({ policy, world: newWorld() })
    const run = (keys: ReplayPorts['keys'], capture = name) =>
      replay(readCapture(captureOf(capture)), { before: side(), after: side() }, { ...ports, keys })
    const noted = new NotedKeys(keychain, realm)
    const report = await run(noted)
    const file = join(folder, 'public.json')
    noted.writeTo(file)
    const keys = keysOfFile(readPublicKeys(file))
    expect(await run(keys)).toEqual(report)
    await expect(run(keys, 'open-legacy')).rejects.toMatchObject({ code: 'PUBLIC_KEY_MISSING' })
    expect(readFileSync(file, 'utf8')).not.toMatch(/[xt](pub|prv)/)
  })

  test('are refused where they are something else', () => {
    const file = join(folder, 'public.json')
    expect(() => readPublicKeys(file)).toThrow(
      expect.objectContaining({ code: 'PUBLIC_KEYS_UNREADABLE' }),
    )
    writeFileSync(file, '{"v":1}')
    expect(() => readPublicKeys(file)).toThrow(
      expect.objectContaining({ code: 'PUBLIC_KEYS_UNREADABLE' }),
    )
  })
})
