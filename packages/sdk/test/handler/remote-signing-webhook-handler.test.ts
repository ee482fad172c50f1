import {
  AccountTokenAuthProvider,
  type HandlerOptions,
  hexToBytes,
  isFault,
  LightsparkClient,
  type RemoteSigningEvent,
  RemoteSigningWebhookHandler,
  signWebhook,
  type Validator,
  type WebhookEvent,
} from '@boltwarden/sdk'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Platform, reply, startPlatform } from '../platform.ts'
import { officialEvents, scenarios, utf8 } from '../vectors.ts'
import { encode, eventBody, jobBody, type SubEventName, signingBody } from '../webhook/bodies.ts'

const secret = 'webhook secret'
const seed = hexToBytes(officialEvents.master_seed)
const yes: Validator = { should_sign: () => true }
const no: Validator = { shouldSign: async () => false }
let platform: Platform
const handlers: RemoteSigningWebhookHandler[] = []

beforeEach(async () => {
  platform = await startPlatform()
})
afterEach(async () => {
  for (const handler of handlers.splice(0)) handler.dispose()
  await platform.close()
})

function handlerFor(
  validator: Validator,
  masterSeed = seed,
  options: HandlerOptions = {},
): RemoteSigningWebhookHandler {
  const auth = new AccountTokenAuthProvider('id', 'secret')
  const client = new LightsparkClient(auth, platform.url, { maxAttempts: 1 })
  const handler = new RemoteSigningWebhookHandler(client, masterSeed, validator, options)
  handlers.push(handler)
  return handler
}

function deliver(handler: RemoteSigningWebhookHandler, body: unknown) {
  const data = encode(body)
  return handler.handleWebhookRequest(data, signWebhook(data, secret), ['old', secret])
}

const sent = () =>
  platform.received.map(({ operationName, variables }) => ({ operationName, variables }))

describe('a validator that says yes', () => {
  test('the official event is answered as its vector says', async () => {
    const handler = handlerFor(yes)
    for (const { body, signature, expected } of officialEvents.cases) {
      const outcome = await handler.handleWebhookRequest(
        utf8(body),
        signature,
        officialEvents.webhook_secret,
      )
      if (expected === null) expect(outcome).toEqual({ kind: 'acknowledged' })
      else expect(outcome).toMatchObject({ kind: 'answered', operation: expected.operation })
    }
    expect(sent()).toMatchObject([
      { operationName: 'UpdateChannelPerCommitmentPoint', ...variablesOf(1) },
      { operationName: 'UpdateNodeSharedSecret' },
    ])
  })

  const variablesOf = (index: number) => ({
    variables: officialEvents.cases[index]?.expected?.variables,
  })

  test('recorded traffic is answered as recorded, over the wire', async () => {
    const scenario = scenarios.find(({ scenario }) => scenario === 'justice-anchors')
    const { seed = '', webhook_secret = '', events = [] } = scenario ?? {}
    const nonces = events.flatMap(({ expected }) => expected?.variables?.preimage_nonce ?? [])
    const entropy = () => hexToBytes(nonces.shift() ?? '')
    const handler = handlerFor(yes, hexToBytes(seed), { entropy })
    for (const { body, signature } of events) {
      await handler.handleWebhookRequest(utf8(body), signature, webhook_secret)
    }
    expect(sent()).toEqual(
      events.flatMap(({ expected }) =>
        expected === null
          ? []
          : [{ operationName: expected.operation, variables: expected.variables }],
      ),
    )
  })

  test('the ids of the platform come back', async () => {
    const outcome = await deliver(handlerFor(yes), signingBody('DERIVE_KEY_AND_SIGN'))
    const { id } = jobBody()
    expect(outcome).toEqual({ kind: 'answered', operation: 'SignMessages', ids: [id, id] })
  })

  test('every invoice gets its own nonce', async () => {
    const handler = handlerFor(yes)
    await deliver(handler, signingBody('REQUEST_INVOICE_PAYMENT_HASH'))
    await deliver(handler, signingBody('REQUEST_INVOICE_PAYMENT_HASH'))
    const nonces = sent().map(({ variables }) => variables.preimage_nonce)
    expect(new Set(nonces).size).toBe(2)
  })
})

