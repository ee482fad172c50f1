import { signWebhook } from '@boltwarden/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { badJobs, eventBody, hashRequest, pointRequest } from './shared/events.ts'
import { startPlatform } from './shared/platform.ts'
import { sign, startTestService } from './shared/service.ts'

const webhookSecret = 'the-webhook-secret-of-the-tests'
const initialIndex = 2 ** 48 - 1
const otherEvents: string[] = []

let platform: Awaited<ReturnType<typeof startPlatform>>
let signer: Awaited<ReturnType<typeof startTestService>>
beforeAll(async () => {
  platform = await startPlatform()
  signer = await startTestService({
    seedHex: '07'.repeat(32),
    webhookSecret,
    platformUrl: platform.url,
    onOtherEvent: (event) => {
      otherEvents.push(event.eventType)
      if (event.eventType === 'LOW_BALANCE') throw new Error('canary-of-the-hook')
    },
  })
})
afterAll(async () => {
  await signer.service.close()
  await platform.close()
  signer.remove()
})

async function post(body: string, signature?: string) {
  const sent = platform.calls.length
  const reply = await signer.post(body, signature)
  const text = await reply.text()
  return {
    status: reply.status,
    body: text === '' ? undefined : JSON.parse(text),
    calls: platform.calls.slice(sent).map(({ operation }) => operation),
    retryAfter: reply.headers.get('retry-after'),
  }
}

describe('401: the signature', () => {
  const body = hashRequest()
  const right = sign(body, webhookSecret)
  test.each([
    ['of another secret', sign(body, 'another-webhook-secret')],
    ['of another body', sign(`${body} `, webhookSecret)],
    ['in upper case', right.toUpperCase()],
    ['too short', right.slice(2)],
    ['too long', `${right}00`],
    ['not hex', 'NotAHexValue'],
    ['empty', ''],
    ['twice', `${right}, ${right}`],
  ])('%s', async (_name, signature) => {
    expect(await post(body, signature)).toEqual({
      status: 401,
      body: undefined,
      calls: [],
      retryAfter: null,
    })
  })

  test('missing, and what is no JSON at all', async () => {
    for (const text of [body, '[]', '{', '', 'x'.repeat(100_000)]) {
      const reply = await fetch(signer.service.webhookUrl, { method: 'POST', body: text })
      expect([reply.status, await reply.text()]).toEqual([401, ''])
    }
  })
})

