import { once } from 'node:events'
import { request, type Server } from 'node:http'
import { signWebhook } from '@boltwarden/sdk'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Platform, startPlatform } from './platform.ts'
import { officialEvents, utf8 } from './vectors.ts'
import { encode, eventBody } from './webhook/bodies.ts'

// examples/fetch-handler.ts, over HTTP.

let platform: Platform
let server: Server
beforeAll(async () => {
  platform = await startPlatform()
  vi.stubEnv('LIGHTSPARK_API_TOKEN_CLIENT_ID', 'id')
  vi.stubEnv('LIGHTSPARK_API_TOKEN_CLIENT_SECRET', 'secret')
  vi.stubEnv('BITCOIN_NETWORK', 'REGTEST')
  vi.stubEnv('LIGHTSPARK_BASE_URL', platform.url)
  vi.stubEnv('RK_MASTER_SEED_HEX', officialEvents.master_seed)
  vi.stubEnv('RK_WEBHOOK_SECRET', `old,${officialEvents.webhook_secret}`)
  vi.stubEnv('PORT', '0')
  ;({ server } = await import('../../../examples/fetch-handler.ts'))
  if (!server.listening) await once(server, 'listening')
})
afterAll(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await platform.close()
})

function call(method: string, path: string, data?: Uint8Array, signature = ''): Promise<number> {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return new Promise((resolve, reject) => {
    const headers = data && { 'lightspark-signature': signature, 'content-length': data.length }
    request({ host: '127.0.0.1', port, method, path, ...(headers && { headers }) }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
      .on('error', reject)
      .end(data)
  })
}

test('answers the official events', async () => {
  for (const { body, signature } of officialEvents.cases) {
    expect(await call('POST', '/webhook', utf8(body), signature)).toBe(204)
  }
  const answered = officialEvents.cases.flatMap(({ expected }) => expected ?? [])
  expect(platform.received.map(({ operationName }) => operationName)).toEqual(
    answered.map(({ operation }) => operation),
  )
})

test('refuses with a reason, and a stranger without', async () => {
  const data = encode(eventBody({ sub_event_type: 'VLS_MESSAGE' }))
  const signature = signWebhook(data, officialEvents.webhook_secret)
  expect(await call('POST', '/webhook', data, signature)).toBe(403)
  expect(await call('POST', '/webhook', data, 'deadbeef')).toBe(401)
})

test.each([
  ['GET', '/webhook'],
  ['TRACE', '/webhook'],
  ['OPTIONS', '*'],
  ['GET', 'http://[/'],
  ['PUT', '//'],
])('%s %s is no webhook, and the server lives on', async (method, path) => {
  expect(await call(method, path)).toBe(405)
})
