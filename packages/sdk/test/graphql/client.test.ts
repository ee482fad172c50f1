import {
  AccountTokenAuthProvider,
  type ClientOptions,
  type Fault,
  isFault,
  LightsparkClient,
  type Mutation,
} from '@boltwarden/sdk'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../manual-clock.ts'
import { type Platform, reply, startPlatform } from '../platform.ts'

const auth = new AccountTokenAuthProvider('id', 's3cret')
const attemptTimeoutMs = 1_000
let platform: Platform
let clock: ManualClock

beforeEach(async () => {
  platform = await startPlatform()
  clock = new ManualClock(attemptTimeoutMs)
})
afterEach(() => platform.close())

const client = (options: ClientOptions = {}) =>
  new LightsparkClient(auth, platform.url, {
    clock,
    random: () => 0.5,
    attemptTimeoutMs,
    ...options,
  })

const mutation: Mutation = {
  operation: 'DeclineToSignMessages',
  document:
    'mutation DeclineToSignMessages($payload_ids:[ID!]!){decline_to_sign_messages(input:{payload_ids:$payload_ids}){declined_payloads{id}}}',
  variables: { payload_ids: ['SignablePayload:1', 'SignablePayload:2'] },
}

async function faultOf(sent: Promise<unknown>): Promise<Fault> {
  const error = await sent.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  )
  if (!isFault(error)) throw error
  return error.fault
}

const operation = 'DeclineToSignMessages'

describe('one request', () => {
  test('goes to the endpoint with the headers of the wire', async () => {
    expect(await client().send(mutation)).toEqual(['SignablePayload:1', 'SignablePayload:2'])
    const [request] = platform.received
    expect(request).toMatchObject({
      url: '/graphql/server/2023-09-13',
      operationName: operation,
      variables: mutation.variables,
      headers: {
        authorization: `Basic ${Buffer.from('id:s3cret').toString('base64')}`,
        'content-type': 'application/json',
        'x-graphql-operation': operation,
      },
    })
    expect(request?.headers['user-agent']).toMatch(/^boltwarden-sdk\/[\d.]+ NodeJS\/v\d/)
    expect(request?.headers['x-lightspark-sdk']).toBe(request?.headers['user-agent'])
    expect(request?.headers['content-encoding']).toBeUndefined()
    expect(clock.running).toBe(0)
  })

  test('is deflated above 1 KiB', async () => {
    const payload_ids = Array.from({ length: 1_000 }, (_, i) => `SignablePayload:${i}`)
    expect(await client().send({ ...mutation, variables: { payload_ids } })).toEqual(payload_ids)
    const [request] = platform.received
    expect(request?.headers['content-encoding']).toBe('deflate')
    expect(Number(request?.headers['content-length'])).toBeLessThan(8_000)
  })

  test('keeps the connection for the next', async () => {
    const one = client()
    await one.send(mutation)
    await one.send(mutation)
    expect(platform.received[1]?.headers.connection).toBe('keep-alive')
  })

  test('reads the account and a payload’s status', async () => {
    expect(await client().currentAccount()).toEqual({ id: 'Account:1', name: 'Test' })
    expect(await client().signablePayloadStatus('SignablePayload:1')).toBe('SIGNED')
    platform.script.push(reply(200, { data: { current_account: null } }))
    expect(await client().currentAccount()).toBeUndefined()
    platform.script.push(reply(200, { data: { entity: { id: '1', status: 'ADDED_LATER' } } }))
    expect(await client().signablePayloadStatus('1')).toBe('FUTURE_VALUE')
    platform.script.push(reply(200, { data: { entity: {} } }))
    expect(await client().signablePayloadStatus('1')).toBeUndefined()
  })
})