describe('400: malformed', () => {
  const path = (index: unknown, data: object = {}) =>
    pointRequest(0, {}, { per_commitment_point_idx: index, ...data })
  test.each<[string, string, string]>([
    ['no JSON', '{', ''],
    ['an array', '[]', ''],
    ['null', 'null', ''],
    ['a number', '1', ''],
    ['nothing', '', ''],
    ['no event type', '{"event_id":"1"}', 'event_type'],
    ['a type that is no text', eventBody({}, { event_type: 5 }), 'event_type'],
    ['no id', eventBody(undefined, { event_id: undefined }), 'event_id'],
    ['an id with a space', eventBody(undefined, { event_id: 'a b' }), 'event_id'],
    ['an id with a line break', eventBody(undefined, { event_id: 'a\nb' }), 'event_id'],
    ['a time that is none', eventBody({}, { timestamp: 'yesterday' }), 'timestamp'],
    ['no data', eventBody(undefined), 'data'],
    ['data that are a list', eventBody([]), 'data'],
    ['no sub-event', eventBody({}), 'data.sub_event_type'],
    ['a network that is none', path(1, { bitcoin_network: 'LITECOIN' }), 'data.bitcoin_network'],
    [
      'a path of 45,000 levels',
      path(1, { derivation_path: `m${'/0'.repeat(45_000)}` }),
      'data.derivation_path',
    ],
    ['a fraction', path(1.5), 'data.per_commitment_point_idx'],
    ['a number as text', path('1'), 'data.per_commitment_point_idx'],
    ['a negative number', path(-1), 'data.per_commitment_point_idx'],
    ['a number of 2^48', path(2 ** 48), 'data.per_commitment_point_idx'],
    ['a path that is no text', path(1, { derivation_path: 7 }), 'data.derivation_path'],
    ['jobs that are no list', badJobs().replace(/\[.*\]/, '{}'), 'data.signing_jobs'],
    [
      'a message of 31 bytes',
      badJobs().replace('11'.repeat(32), '11'.repeat(31)),
      'data.signing_jobs[0].message',
    ],
    [
      'a doubled key',
      hashRequest().replace('"data":{', '"data":{"invoice_id":"Invoice:2",'),
      'data.invoice_id',
    ],
    [
      'a peer key off the form',
      eventBody({
        sub_event_type: 'ECDH',
        bitcoin_network: 'REGTEST',
        peer_public_key: '05'.repeat(33),
      }),
      'data.peer_public_key',
    ],
    [
      'a nonce of 31 bytes',
      eventBody({
        sub_event_type: 'RELEASE_PAYMENT_PREIMAGE',
        bitcoin_network: 'REGTEST',
        invoice_id: 'Invoice:1',
        preimage_nonce: '00'.repeat(31),
      }),
      'data.preimage_nonce',
    ],
  ])('%s', async (_name, body, at) => {
    const reply = await post(body)
    expect(reply.status).toBe(400)
    expect(reply.body).toEqual({ code: 'MALFORMED', path: at, expected: expect.any(String) })
    expect(reply.calls).toEqual([])
  })

  test.each([
    ['100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['a key __proto__', hashRequest().replace('"data":{', '"data":{"__proto__":{"a":1},')],
  ])('%s, without a crash', async (_name, body) => {
    expect((await post(body)).status).toBe(400)
  })

  test('bytes that are no UTF-8', async () => {
    const body = new Uint8Array([0x7b, 0xff, 0x7d])
    const headers = { 'lightspark-signature': signWebhook(body, webhookSecret) }
    const reply = await fetch(signer.service.webhookUrl, { method: 'POST', body, headers })
    expect(reply.status).toBe(400)
  })
})

describe('2xx: other events', () => {
  test.each(['PAYMENT_FINISHED', 'NODE_STATUS', 'ADDED_IN_FUTURE'])(
    '%s goes to the hook',
    async (type) => {
      expect(await post(eventBody(undefined, { event_type: type }))).toMatchObject({
        status: 200,
        calls: [],
      })
      expect(otherEvents).toContain(type)
    },
  )

  test('a hook that throws is logged by name, and changes nothing', async () => {
    expect((await post(eventBody(undefined, { event_type: 'LOW_BALANCE' }))).status).toBe(200)
    const line = signer.lines.find((text) => text.includes('event hook failed'))
    expect(line).toContain('LOW_BALANCE')
    expect(line).not.toContain('canary-of-the-hook')
  })
})

describe('403: refused', () => {
  test.each(['VLS_MESSAGE', 'ADDED_IN_FUTURE'])('sub-event %s, by its name', async (name) => {
    const reply = await post(eventBody({ sub_event_type: name, bitcoin_network: 'REGTEST' }))
    expect(reply).toMatchObject({ status: 403, calls: [] })
    expect(reply.body.code).toBe('UNSUPPORTED_SUB_EVENT')
    expect(JSON.stringify(reply.body)).toContain(name)
  })

  test.each<[string, string, string]>([
    [
      'another network',
      pointRequest(initialIndex, {}, { bitcoin_network: 'MAINNET' }),
      'policy-lightspark-network',
    ],
    [
      'a path outside the table',
      pointRequest(initialIndex, {}, { derivation_path: 'm/6' }),
      'policy-lightspark-path',
    ],
    [
      'a spelling of its own',
      pointRequest(initialIndex, {}, { derivation_path: 'm/3/07' }),
      'policy-lightspark-path',
    ],
    [
      'a nonce never issued',
      eventBody({
        sub_event_type: 'RELEASE_PAYMENT_PREIMAGE',
        bitcoin_network: 'REGTEST',
        invoice_id: 'Invoice:9',
        preimage_nonce: '00'.repeat(32),
      }),
      'policy-lightspark-preimage-issued',
    ],
  ])('%s', async (_name, body, tag) => {
    const reply = await post(body)
    expect(reply).toMatchObject({ status: 403, calls: [] })
    expect(reply.body.code).toBe('REFUSED')
    expect(reply.body.tags).toContain(tag)
    expect(reply.body.reasons[0]).toMatchObject({
      tag: expect.any(String),
      message: expect.any(String),
    })
  })

  test('a known id with another body', async () => {
    const fields = { event_id: 'event-used-before' }
    expect((await post(hashRequest('Invoice:a', fields))).status).toBe(200)
    const other = await post(hashRequest('Invoice:b', fields))
    expect(other.status).toBe(403)
    expect(other.body.tags).toContain('policy-lightspark-replay')
  })
})

describe('held', () => {
  test('an old event: it may be our clock that is wrong', async () => {
    const reply = await post(hashRequest('Invoice:old', { timestamp: '2025-12-01T00:00:00Z' }))
    expect(reply).toMatchObject({ status: 503, calls: [], retryAfter: '2' })
    expect(reply.body).toMatchObject({ code: 'HELD', tags: ['policy-lightspark-freshness'] })
  })
})

describe('declined', () => {
  test('a forbidden signing job: DeclineToSignMessages with every id, and 200', async () => {
    const reply = await post(badJobs(3))
    expect(reply).toMatchObject({ status: 200, calls: ['DeclineToSignMessages'] })
    expect(platform.calls.at(-1)?.variables).toEqual({
      payload_ids: ['SignablePayload:0', 'SignablePayload:1', 'SignablePayload:2'],
    })
    expect(reply.body).toMatchObject({ code: 'DECLINED' })
    expect(reply.body.tags).toContain('policy-lightspark-sighash')
  })

  test('1,000 jobs within the time of the platform, 1,001 for their number', async () => {
    expect((await post(badJobs(1000))).calls).toEqual(['DeclineToSignMessages'])
    const reply = await post(badJobs(1001))
    expect(reply.calls).toEqual(['DeclineToSignMessages'])
    expect(reply.body.tags).toContain('policy-lightspark-batch')
  })

  test('jobs under a known event id are refused, but close no channel', async () => {
    const fields = { event_id: 'jobs-used-before' }
    await post(badJobs(1, fields))
    const reply = await post(badJobs(2, fields))
    expect(reply).toMatchObject({ status: 403, calls: [], body: { code: 'REFUSED' } })
    expect(reply.body.tags).toContain('policy-lightspark-replay')
  })
})
