import type { Server } from 'node:http'
import { signWebhook } from '@boltwarden/sdk'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { app } from '../../../examples/reference-text/app.ts'
import { type Platform, reply, startPlatform } from './platform.ts'
import { officialEvents, scenarios, utf8 } from './vectors.ts'
import { encode, eventBody, signingBody } from './webhook/bodies.ts'

let platform: Platform
let server: Server

beforeEach(async () => {
  platform = await startPlatform()
  server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
  })
  vi.stubEnv('LIGHTSPARK_API_TOKEN_CLIENT_ID', 'id')
  vi.stubEnv('LIGHTSPARK_API_TOKEN_CLIENT_SECRET', 'secret')
  vi.stubEnv('BITCOIN_NETWORK', 'REGTEST')
  vi.stubEnv('LIGHTSPARK_BASE_URL', platform.url)
  owner(officialEvents.master_seed, officialEvents.webhook_secret)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await platform.close()
})

/** Sets the seed and the webhook secret of the account. */
function owner(seed: string, secret: string): void {
  vi.stubEnv('RK_MASTER_SEED_HEX', seed)
  vi.stubEnv('RK_WEBHOOK_SECRET', secret)
  vi.stubEnv('LIGHTSPARK_WEBHOOK_SIGNING_KEY', secret)
}

async function post(data: Uint8Array, signature: string): Promise<[number, string]> {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const response = await fetch(`http://127.0.0.1:${port}/webhook`, {
    method: 'POST',
    body: data.slice().buffer,
    headers: { 'content-type': 'application/json', 'lightspark-signature': signature },
  })
  return [response.status, await response.text()]
}

const signed = (body: unknown): Promise<[number, string]> => {
  const data = encode(body)
  return post(data, signWebhook(data, officialEvents.webhook_secret))
}

const sent = () =>
  platform.received.map(({ operationName, variables }) => ({ operation: operationName, variables }))

describe('the example of the reference text, under express, over HTTP', () => {
  test('answers the official events', async () => {
    for (const { body, signature } of officialEvents.cases) {
      expect((await post(utf8(body), signature))[0]).toBe(200)
    }
    const answered = officialEvents.cases.flatMap(({ expected }) => expected ?? [])
    expect(sent()).toMatchObject(answered)
    expect(platform.received[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('id:secret').toString('base64')}`,
    )
  })

  test.each(['open-anchors', 'justice-legacy'])('answers recorded traffic: %s', async (name) => {
    const scenario = scenarios.find(({ scenario }) => scenario === name)
    const { seed = '', webhook_secret = '', events = [] } = scenario ?? {}
    owner(seed, webhook_secret)
    // The nonces of invoices are fresh: what follows from them is not what was recorded.
    const fixed = events.filter(({ expected }) => expected?.operation !== 'SetInvoicePaymentHash')
    for (const { body, signature } of fixed) {
      expect((await post(utf8(body), signature))[0]).toBe(200)
    }
    expect(sent()).toEqual(fixed.flatMap(({ expected }) => expected ?? []))
  })

  test('answers an event of 1,000 jobs', async () => {
    const job = (i: number) => ({
      id: `SignablePayload:${i}`,
      derivation_path: `m/3/7/${i % 5}`,
      message: i.toString(16).padStart(64, '0'),
      transaction: '02'.repeat(350),
    })
    const signing_jobs = Array.from({ length: 1_000 }, (_, i) => job(i))
    expect(await signed(signingBody('DERIVE_KEY_AND_SIGN', { signing_jobs }))).toMatchObject([
      200,
      /SignMessages/,
    ])
    expect(platform.received[0]?.headers['content-encoding']).toBe('deflate')
  })

  test('lives on after what kills the official one, and after what is wrong', async () => {
    const payment = eventBody({ amount: 1 }, { event_type: 'PAYMENT_FINISHED' })
    expect(await signed(payment)).toEqual([200, 'Unhandled webhook event type PAYMENT_FINISHED.'])
    expect(await signed([])).toMatchObject([400, /WEBHOOK_MALFORMED/])
    expect(await signed(eventBody({ sub_event_type: 'VLS_MESSAGE' }))).toMatchObject([
      403,
      /SUB_EVENT_UNSUPPORTED/,
    ])
    const data = encode(signingBody('ECDH'))
    expect(await post(data, 'deadbeef')).toMatchObject([401, /WEBHOOK_SIGNATURE_INVALID/])
    platform.script.push(reply(401, ''))
    expect(await signed(signingBody('ECDH'))).toMatchObject([503, /HTTP_STATUS/])
    expect(await signed(signingBody('ECDH'))).toMatchObject([200, /UpdateNodeSharedSecret/])
  })
})