describe('the validator', () => {
  test('sees the whole parsed request, under its own `this`', async () => {
    const seen: RemoteSigningEvent[] = []
    const validator = {
      limit: 1_000_000,
      async should_sign(event: RemoteSigningEvent) {
        seen.push(event)
        return (
          event.data.subEventType === 'DERIVE_KEY_AND_SIGN' &&
          event.data.signingJobs.every(({ amount = 0 }) => amount <= this.limit)
        )
      },
    }
    const outcome = await deliver(handlerFor(validator), signingBody('DERIVE_KEY_AND_SIGN'))
    expect(outcome).toMatchObject({ kind: 'answered' })
    expect(seen).toHaveLength(1)
  })

  test('of the reference text fits', () => {
    const validator = { should_sign: (_webhook: WebhookEvent) => true }
    expect(handlerFor(validator)).toBeInstanceOf(RemoteSigningWebhookHandler)
  })

  test('declines every job by its id', async () => {
    const jobs = ['a', 'b', 'c'].map((id) => ({ ...jobBody(), id }))
    const body = signingBody('DERIVE_KEY_AND_SIGN', { signing_jobs: jobs })
    expect(await deliver(handlerFor(no), body)).toEqual({ kind: 'declined', ids: ['a', 'b', 'c'] })
    expect(sent()).toEqual([
      { operationName: 'DeclineToSignMessages', variables: { payload_ids: ['a', 'b', 'c'] } },
    ])
  })

  test.each([
    'REQUEST_INVOICE_PAYMENT_HASH',
    'RELEASE_PAYMENT_PREIMAGE',
    'GET_PER_COMMITMENT_POINT',
    'RELEASE_PER_COMMITMENT_SECRET',
    'REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET',
    'ECDH',
    'SIGN_INVOICE',
  ] satisfies SubEventName[])('a no to %s sends nothing', async (subEventType) => {
    expect(await deliver(handlerFor(no), signingBody(subEventType))).toEqual({
      kind: 'refused',
      refusal: { code: 'VALIDATOR_DECLINED', subEventType },
    })
    expect(platform.received).toEqual([])
  })

  test.each([undefined, 1, 'yes', {}])('%j is no yes', async (answer) => {
    const validator: Validator = JSON.parse('{}')
    Object.assign(validator, { should_sign: () => answer })
    expect(await deliver(handlerFor(validator), signingBody('ECDH'))).toMatchObject({
      kind: 'refused',
    })
  })

  test('that fails signs nothing', async () => {
    const should_sign = () => Promise.reject(new Error('no database'))
    const delivered = deliver(handlerFor({ should_sign }), signingBody('DERIVE_KEY_AND_SIGN'))
    await expect(delivered).rejects.toThrow('no database')
    expect(platform.received).toEqual([])
  })

  test('that is none is misuse', () => {
    const none: Validator = JSON.parse('{}')
    expect(() => handlerFor(none)).toThrow(
      new TypeError('"validator" expected a method should_sign or shouldSign'),
    )
  })
})

describe('what is not signed', () => {
  test.each(['m/0', "m/4'", 'm/5', 'm/3/7', 'm', 'm/3/7h/0', 'M/3/7/0', 'm/84/2/0/0/3'])(
    'a job for %s',
    async (derivation_path) => {
      const signing_jobs = [jobBody(), { ...jobBody(), derivation_path }]
      const body = signingBody('DERIVE_KEY_AND_SIGN', { signing_jobs })
      expect(await deliver(handlerFor(yes), body)).toMatchObject({
        kind: 'refused',
        refusal: { code: 'NOT_GRANTABLE', problems: [{ path: 'jobs[1].path' }] },
      })
      expect(platform.received).toEqual([])
    },
  )

  test.each(['VLS_MESSAGE', 'ADDED_NEXT_YEAR'])('%s, by its name', async (subEventType) => {
    const body = eventBody({ sub_event_type: subEventType })
    expect(await deliver(handlerFor(yes), body)).toEqual({
      kind: 'refused',
      refusal: { code: 'SUB_EVENT_UNSUPPORTED', subEventType },
    })
  })

  test('an event that is not about signing', async () => {
    const body = eventBody(undefined, { event_type: 'PAYMENT_FINISHED' })
    expect(await deliver(handlerFor(yes), body)).toEqual({
      kind: 'ignored',
      eventType: 'PAYMENT_FINISHED',
    })
  })

  test('what is not signed by the platform', async () => {
    const data = encode(signingBody('ECDH'))
    const delivered = handlerFor(yes).handleWebhookRequest(data, signWebhook(data, 'x'), secret)
    await expect(delivered).rejects.toSatisfy((e) => isFault(e, 'WEBHOOK_SIGNATURE_INVALID'))
  })

  test('a body `[]`', async () => {
    await expect(deliver(handlerFor(yes), [])).rejects.toSatisfy((e) =>
      isFault(e, 'WEBHOOK_MALFORMED'),
    )
  })
})

describe('the world', () => {
  test('an API that fails is a fault', async () => {
    platform.script.push(reply(503, ''))
    const delivered = deliver(handlerFor(yes), signingBody('ECDH'))
    await expect(delivered).rejects.toMatchObject({ code: 'HTTP_STATUS', status: 503 })
  })

  test('a handler that was disposed of signs nothing', async () => {
    const handler = handlerFor(yes)
    await deliver(handler, signingBody('ECDH'))
    handler.dispose()
    await expect(deliver(handler, signingBody('ECDH'))).rejects.toThrow(TypeError)
    expect(platform.received).toHaveLength(1)
  })

  test('the seed is copied', async () => {
    const own = seed.slice()
    const handler = handlerFor(yes, own)
    own.fill(0)
    await deliver(handler, signingBody('GET_PER_COMMITMENT_POINT'))
    await deliver(handlerFor(yes), signingBody('GET_PER_COMMITMENT_POINT'))
    const [first, second] = sent()
    expect(first).toEqual(second)
  })

  test.each([0, 15, 65])('a seed of %d bytes is misuse', (length) => {
    expect(() => handlerFor(yes, new Uint8Array(length))).toThrow(
      new RangeError(`"masterSeed" expected 16 to 64 bytes, got ${length}`),
    )
  })

  test('without a client there is nobody to send to', async () => {
    const handler = new RemoteSigningWebhookHandler(undefined, seed, yes)
    await expect(deliver(handler, signingBody('ECDH'))).rejects.toThrow('"client" expected')
  })
})
