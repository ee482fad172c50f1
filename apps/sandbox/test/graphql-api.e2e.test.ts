import { deflateSync } from 'node:zlib'
import {
  AccountTokenAuthProvider,
  Channel,
  getInvoiceQuery,
  getSignablePayloadQuery,
  LightsparkClient,
  LightsparkNodeWithRemoteSigning,
} from '@lightsparkdev/lightspark-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { graphqlPath, type Sandbox, startSandbox } from '../src/index.ts'
import { credentials, webhookSecret } from './pairing.ts'

const { clientId, clientSecret } = credentials
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const authorization = basic(`${clientId}:${clientSecret}`)
// Of the private key 1.
const key = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
const digest = `${'00'.repeat(31)}01`

let sandbox: Sandbox
let client: LightsparkClient

beforeAll(async () => {
  const webhookUrl = 'http://127.0.0.1:9/webhook'
  sandbox = await startSandbox({ credentials, webhookUrl, webhookSecret })
  client = new LightsparkClient(new AccountTokenAuthProvider(clientId, clientSecret), sandbox.url)
})
afterAll(() => sandbox.close())

function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { authorization },
) {
  return fetch(`${sandbox.url}${graphqlPath}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
}

const accountQuery = { query: 'query CurrentAccount { current_account { id name } }' }

async function run(query: string, variables: object) {
  const response = await post(JSON.stringify({ query, variables }))
  const answer: {
    readonly data?: Record<string, unknown>
    readonly errors?: { readonly message: string; readonly extensions?: object }[]
  } = JSON.parse(await response.text())
  return answer
}

function makePayload(signingKey: string | undefined = key) {
  const { platform } = sandbox
  return platform.createPayload({
    signable: platform.createSignable().id,
    payload: digest,
    derivationPath: 'm/3/1/0',
    addTweak: undefined,
    mulTweak: undefined,
    signingKey,
  })
}

describe('the HTTP side', () => {
  test.each([
    ['no credentials', {}],
    ['another secret', { authorization: basic(`${clientId}:other`) }],
    ['another scheme', { authorization: `Bearer ${clientSecret}` }],
    ['a prefix', { authorization: authorization.slice(0, -4) }],
  ])("%s: 401 in the platform's form", async (_name, headers) => {
    const response = await post(JSON.stringify(accountQuery), { ...headers })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({
      errors: [{ message: 'invalid credentials', extensions: { error_name: 'UNAUTHORIZED' } }],
    })
  })

  test('a deflated body is read', async () => {
    const body = deflateSync(JSON.stringify(accountQuery))
    const response = await post(body, { authorization, 'content-encoding': 'deflate' })
    expect(await response.json()).toMatchObject({ data: { current_account: { name: 'Sandbox' } } })
  })

  test('what is not deflated although it says so: 400', async () => {
    const response = await post('{}', { authorization, 'content-encoding': 'deflate' })
    expect(response.status).toBe(400)
  })

  test('a bomb is not inflated', async () => {
    const body = deflateSync(new Uint8Array(20 * 1024 * 1024))
    const response = await post(body, { authorization, 'content-encoding': 'deflate' })
    expect(response.status).toBe(400)
  })

  test('more than 4 MiB: 413', async () => {
    const response = await post(new Uint8Array(4 * 1024 * 1024 + 1))
    expect(response.status).toBe(413)
  })

  test('other methods and paths', async () => {
    const of = async (path: string) => (await fetch(`${sandbox.url}${path}`)).status
    expect(await of(graphqlPath)).toBe(405)
    expect(await of('/graphql')).toBe(404)
  })
})

describe('the official client', () => {
  test('getCurrentAccount', async () => {
    const account = await client.getCurrentAccount()
    expect(account).toMatchObject({ id: sandbox.platform.account.id, name: 'Sandbox' })
  })

  test('wrong credentials are its own error', async () => {
    const stranger = new LightsparkClient(new AccountTokenAuthProvider('x', 'y'), sandbox.url)
    await expect(stranger.getCurrentAccount()).rejects.toThrow('failed. Unauthorized')
  })

  test('the entities that signing touches', async () => {
    const { platform } = sandbox
    const node = platform.createNode({ network: 'REGTEST', publicKey: key })
    const channel = platform.createChannel({ node: node.id, capacitySats: 250_000n })
    const invoice = platform.createInvoice({
      node: node.id,
      network: 'REGTEST',
      amountSats: 1_000n,
      memo: 'coffee',
      signingHash: undefined,
    })
    const payload = makePayload()

    expect(await client.executeRawQuery(Channel.getChannelQuery(channel.id))).toMatchObject({
      id: channel.id,
      localNodeId: node.id,
      status: 'PENDING',
      capacity: { originalValue: 250_000, originalUnit: 'SATOSHI' },
    })
    expect(await client.executeRawQuery(getInvoiceQuery(invoice.id))).toMatchObject({
      id: invoice.id,
      data: { memo: 'coffee', paymentHash: '0'.repeat(64), destination: { publicKey: key } },
    })
    expect(await client.executeRawQuery(getSignablePayloadQuery(payload.id))).toMatchObject({
      id: payload.id,
      derivationPath: 'm/3/1/0',
      status: 'CREATED',
      signableId: payload.signable,
    })
    const query = LightsparkNodeWithRemoteSigning.getLightsparkNodeWithRemoteSigningQuery(node.id)
    expect(await client.executeRawQuery(query)).toMatchObject({ id: node.id, publicKey: key })
    const missing = getSignablePayloadQuery('SignablePayload:none')
    expect(await client.executeRawQuery(missing)).toBeNull()
  })

  test("a refused mutation is its own error with the platform's name", async () => {
    const queryPayload = `mutation SignMessages($signatures: [IdAndSignature!]!) {
      sign_messages(input: { signatures: $signatures }) { signed_payloads { id } }
    }`
    const signatures = [{ id: 'SignablePayload:none', signature: '00'.repeat(64) }]
    const variables = { signatures }
    const constructObject = (data: unknown) => data
    await expect(
      client.executeRawQuery({ queryPayload, variables, constructObject }),
    ).rejects.toThrow('ENTITY_NOT_FOUND')
  })
})

describe('mutations', () => {
  const sign = (id: string, signature: string) =>
    run(
      `mutation S($signatures: [IdAndSignature!]!) {
        sign_messages(input: { signatures: $signatures }) { signed_payloads { id status } }
      }`,
      { signatures: [{ id, signature }] },
    )
  const decline = (id: string) =>
    run(
      `mutation D($ids: [ID!]!) {
        decline_to_sign_messages(input: { payload_ids: $ids }) { declined_payloads { id status } }
      }`,
      { ids: [id] },
    )
  // Made by libsecp256k1 with the private key 1 and RFC 6979's nonce.
  const good =
    '6673ffad2147741f04772b6f921f0ba6af0c1e77fc439e65c36dedf4092e8898' +
    '4c1a971652e0ada880120ef8025e709fff2080c4a39aae068d12eed009b68c89'

  test('a payload goes from CREATED to SIGNED, and stays', async () => {
    const { id } = makePayload()
    expect(await sign(id, good)).toMatchObject({
      data: { sign_messages: { signed_payloads: [{ id, status: 'SIGNED' }] } },
    })
    expect(await decline(id)).toMatchObject({
      errors: [{ extensions: { error_name: 'CONFLICT' } }],
    })
    expect(sandbox.platform.get('SignablePayload', id).status).toBe('SIGNED')
  })

  test.each([
    ['of another digest', `${good.slice(0, -2)}8a`],
    [
      'with the high S',
      `${good.slice(0, 64)}b3e568e9ad1f52577fedf107fda18f5ebb8e5c220badf23532bf6fbcc67fb4b8`,
    ],
    ['of zeros', '00'.repeat(64)],
  ])('a signature %s makes it INVALID_SIGNATURE', async (_name, signature) => {
    const { id } = makePayload()
    expect(await sign(id, signature)).toMatchObject({
      data: { sign_messages: { signed_payloads: [{ id, status: 'INVALID_SIGNATURE' }] } },
    })
  })

  test('a declined one is VALIDATION_FAILED', async () => {
    const { id } = makePayload()
    expect(await decline(id)).toMatchObject({
      data: {
        decline_to_sign_messages: { declined_payloads: [{ id, status: 'VALIDATION_FAILED' }] },
      },
    })
  })

  test.each([
    ['a short signature', '00'.repeat(63)],
    ['upper case', 'AB'.repeat(64)],
  ])('%s is no Signature', async (_name, signature) => {
    const { id } = makePayload()
    const { data, errors } = await sign(id, signature)
    expect(data).toBeUndefined()
    expect(errors?.[0]?.message).toContain('Signature: expected 64 bytes in lower-case hex')
    expect(sandbox.platform.get('SignablePayload', id).status).toBe('CREATED')
  })

  test('each is written down with its input and result', async () => {
    const { id } = makePayload()
    const from = sandbox.platform.mutations.count()
    await decline(id)
    await decline('SignablePayload:none')
    const records = sandbox.platform.mutations.records(from)
    expect(records).toMatchObject([
      { operation: 'decline_to_sign_messages', input: { payload_ids: [id] }, error: undefined },
      { operation: 'decline_to_sign_messages', error: 'ENTITY_NOT_FOUND' },
    ])
  })
})
