import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { systemEntropy } from '../src/entropy.ts'
import type { Reply } from '../src/http/reply.ts'
import {
  type Receive,
  startWebhookServer,
  type WebhookCall,
  type WebhookServer,
} from '../src/http/webhook-server.ts'
import { quietLogger, testMetrics, webhookOptions } from './shared/deps.ts'
import { withResolvers } from './shared/with-resolvers.ts'

let server: WebhookServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

type Overrides = Parameters<typeof webhookOptions>[0]

async function start(receive: Receive, overrides: Overrides = {}) {
  const metrics = testMetrics()
  const deps = {
    receive,
    metrics,
    clock: systemClock,
    entropy: systemEntropy,
    logger: quietLogger(),
  }
  server = await startWebhookServer(webhookOptions(overrides), deps)
  return { url: server.url, port: Number(new URL(server.url).port), metrics, server }
}

const accept: Receive = async () => ({ status: 200 })

/** Writes parts to a socket and collects what comes back until the other side closes. */
function talk(port: number, first: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(first))
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

describe('webhook listener', () => {
  test('hands over the raw bytes, whatever their type', async () => {
    const calls: WebhookCall[] = []
    const { url } = await start(async (call) => {
      calls.push(call)
      return { status: 200 }
    })
    const body = '{"a": 1.0}\n'
    const headers = { 'lightspark-signature': 'ab' }
    for (const type of [
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'nonsense',
    ]) {
      const reply = await fetch(url, {
        method: 'POST',
        body,
        headers: { ...headers, 'content-type': type },
      })
      expect(reply.status).toBe(200)
      expect(await reply.text()).toBe('')
    }
    expect(calls.map((call) => new TextDecoder().decode(call.body))).toEqual([
      body,
      body,
      body,
      body,
    ])
    expect(new Set(calls.map(({ id }) => id)).size).toBe(4)
    expect(calls[0]?.signature).toBe('ab')
  })

  test('an empty body reaches the signature check too', async () => {
    const calls: WebhookCall[] = []
    const { url } = await start(async (call) => {
      calls.push(call)
      return { status: 401 }
    })
    expect((await fetch(url, { method: 'POST' })).status).toBe(401)
    expect(calls[0]?.body.length).toBe(0)
    expect(calls[0]?.signature).toBeUndefined()
  })

  test('knows one path and one method, and says nothing about others', async () => {
    const { url } = await start(accept)
    const others = [fetch(new URL('/', url)), fetch(url), fetch(`${url}/x`, { method: 'POST' })]
    for (const reply of await Promise.all(others)) {
      expect(reply.status).toBe(404)
      expect(await reply.text()).toBe('')
    }
  })

  test.each([
    ['a body for another path', 'POST /x', 'Content-Type: application/json\r\nContent-Length: 9'],
    ['a method that has a body of no type', 'QUERY /webhook', 'Content-Length: 9'],
    ['a path that cannot be decoded', 'POST /%zz', 'Content-Length: 9'],
  ])('%s is not waited for, and its connection not kept', async (_name, target, headers) => {
    const { port, metrics } = await start(accept)
    const reply = await talk(port, `${target} HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n{`)
    expect(reply).toMatch(/^HTTP\/1\.1 404 /)
    expect(reply.split('\r\n\r\n')[1]).toBe('')
    expect((await metrics.text()).body).toContain(
      'boltwarden_rejected_requests_total{reason="no-route"} 1',
    )
  })

  test('whoever is not known keeps no connection', async () => {
    const { port } = await start(async () => ({ status: 401 }))
    const head = 'POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n'
    expect(await talk(port, `${head}x`)).toMatch(/^HTTP\/1\.1 401 /)
  })

  test('413 above the limit, with the limit', async () => {
    const { url, metrics } = await start(accept, { max_body_bytes: 2048 })
    const at = await fetch(url, { method: 'POST', body: 'x'.repeat(2048) })
    expect(at.status).toBe(200)
    const above = await fetch(url, { method: 'POST', body: 'x'.repeat(2049) })
    expect(above.status).toBe(413)
    expect(await above.json()).toEqual({ code: 'BODY_TOO_LARGE', max_body_bytes: 2048 })
    expect((await metrics.text()).body).toContain(
      'boltwarden_rejected_requests_total{reason="too-large"} 1',
    )
  })

  test('a body without a stated length is cut off at the limit', async () => {
    const { url } = await start(accept, { max_body_bytes: 2048 })
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(1024))
      },
    })
    const init = { method: 'POST', body: stream, duplex: 'half' as const }
    const status = await fetch(url, init).then(
      (reply) => reply.status,
      () => 'cut off',
    )
    expect([413, 'cut off']).toContain(status)
  })

  test('an error of ours is 500 with an id and nothing else', async () => {
    const { url } = await start(async () => {
      throw new Error('canary-5c1a')
    })
    const reply = await fetch(url, { method: 'POST', body: 'x' })
    expect(reply.status).toBe(500)
    expect(await reply.json()).toEqual({
      code: 'INTERNAL',
      request_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
  })

  test('sends Retry-After with a busy reply', async () => {
    const busy: Reply = { status: 503, body: { code: 'OVERLOADED' }, retryAfterSeconds: 2 }
    const { url } = await start(async () => busy)
    const reply = await fetch(url, { method: 'POST', body: 'x' })
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '2'])
  })
})

describe('slow senders', () => {
  const limits = { headers_timeout_ms: 150, request_timeout_ms: 300 }

  test('headers that do not end are cut off', async () => {
    const { port, metrics } = await start(accept, limits)
    expect(await talk(port, 'POST /webhook HTTP/1.1\r\nHost: x\r\nX-Slow: ')).toMatch(
      /^HTTP\/1\.1 408 /,
    )
    expect((await metrics.text()).body).toContain(
      'boltwarden_rejected_requests_total{reason="timeout"} 1',
    )
  })

  test('who does not hang up either holds no connection', async () => {
    const { url, port } = await start(accept, { ...limits, max_connections: 1 })
    const silent = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    silent.write('POST /webhook HTTP/1.1\r\n')
    await new Promise((resolve) => silent.resume().once('end', resolve))
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(200)
    silent.destroy()
  })

  test('a body that does not end is cut off', async () => {
    const { port } = await start(accept, limits)
    const head = 'POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc'
    expect(await talk(port, head)).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('what is no HTTP is cut off at once', async () => {
    const { port } = await start(accept)
    expect(await talk(port, 'SSH-2.0-OpenSSH_9.7\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /)
  })
})

describe('drain', () => {
  test('lets what is in flight finish and takes nothing new', async () => {
    const gate = withResolvers<Reply>()
    const arrived = withResolvers<void>()
    const { url, server: running } = await start(async () => {
      arrived.resolve()
      return gate.promise
    })
    const inFlight = fetch(url, { method: 'POST', body: 'x' })
    await arrived.promise
    const closed = running.close()
    await expect(fetch(url, { method: 'POST', body: 'y' })).rejects.toThrow()
    gate.resolve({ status: 200 })
    expect((await inFlight).status).toBe(200)
    await closed
  })

  test('cuts off what does not finish in time', async () => {
    const arrived = withResolvers<void>()
    const { url, server: running } = await start(
      () => {
        arrived.resolve()
        return withResolvers<Reply>().promise
      },
      { drain_timeout_ms: 100 },
    )
    const inFlight = fetch(url, { method: 'POST', body: 'x' })
    const outcome = inFlight.then(
      () => 'answered',
      () => 'cut off',
    )
    await arrived.promise
    await running.close()
    expect(await outcome).toBe('cut off')
  })
})
