import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseBolt11 } from '@boltwarden/core/invoice/bolt11'
import { afterEach, describe, expect, test } from 'vitest'
import { readCapture } from '../src/capture/read-capture.ts'
import { eventBody, hashRequest, pointRequest, testTime } from './shared/events.ts'
import { adminToken, sign, startTestService, type TestServiceOptions } from './shared/service.ts'

const secret = 'a-webhook-secret-of-the-tests'
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(options: Partial<TestServiceOptions> = {}) {
  const seedHex = '07'.repeat(32)
  const base = { seedHex, webhookSecret: secret, respondDirectly: true }
  const signer = await startTestService({ ...base, ...options })
  closers.push(signer.remove, () => signer.service.close())
  const api = async (method: string, path: string, body?: object) => {
    const reply = await signer.admin(method, path, body)
    return { status: reply.status, body: JSON.parse(await reply.text()) }
  }
  const logged = (message: string) =>
    signer.lines.map((line) => JSON.parse(line)).filter((line) => line.message === message)
  const metrics = async () => (await fetch(`${signer.service.adminUrl}/metrics`)).text()
  return { ...signer, api, logged, metrics }
}

const old = { timestamp: testTime.replace('2026', '2025') }
const ids = { id: 'Channel:9', node: 'node:9' }

describe('reloading the policy', () => {
  test('the next decision is made by the new one, and says by which', async () => {
    const signer = await start({ policy: '' })
    const { policyFile = '' } = signer
    expect((await signer.post(hashRequest('Invoice:1', old))).status).toBe(503)
    const before = await signer.api('GET', '/policy')
    writeFileSync(policyFile, '[events]\nmax_age_seconds = 31536000\n')
    const reload = await signer.api('POST', '/policy/reload')
    expect(reload.status).toBe(200)
    expect(reload.body).toEqual({
      previous: before.body.hash,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      changes: [{ key: 'events.max_age_seconds', from: 86_400, to: 31_536_000 }],
    })
    expect((await signer.post(hashRequest('Invoice:1', old))).status).toBe(200)
    expect(signer.logged('policy reloaded')).toEqual([
      expect.objectContaining({ who: 'tester', level: 'info', hash: reload.body.hash }),
    ])
    const metrics = await signer.metrics()
    expect(metrics).toContain(`boltwarden_policy_info{hash="${reload.body.hash}",mode="enforce"} 1`)
    expect(metrics).not.toContain(before.body.hash)
    expect(metrics).toContain('boltwarden_policy_reloads_total{result="applied"} 1')
  })

  test('a bad file changes nothing, and says what is wrong', async () => {
    const signer = await start({ policy: '[events]\nmax_age_seconds = 31536000\n' })
    const { policyFile = '' } = signer
    const before = await signer.api('GET', '/policy')
    for (const [text, key] of [
      ['[events]\nmax_age_second = 1', 'events.max_age_second'],
      ['[[onchain.addresses]]\naddress = "nowhere"', 'onchain.addresses.0.address'],
      ['[rules]\npolicy-lightspark-sighash = "warn"', 'rules.policy-lightspark-sighash'],
    ]) {
      writeFileSync(policyFile, String(text))
      const reload = await signer.api('POST', '/policy/reload')
      expect([reload.status, reload.body.error.code]).toEqual([422, 'CONFIG_INVALID'])
      expect(reload.body.error.fault.problems[0].key).toBe(key)
      expect((await signer.api('GET', '/policy')).body).toEqual(before.body)
    }
    expect((await signer.post(hashRequest('Invoice:1', old))).status).toBe(200)
    expect(signer.logged('policy not reloaded; the one before stays')).toHaveLength(3)
    expect(await signer.metrics()).toContain('policy_reloads_total{result="refused"} 3')
  })

  test('the same file again changes nothing', async () => {
    const signer = await start({ policy: '' })
    const { body } = await signer.api('POST', '/policy/reload')
    expect([body.changes, body.hash]).toEqual([[], body.previous])
    expect(await signer.metrics()).toContain('policy_reloads_total{result="unchanged"} 1')
  })
})

