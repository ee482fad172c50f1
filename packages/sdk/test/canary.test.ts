import { inspect } from 'node:util'
import {
  AccountTokenAuthProvider,
  type ClientOptions,
  createFetchHandler,
  LightsparkClient,
  type Refusal,
  RemoteSigningWebhookHandler,
  signWebhook,
  type Validator,
} from '@boltwarden/sdk'
import { getCredentialsFromEnvOrThrow } from '@boltwarden/sdk/env'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Platform, reply, startPlatform } from './platform.ts'
import { encode, eventBody, jobBody, signingBody } from './webhook/bodies.ts'

const seed = new Uint8Array(32).fill(0xc5)
const clientSecret = 'canary-client-secret'
const webhookSecret = 'canary-webhook-secret'
const nonce = 'ca'.repeat(32)
const counterpartySecret = 'cb'.repeat(32)

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.close())

/** Every secret in every form in which it could have become text. */
function secrets(): string[] {
  const answers = platform.received.flatMap(({ variables }) =>
    Object.entries(variables)
      .filter(([name]) => /preimage$|secret$|signature/.test(name))
      .map(([, value]) => JSON.stringify(value).match(/[0-9a-f]{64,}/g) ?? []),
  )
  return [
    ...answers.flat(),
    ...[clientSecret, webhookSecret, counterpartySecret],
    ...['hex', 'base64', 'latin1'].map((form) => Buffer.from(seed).toString(bufferEncoding(form))),
    seed.join(),
    Buffer.from(`id:${clientSecret}`).toString('base64'),
  ]
}

function bufferEncoding(form: string): BufferEncoding {
  return form === 'hex' ? form : form === 'base64' ? form : 'latin1'
}

/** Everything a program could print of a value, bytes as `1,2,3`. */
function printed(value: unknown): string {
  const all = { depth: 20, showHidden: true, getters: true, maxArrayLength: null } as const
  const stack = value instanceof Error ? `${value.message} ${value.stack}` : ''
  return `${inspect(value, all)} ${String(value)} ${JSON.stringify(value)} ${stack}`
    .replace(/"\d+":/g, '')
    .replace(/\s/g, '')
}

function expectNoSecret(value: unknown): void {
  const text = printed(value)
  for (const secret of secrets()) expect(text).not.toContain(secret)
}

function parties(validator: Validator, options: ClientOptions = {}) {
  const auth = new AccountTokenAuthProvider('id', clientSecret)
  const client = new LightsparkClient(auth, platform.url, { maxAttempts: 1, ...options })
  return { auth, client, handler: new RemoteSigningWebhookHandler(client, seed, validator) }
}

const bodies = {
  signing: signingBody('DERIVE_KEY_AND_SIGN'),
  preimage: signingBody('RELEASE_PAYMENT_PREIMAGE', { preimage_nonce: nonce }),
  commitmentSecret: signingBody('RELEASE_PER_COMMITMENT_SECRET'),
  ecdh: signingBody('ECDH'),
  revealed: signingBody('REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET', {
    per_commitment_secret: counterpartySecret,
  }),
  malformed: signingBody('REVEAL_COUNTERPARTY_PER_COMMITMENT_SECRET', {
    per_commitment_secret: `${counterpartySecret}00`,
  }),
  forbidden: signingBody('DERIVE_KEY_AND_SIGN', {
    signing_jobs: [{ ...jobBody(), derivation_path: 'm/5', add_tweak: counterpartySecret }],
  }),
  unknown: eventBody({ sub_event_type: 'ADDED', secret: counterpartySecret }),
}

/** What handling a body gives, or throws. */
async function outcome(body: unknown, options: ClientOptions = {}): Promise<unknown> {
  const { handler } = parties({ should_sign: () => true }, options)
  const data = encode(body)
  const signature = signWebhook(data, webhookSecret)
  return handler.handleWebhookRequest(data, signature, webhookSecret).catch((e: unknown) => e)
}

describe('no secret becomes text', () => {
  test.each([
    ['bytes', { deep: [{ seed }] }],
    ['a text', new Error('x', { cause: clientSecret })],
  ])('or this test would see it: %s', (_, value) => {
    expect(() => expectNoSecret(value)).toThrow()
  })

  test('in an outcome', async () => {
    for (const body of Object.values(bodies)) expectNoSecret(await outcome(body))
    expect(secrets().length).toBeGreaterThan(12)
  })

  test('in a fault of the client, whatever the API echoes', async () => {
    const echo = JSON.stringify({ errors: [{ message: 'x', extensions: { error_name: nonce } }] })
    for (const answer of [reply(401, echo), reply(200, echo), reply(200, `{"data":${nonce}`)]) {
      for (const body of [bodies.signing, bodies.preimage, bodies.commitmentSecret, bodies.ecdh]) {
        platform.script.push((response) => {
          const sent = JSON.stringify(platform.received.at(-1)?.variables)
          response.setHeader('x-echo', Buffer.from(sent).toString('hex'))
          answer(response)
        })
        expectNoSecret(await outcome(body))
      }
    }
  })

  test('in a fault of fetch, whatever it quotes', async () => {
    const fetch: typeof globalThis.fetch = async (_, init) => {
      const quoted = `${JSON.stringify(init?.headers)} ${Buffer.from(String(init?.body))}`
      throw new TypeError(quoted, { cause: Object.assign(new Error(quoted), { code: quoted }) })
    }
    expectNoSecret(await outcome(bodies.preimage, { fetch }))
  })

  test('of the objects that hold them', async () => {
    const { auth, client, handler } = parties({ should_sign: () => true })
    const data = encode(bodies.ecdh)
    await handler.handleWebhookRequest(data, signWebhook(data, webhookSecret), webhookSecret)
    for (const holder of [auth, client, handler]) expectNoSecret(holder)
  })

  test('in a reply or a report of the fetch handler', async () => {
    const reports: (Refusal | Error)[] = []
    const { handler } = parties({ should_sign: () => true })
    const receive = createFetchHandler({
      handler,
      secrets: webhookSecret,
      onTrouble: (trouble) => void reports.push(trouble),
    })
    for (const body of Object.values(bodies)) {
      for (const key of [webhookSecret, 'another']) {
        const data = encode(body)
        const headers = { 'lightspark-signature': signWebhook(data, key) }
        const request = new Request('http://s/', {
          method: 'POST',
          body: data.slice().buffer,
          headers,
        })
        const response = await receive(request)
        expectNoSecret([await response.text(), [...response.headers]])
      }
    }
    expect(reports.length).toBeGreaterThan(Object.keys(bodies).length)
    expectNoSecret(reports)
  })

  test('when credentials are missing', () => {
    const variables = { LIGHTSPARK_API_TOKEN_CLIENT_SECRET: clientSecret }
    try {
      getCredentialsFromEnvOrThrow(variables)
    } catch (error) {
      expectNoSecret(error)
      return
    }
    throw new Error('nothing was missing')
  })
})