describe('what may pass is tried again', () => {
  test('with pauses that grow and are random', async () => {
    platform.script.push(reply(503, ''), reply(429, ''), reply(500, 'no'), reply(502, {}))
    expect(await client().send(mutation)).toHaveLength(2)
    expect(platform.received).toHaveLength(5)
    expect(clock.pauses).toEqual([100, 200, 400, 800])
  })

  test('up to the longest pause and the most attempts', async () => {
    platform.script.push(...Array.from({ length: 4 }, () => reply(503, '')))
    const impatient = client({ maxAttempts: 3, backoffMs: 300, maxBackoffMs: 400 })
    expect(await faultOf(impatient.send(mutation))).toEqual({
      code: 'HTTP_STATUS',
      operation,
      status: 503,
      attempts: 3,
    })
    expect(clock.pauses).toEqual([150, 200])
  })

  test('as late as Retry-After asks', async () => {
    platform.script.push(reply(429, '', { 'retry-after': '0' }))
    platform.script.push(reply(503, '', { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }))
    expect(await client().send(mutation)).toHaveLength(2)
    expect(clock.pauses).toEqual([100, 200])
    clock = new ManualClock(5_000)
    platform.script.push(reply(429, '', { 'retry-after': '3' }))
    expect(await client({ attemptTimeoutMs: 5_000 }).send(mutation)).toHaveLength(2)
    expect(clock.pauses).toEqual([3_000])
  })

  test('but not past the deadline', async () => {
    platform.script.push(reply(429, '', { 'retry-after': '60' }))
    expect(await faultOf(client().send(mutation))).toMatchObject({ status: 429, attempts: 1 })
    platform.script.push(reply(503, ''))
    const soon = client({ backoffMs: 2_000 }).send(mutation, { deadlineMs: 1_000 })
    expect(await faultOf(soon)).toMatchObject({ code: 'HTTP_STATUS', attempts: 1 })
  })

  test('a dropped connection', async () => {
    platform.script.push((response) => response.destroy())
    expect(await client().send(mutation)).toHaveLength(2)
  })

  test('nobody listening', async () => {
    await platform.close()
    expect(await faultOf(client({ maxAttempts: 2 }).send(mutation))).toEqual({
      code: 'NETWORK',
      operation,
      reason: 'ECONNREFUSED',
      attempts: 2,
    })
  })
})

describe('an answer that does not come in time', () => {
  test('ends the attempt; the next may succeed', async () => {
    platform.script.push(() => clock.expire())
    expect(await client().send(mutation)).toHaveLength(2)
    expect(platform.received).toHaveLength(2)
  })

  test('ends the request at the deadline', async () => {
    for (let i = 0; i < 10; i++) platform.script.push(() => clock.expire())
    const sent = client({ deadlineMs: 2_500 }).send(mutation)
    expect(await faultOf(sent)).toEqual({ code: 'TIMED_OUT', operation, attempts: 3 })
    expect(clock.now()).toBeLessThanOrEqual(2_500)
  })

  test('may begin and then stop', async () => {
    platform.script.push((response) => {
      response.writeHead(200).write('{"data":')
      clock.expire()
    })
    expect(await faultOf(client({ maxAttempts: 1 }).send(mutation))).toMatchObject({
      code: 'TIMED_OUT',
    })
  })

  test('ends even where fetch heeds no signal', async () => {
    const fetch = () => {
      queueMicrotask(() => clock.expire())
      return new Promise<Response>(() => undefined)
    }
    expect(await faultOf(client({ fetch, maxAttempts: 1 }).send(mutation))).toMatchObject({
      code: 'TIMED_OUT',
    })
  })
})

describe('connections', () => {
  test('are kept for the next answer', async () => {
    const sender = client()
    for (let i = 0; i < 3; i++) await sender.send(mutation)
    expect(platform.connections()).toBe(1)
  })

  test('that the other side has closed meanwhile are opened anew, at once', async () => {
    const sender = client({ maxAttempts: 1 })
    await sender.send(mutation)
    // The next request on the kept connection is read and then cut off.
    platform.script.push((response) => response.socket?.resetAndDestroy())
    expect(await sender.send(mutation)).toEqual(['SignablePayload:1', 'SignablePayload:2'])
    expect(platform.connections()).toBe(2)
    // A new one that is cut off is an attempt that failed.
    const other = client({ maxAttempts: 1 })
    platform.script.push((response) => response.socket?.resetAndDestroy())
    expect(await faultOf(other.send(mutation))).toMatchObject({
      code: 'NETWORK',
      reason: 'ECONNRESET',
    })
  })

  test('need not be Node’s own', async () => {
    const { fetch } = globalThis
    expect(await client({ fetch }).send(mutation)).toHaveLength(2)
    platform.script.push((response) => {
      response.writeHead(200).end(' '.repeat(2 * 1024 * 1024))
    })
    expect(await faultOf(client({ fetch, maxAttempts: 1 }).send(mutation))).toMatchObject({
      reason: 'ANSWER_TOO_LARGE',
    })
  })
})