describe('intents', () => {
  const hash = 'ab'.repeat(32)
  const payment = { kind: 'payment', payment_hash: hash, max_amount_sats: 1000 }

  test('a payment is registered once, listed, and revoked', async () => {
    const { api, logged } = await start()
    const added = await api('POST', '/intents', { ...payment, expires_in_seconds: 60 })
    const intent = {
      id: hash,
      kind: 'payment',
      status: 'open',
      expires_at: '2026-01-01T00:01:00.000Z',
      payment_hash: hash,
      max_amount_sats: 1000,
      max_fee_sats: null,
      in_flight: [],
      settled_sats: 0,
    }
    expect([added.status, added.body]).toEqual([201, { created: true, intent }])
    const again = await api('POST', '/intents', payment)
    expect([again.status, again.body]).toEqual([200, { created: false, intent }])
    const other = await api('POST', '/intents', { ...payment, max_amount_sats: 2000 })
    expect([other.status, other.body.error.code]).toEqual([409, 'ADMIN_CONFLICT'])
    expect((await api('GET', '/intents')).body).toEqual({ intents: [intent] })
    expect((await api('GET', `/intents/${hash}`)).body).toEqual(intent)
    expect((await api('DELETE', `/intents/${hash}`)).body).toEqual({ removed: true })
    expect((await api('DELETE', `/intents/${hash}`)).body).toEqual({ removed: false })
    expect((await api('GET', `/intents/${hash}`)).status).toBe(404)
    expect(logged('intent added')).toEqual([
      expect.objectContaining({ audit: true, who: 'tester', intent }),
    ])
    expect(logged('intent revoked')).toHaveLength(1)
  })

  test('one that ended unused makes room', async () => {
    const { api, setNow } = await start()
    await api('POST', '/intents', { ...payment, expires_in_seconds: 60 })
    setNow(Date.parse(testTime) + 61_000)
    expect((await api('GET', `/intents/${hash}`)).body.status).toBe('expired')
    const added = await api('POST', '/intents', { ...payment, max_amount_sats: 5 })
    expect([added.status, added.body.intent.max_amount_sats]).toEqual([201, 5])
  })

  test('an invoice says what and until when', async () => {
    const invoice = donation()
    const parsed = parseBolt11(invoice)
    if (!parsed.ok) throw new TypeError(parsed.error.message)
    const { timestamp, expiry } = parsed.value
    const { api, setNow } = await start({ network: 'MAINNET' })
    const late = await api('POST', '/intents', { kind: 'payment', invoice, max_amount_sats: 7 })
    expect([late.status, late.body.error.fault.expected]).toEqual([
      400,
      'an invoice that has not expired',
    ])
    setNow(timestamp * 1000)
    const open = await api('POST', '/intents', { kind: 'payment', invoice })
    expect(open.body.error.fault).toMatchObject({ path: 'max_amount_sats' })
    const { body } = await api('POST', '/intents', { kind: 'payment', invoice, max_amount_sats: 7 })
    expect(body.intent).toMatchObject({
      payment_hash: Buffer.from(parsed.value.paymentHash).toString('hex'),
      expires_at: new Date((timestamp + expiry) * 1000).toISOString(),
    })
  })

  test('of another network or with a bad signature it is refused', async () => {
    const invoice = donation()
    const { api } = await start()
    const foreign = await api('POST', '/intents', { kind: 'payment', invoice, max_amount_sats: 7 })
    expect(foreign.body.error.fault).toMatchObject({
      path: 'invoice',
      expected: 'an invoice of REGTEST',
    })
    const broken = await api('POST', '/intents', { kind: 'payment', invoice: `${invoice}q` })
    expect(broken.body.error.fault.path).toBe('invoice')
  })

  test('a withdrawal names an address of the network', async () => {
    const { api } = await start()
    const address = 'bcrt1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdku202'
    const withdrawal = { kind: 'withdrawal', address, amount_sats: 5000 }
    const first = await api('POST', '/intents', withdrawal)
    const second = await api('POST', '/intents', withdrawal)
    expect([first.status, second.status]).toEqual([201, 201])
    expect(first.body.intent.id).not.toBe(second.body.intent.id)
    const named = { ...withdrawal, id: 'rent-2026-01' }
    expect((await api('POST', '/intents', named)).status).toBe(201)
    expect((await api('POST', '/intents', named)).status).toBe(200)
    expect((await api('GET', '/intents/rent-2026-01')).body).toMatchObject({
      address,
      script: `0014${'00'.repeat(20)}`,
      amount_sats: 5000,
      used_by: null,
    })
    const foreign = { ...withdrawal, address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4' }
    expect((await api('POST', '/intents', foreign)).body.error.fault.path).toBe('address')
  })

  test.each([
    [{}, 'kind'],
    [{ kind: 'gift' }, 'kind'],
    [{ kind: 'payment' }, 'payment_hash'],
    [{ ...payment, payment_hash: 'ab' }, 'payment_hash'],
    [{ ...payment, max_amount_sats: -1 }, 'max_amount_sats'],
    [{ ...payment, max_amount_sats: 2 ** 53 }, 'max_amount_sats'],
    [{ ...payment, amount: 1 }, 'amount'],
    [{ ...payment, id: 'a b' }, 'id'],
    [{ ...payment, expires_in_seconds: 0 }, 'expires_in_seconds'],
    [{ kind: 'withdrawal', address: 'x', amount_sats: 0 }, 'amount_sats'],
  ])('refuses %j', async (body, path) => {
    const { api } = await start()
    const reply = await api('POST', '/intents', body)
    expect([reply.status, reply.body.error.fault.path]).toEqual([400, path])
  })
})

describe('channels', () => {
  test('show what was learnt of them', async () => {
    const { api, post } = await start()
    const index = 2 ** 48 - 1
    for (const at of [index, index - 1]) expect((await post(pointRequest(at))).status).toBe(200)
    const { body } = await api('GET', '/channels')
    expect(body.channels).toEqual([
      expect.objectContaining({
        path: 'm/3/7',
        id: 'Channel:1',
        origin: 'opening',
        holder: expect.objectContaining({ lowest_point: index - 1, next_release: index }),
      }),
    ])
    expect((await api('GET', '/channels/7')).body).toEqual(body.channels[0])
    expect((await api('GET', '/channels/8')).status).toBe(404)
    expect((await api('GET', '/channels/x')).status).toBe(400)
  })

  test('one that was opened elsewhere is adopted, and its secrets keep their order', async () => {
    const { api, post, logged } = await start()
    const last = 2 ** 48 - 100
    const adoption = { channel: 9, ...ids, last_released: last }
    const shown = await api('POST', '/channels/adopt', adoption)
    expect([shown.status, shown.body.adopted]).toEqual([200, false])
    expect((await api('GET', '/channels/9')).status).toBe(404)
    const adopted = await api('POST', '/channels/adopt', { ...adoption, confirm: true })
    expect([adopted.status, adopted.body]).toEqual([201, { ...shown.body, adopted: true }])
    expect(adopted.body.channel).toMatchObject({
      origin: 'adopted',
      holder: { lowest_point: last - 2, last_released: last, next_release: last - 1 },
    })
    expect(logged('channel adopted')).toEqual([expect.objectContaining({ who: 'tester' })])
    const release = (index: number) =>
      post(
        eventBody(
          {
            sub_event_type: 'RELEASE_PER_COMMITMENT_SECRET',
            bitcoin_network: 'REGTEST',
            derivation_path: 'm/3/9',
            per_commitment_point_idx: index,
            node_id: ids.node,
          },
          { entity_id: ids.id },
        ),
      )
    expect((await release(last - 2)).status).toBe(403)
    expect((await release(last)).status).toBe(200)
    expect((await release(last - 1)).status).toBe(200)
  })

  test('what contradicts the known is refused', async () => {
    const { api, post } = await start()
    await post(pointRequest(2 ** 48 - 1))
    const taken = [
      { channel: 7, ...ids, confirm: true },
      { channel: 9, id: 'Channel:1', node: 'node:9' },
    ]
    for (const body of taken) {
      const reply = await api('POST', '/channels/adopt', body)
      expect([reply.status, reply.body.error.code]).toEqual([409, 'ADMIN_CONFLICT'])
    }
    for (const [body, path] of [
      [{ channel: -1, ...ids }, 'channel'],
      [{ channel: 9, ...ids, last_released: 2 ** 48 }, 'last_released'],
      [{ channel: 9, ...ids, last_released: 5, lowest_point: 5 }, 'lowest_point'],
    ] as const) {
      const reply = await api('POST', '/channels/adopt', body)
      expect([reply.status, reply.body.error.fault.path]).toEqual([400, path])
    }
  })
})

describe('capturing', () => {
  test('keeps what was signed by the platform, with what was decided, and no secret', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'boltwarden-capture-'))
    closers.push(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'events.ndjson')
    const signer = await start({ policy: '', config: `[capture]\nfile = "${file}"` })
    const { hash } = (await signer.api('GET', '/policy')).body
    const honest = hashRequest('Invoice:1')
    const other = eventBody({}, { event_type: 'PAYMENT_FINISHED' })
    expect((await signer.post(honest)).status).toBe(200)
    expect((await signer.post(hashRequest('Invoice:2', old))).status).toBe(503)
    expect((await signer.post('[]')).status).toBe(400)
    expect((await signer.post(other)).status).toBe(200)
    expect((await signer.post(honest, sign(honest, 'a stranger'))).status).toBe(401)
    const events: unknown[] = []
    for await (const event of readCapture(file)) events.push(event)
    expect(events).toMatchObject([
      {
        line: 1,
        receivedAtMs: Date.parse(testTime),
        issued: { nonce: expect.stringMatching(/^[0-9a-f]{64}$/) },
        decided: { verdict: 'sign', tags: [], policy: hash },
      },
      { decided: { verdict: 'hold', tags: ['policy-lightspark-freshness'] } },
      { line: 3 },
      { line: 4 },
    ])
    expect(events).toHaveLength(4)
    const text = readFileSync(file, 'utf8')
    for (const hidden of [adminToken, secret, '07'.repeat(32)]) expect(text).not.toContain(hidden)
    expect(await signer.metrics()).toContain('captured_events_total{result="written"} 4')
  })
})

/** The invoice without an amount among BOLT 11's own examples. */
function donation(): string {
  const file = new URL('../../../vectors/bolt11/vectors.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).cases[0].invoice
}
