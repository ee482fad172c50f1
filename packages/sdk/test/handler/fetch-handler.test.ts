import {
  createFetchHandler,
  type FetchHandlerOptions,
  hexToBytes,
  type Mutation,
  type OtherEvent,
  type Refusal,
  RemoteSigningWebhookHandler,
  signWebhook,
} from '@boltwarden/sdk'
import { describe, expect, test } from 'vitest'
import { officialEvents, utf8 } from '../vectors.ts'
import { encode, eventBody, jobBody, signingBody } from '../webhook/bodies.ts'

const secret = 'webhook secret'
const seed = hexToBytes(officialEvents.master_seed)

type Setup = Partial<FetchHandlerOptions> & {
  readonly should_sign?: () => boolean | Promise<boolean>
  readonly send?: (mutation: Mutation) => Promise<readonly string[]>
}

/** A receiver, what it sent and what it reported. */
function receiver({ should_sign = () => true, send, ...options }: Setup = {}) {
  const sent: Mutation[] = []
  const trouble: (Refusal | Error)[] = []
  const client = {
    send:
      send ??
      (async (mutation: Mutation) => {
        sent.push(mutation)
        return []
      }),
  }
  const handler = new RemoteSigningWebhookHandler(client, seed, { should_sign })
  const onTrouble = (what: Refusal | Error) => void trouble.push(what)
  const fetch = createFetchHandler({ handler, secrets: ['old', secret], onTrouble, ...options })
  return { fetch, sent, trouble }
}

function post(body: unknown, headers: Record<string, string> = {}): Request {
  const data = body instanceof Uint8Array ? body : encode(body)
  return new Request('http://signer/webhook', {
    method: 'POST',
    body: data.slice().buffer,
    headers: { 'lightspark-signature': signWebhook(data, secret), ...headers },
  })
}

async function replyTo(fetch: (request: Request) => Promise<Response>, request: Request) {
  const response = await fetch(request)
  const text = await response.text()
  const body: unknown = text === '' ? undefined : JSON.parse(text)
  return { status: response.status, body, retryAfter: response.headers.get('retry-after') }
}

const empty = { status: 204, body: undefined, retryAfter: null }

describe('well', () => {
  test('answered: 204, and the answer goes to the API', async () => {
    const { fetch, sent } = receiver()
    expect(await replyTo(fetch, post(signingBody('DERIVE_KEY_AND_SIGN')))).toEqual(empty)
    expect(sent.map(({ operation }) => operation)).toEqual(['SignMessages'])
  })

  test('declined: 204, and the decline goes to the API', async () => {
    const { fetch, sent } = receiver({ should_sign: () => false })
    expect(await replyTo(fetch, post(signingBody('DERIVE_KEY_AND_SIGN')))).toEqual(empty)
    expect(sent.map(({ operation }) => operation)).toEqual(['DeclineToSignMessages'])
  })

  test('acknowledged: 204, and nothing is sent', async () => {
    const { fetch, sent } = receiver()
    const body = signingBody('REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET')
    expect(await replyTo(fetch, post(body))).toEqual(empty)
    expect(sent).toEqual([])
  })

  test('not about signing: 204, and the hook has seen it', async () => {
    const seen: OtherEvent[] = []
    const { fetch } = receiver({ onOtherEvent: async (event) => void seen.push(event) })
    const body = eventBody({ a: 1 }, { event_type: 'PAYMENT_FINISHED' })
    expect(await replyTo(fetch, post(body))).toEqual(empty)
    expect(await replyTo(fetch, post({ ...body, event_type: 'ADDED_NEXT_YEAR' }))).toEqual(empty)
    expect(seen.map(({ eventType }) => eventType)).toEqual(['PAYMENT_FINISHED', 'ADDED_NEXT_YEAR'])
  })
})

describe('directly', () => {
  const respond = 'directly'

  test('200 with the variables, and nothing is sent', async () => {
    const { fetch, sent } = receiver({ respond })
    const { body, signature, expected } =
      officialEvents.cases[1] ?? officialEvents.cases[0] ?? never()
    const { fetch: official } = receiver({ respond, secrets: officialEvents.webhook_secret })
    const request = post(utf8(body), { 'lightspark-signature': signature })
    expect(await replyTo(official, request)).toMatchObject({
      status: 200,
      body: expected?.variables,
    })
    const { id } = jobBody()
    const declining = receiver({ respond, should_sign: () => false })
    const jobs = post(signingBody('DERIVE_KEY_AND_SIGN'))
    expect(await replyTo(declining.fetch, jobs)).toMatchObject({
      status: 200,
      body: { payload_ids: [id, id] },
    })
    expect(await replyTo(fetch, post(signingBody('ECDH')))).toMatchObject({ status: 200 })
    expect([...sent, ...declining.sent]).toEqual([])
  })

  test('204 where there is no answer', async () => {
    const { fetch } = receiver({ respond })
    const body = signingBody('REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET')
    expect(await replyTo(fetch, post(body))).toEqual(empty)
  })
})