describe('the caller’s signal', () => {
  const aborted = { code: 'ABORTED', operation }

  test('ends an attempt', async () => {
    const caller = new AbortController()
    platform.script.push(() => caller.abort())
    const { signal } = caller
    expect(await faultOf(client().send(mutation, { signal }))).toEqual(aborted)
    expect(await faultOf(client().send(mutation, { signal }))).toEqual(aborted)
  })

  test('ends a pause', async () => {
    const caller = new AbortController()
    clock = new ManualClock(50)
    platform.script.push((response) => {
      reply(503, '')(response)
      response.on('close', () => setImmediate(() => caller.abort()))
    })
    const sent = client().send(mutation, { signal: caller.signal })
    expect(await faultOf(sent)).toEqual(aborted)
    expect(platform.received).toHaveLength(1)
  })
})

describe('what will not pass is not tried again', () => {
  test.each([301, 307, 400, 401, 403, 404, 413])('status %d', async (status) => {
    const elsewhere = { location: `${platform.url}/elsewhere` }
    platform.script.push(reply(status, { secret: 'canary' }, elsewhere))
    expect(await faultOf(client().send(mutation))).toEqual({
      code: 'HTTP_STATUS',
      operation,
      status,
      attempts: 1,
    })
    expect(platform.received).toHaveLength(1)
  })

  test.each([
    ['a named error', { extensions: { error_name: 'InvalidInput' }, message: 'x' }, 'InvalidInput'],
    ['an unnamed one', { message: 'x' }, undefined],
    ['one that is no object', 'x', undefined],
    ['a name that may be a value', { extensions: { error_name: 'ab12'.repeat(16) } }, undefined],
  ])('%s of GraphQL', async (_, error, errorName) => {
    platform.script.push(reply(200, { errors: [error], data: null }))
    expect(await faultOf(client().send(mutation))).toEqual({
      code: 'GRAPHQL_REJECTED',
      operation,
      errorName,
    })
  })

  test('what the schema refuses', async () => {
    const wrong = { ...mutation, document: 'mutation DeclineToSignMessages { nothing }' }
    expect(await faultOf(client().send(wrong))).toMatchObject({ code: 'GRAPHQL_REJECTED' })
  })

  test.each([
    ['no JSON', '<html>', '', 'a JSON value'],
    ['cut JSON', '{"data":{', 'data', 'a key in quotes'],
    ['no object', '[]', '', 'an object'],
    ['no data', {}, 'data', 'an object'],
    ['no output', { data: {} }, 'decline_to_sign_messages', 'an object'],
    [
      'another shape',
      { data: { decline_to_sign_messages: { declined_payloads: [{ id: 7 }] } } },
      'decline_to_sign_messages.declined_payloads[0].id',
      '1 to 256 printable ASCII characters',
    ],
  ])('an answer with %s', async (_, body, path, expected) => {
    platform.script.push(reply(200, body))
    expect(await faultOf(client().send(mutation))).toEqual({
      code: 'BAD_ANSWER',
      operation,
      path,
      expected,
    })
  })

  test('an answer without end', async () => {
    platform.script.push((response) => {
      response.writeHead(200).end(' '.repeat(2 * 1024 * 1024))
    })
    expect(await faultOf(client({ maxAttempts: 1 }).send(mutation))).toMatchObject({
      code: 'NETWORK',
      reason: 'ANSWER_TOO_LARGE',
    })
  })
})