describe('badly', () => {
  const unsigned = { status: 401, body: { code: 'WEBHOOK_SIGNATURE_INVALID' } }

  test.each([
    ['missing', (): Request => new Request('http://s/', { method: 'POST', body: '[]' })],
    ['of another secret', () => post([], { 'lightspark-signature': signWebhook(utf8('[]'), 'x') })],
    ['no signature', () => post([], { 'lightspark-signature': 'deadbeef' })],
    [
      'of another body',
      () => post([], { 'lightspark-signature': signWebhook(utf8('{}'), secret) }),
    ],
  ])('a signature that is %s: 401 and nothing else learnt', async (_, request) => {
    expect(await replyTo(receiver().fetch, request())).toMatchObject(unsigned)
  })

  test('malformed: 400 with path', async () => {
    const { fetch, trouble } = receiver()
    expect(await replyTo(fetch, post([]))).toMatchObject({
      status: 400,
      body: { code: 'WEBHOOK_MALFORMED', path: '', expected: 'an object' },
    })
    const jobs = [jobBody(), { ...jobBody(), amount: -1 }]
    const body = signingBody('DERIVE_KEY_AND_SIGN', { signing_jobs: jobs })
    expect(await replyTo(fetch, post(body))).toMatchObject({
      status: 400,
      body: { path: 'data.signing_jobs[1].amount' },
    })
    expect(trouble).toHaveLength(2)
  })

  test('too large: 413, announced or not', async () => {
    const { fetch } = receiver({ maxBodyBytes: 100 })
    expect(await replyTo(fetch, post(signingBody('ECDH')))).toMatchObject({
      status: 413,
      body: { code: 'WEBHOOK_TOO_LARGE', limit: 100 },
    })
    expect(
      await replyTo(fetch, post(signingBody('ECDH'), { 'content-length': '999' })),
    ).toMatchObject({ status: 413 })
    const { fetch: usual } = receiver()
    const four = utf8(`"${' '.repeat(4 * 1024 * 1024)}"`)
    expect(await replyTo(usual, post(four))).toMatchObject({ status: 413 })
  })

  test('another method: 405', async () => {
    const response = await receiver().fetch(new Request('http://s/'))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test.each([
    ['the validator’s no', signingBody('ECDH'), 'VALIDATOR_DECLINED', 'ECDH'],
    [
      'VLS_MESSAGE',
      eventBody({ sub_event_type: 'VLS_MESSAGE' }),
      'SUB_EVENT_UNSUPPORTED',
      'VLS_MESSAGE',
    ],
  ])('%s: 403 by name', async (_, body, code, subEventType) => {
    const { fetch, sent, trouble } = receiver({ should_sign: () => false })
    const expected = { status: 403, body: { code, subEventType } }
    expect(await replyTo(fetch, post(body))).toMatchObject(expected)
    expect(trouble).toMatchObject([{ code }])
    expect(sent).toEqual([])
  })

  test('a key outside the table: 403, and a few of the problems', async () => {
    const job = { ...jobBody(), derivation_path: 'm/9' }
    const body = signingBody('DERIVE_KEY_AND_SIGN', { signing_jobs: new Array(50).fill(job) })
    const { status, body: told } = await replyTo(receiver().fetch, post(body))
    expect(status).toBe(403)
    expect(told).toMatchObject({ code: 'NOT_GRANTABLE', problems: { length: 10 } })
  })

  const trouble503 = { status: 503, body: { code: 'UNAVAILABLE' }, retryAfter: '5' }
  const failing = () => Promise.reject(new Error('canary'))

  test.each<[string, Setup]>([
    ['the validator', { should_sign: failing }],
    ['the API', { send: failing }],
    ['the hook', { onOtherEvent: failing }],
    ['the secrets', { secrets: [] }],
    [
      'the log',
      {
        should_sign: failing,
        onOtherEvent: failing,
        onTrouble: () => {
          throw new Error('canary')
        },
      },
    ],
  ])('%s fails: 503, and no reason', async (what, setup) => {
    const { fetch } = receiver(setup)
    const other = eventBody(undefined, { event_type: 'NODE_STATUS' })
    const body = what === 'the hook' ? other : signingBody('ECDH')
    expect(await replyTo(fetch, post(body))).toEqual(trouble503)
  })
})

function never(): never {
  throw new Error('the vectors are missing')
}
