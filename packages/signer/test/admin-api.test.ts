import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { SignerFault } from '../src/fault.ts'
import type { AdminCall, AdminRoute } from '../src/http/admin-route.ts'
import { startAdminServer } from '../src/http/admin-server.ts'
import { AdminTokens } from '../src/http/admin-tokens.ts'
import { quietLogger, testConfig, testMetrics } from './shared/deps.ts'

const alice = 'a'.repeat(43)
const bob = 'b'.repeat(43)
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function start(allowedHosts: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'boltwarden-admin-'))
  closers.push(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'admin-token')
  const put = (text: string) => writeFileSync(file, text, { mode: 0o600 })
  put(`# who may\nalice ${alice}\n\nbob ${bob}\n`)
  const tokens = AdminTokens.load(file, { allowExposed: false, warn: () => {} })
  const calls: AdminCall[] = []
  const lines: string[] = []
  const note = (call: AdminCall) => {
    calls.push(call)
    return { status: 200, body: { who: call.who } }
  }
  const routes: readonly AdminRoute[] = [
    { method: 'GET', url: '/things/:id', act: note },
    { method: 'POST', url: '/things', act: note },
    {
      method: 'DELETE',
      url: '/things/:id',
      act: () => {
        throw new SignerFault({ code: 'ADMIN_UNKNOWN', what: 'thing 7' })
      },
    },
    {
      method: 'GET',
      url: '/bug',
      act: () => {
        throw new Error('canary-of-a-bug')
      },
    },
  ]
  const guard = { tokens, allowedHosts, logger: quietLogger(lines) }
  const readiness = async () => ({ ready: true, checks: {} })
  const metrics = testMetrics()
  const server = await startAdminServer(testConfig().admin, {
    metrics,
    readiness,
    control: { guard, routes },
  })
  closers.push(() => server.close())
  return { ...server, tokens, put, calls, lines, metrics, readiness }
}

/** A call as any program can make it: `fetch` sets some headers by itself. */
function call(url: string, options: Parameters<typeof request>[1], body?: string) {
  return new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      const sent = request(url, options, (reply) => {
        let text = ''
        reply.setEncoding('utf8')
        reply.on('data', (chunk: string) => {
          text += chunk
        })
        reply.on('end', () =>
          resolve({ status: reply.statusCode ?? 0, text, headers: reply.headers }),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    },
  )
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const json = { 'content-type': 'application/json' }

describe('the admin API', () => {
  test('tells how the signer is without a token', async () => {
    const { url } = await start()
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect((await fetch(`${url}${path}`)).status).toBe(200)
    }
  })

  test.each([
    ['none', {}],
    ['a wrong one', bearer('c'.repeat(43))],
    ['another length', bearer('c')],
    ['a part of one', bearer(alice.slice(1))],
    ['another scheme', { authorization: `Basic ${alice}` }],
    ['one twice', { authorization: `Bearer ${alice}, Bearer ${alice}` }],
    ['a cookie', { cookie: `token=${alice}` }],
  ])('a token is needed: %s', async (_name, headers) => {
    const { url, calls, lines } = await start()
    const reply = await call(
      `${url}/things`,
      { method: 'POST', headers: { ...json, ...headers } },
      '{}',
    )
    expect([reply.status, JSON.parse(reply.text).error.code]).toEqual([
      401,
      'ADMIN_UNAUTHENTICATED',
    ])
    expect(reply.headers['www-authenticate']).toBe('Bearer')
    expect(calls).toEqual([])
    expect(lines.join()).not.toContain(alice)
  })

  test('knows who calls, what the path names, and the body', async () => {
    const { url, calls } = await start()
    const headers = { ...json, ...bearer(bob) }
    const reply = await call(`${url}/things`, { method: 'POST', headers }, '{"a":1}')
    expect([reply.status, reply.text]).toEqual([200, '{"who":"bob"}'])
    expect(reply.headers['cache-control']).toBe('no-store')
    await call(`${url}/things/7?all=1`, { headers: bearer(alice) })
    expect(calls).toEqual([
      { who: 'bob', params: {}, query: {}, body: { a: 1 } },
      { who: 'alice', params: { id: '7' }, query: { all: '1' }, body: undefined },
    ])
  })

  test('takes JSON only, so that no form can be made to send it', async () => {
    const { url, calls } = await start()
    const post = (type: object, body: string) =>
      call(`${url}/things`, { method: 'POST', headers: { ...type, ...bearer(bob) } }, body)
    const forms = ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp']
    for (const type of forms) {
      expect((await post({ 'content-type': type }, '{}')).status).toBe(400)
    }
    expect((await post({}, '')).status).toBe(400)
    expect((await post(json, '{')).status).toBe(400)
    expect((await post(json, `"${'x'.repeat(20_000)}"`)).status).toBe(400)
    expect(calls).toEqual([])
    expect((await post({ 'content-type': 'application/json; charset=utf-8' }, '')).status).toBe(200)
  })

  test.each([
    ['attacker.example', 403],
    ['attacker.example:8081', 403],
    ['127.0.0.1.attacker.example', 403],
    ['', 403],
    ['localhost:1', 200],
    ['LOCALHOST', 200],
    ['127.0.0.1:8081', 200],
    ['[::1]:8081', 200],
    ['signer.internal:8081', 200],
  ])('called as %s: %d', async (host, status) => {
    const { url } = await start(['signer.internal'])
    const reply = await call(`${url}/things/7`, {
      headers: { host, ...bearer(bob) },
      setHost: false,
    })
    expect(reply.status).toBe(status)
  })

  test('tells a fault as the command line does, and a bug not at all', async () => {
    const { url, lines } = await start()
    const headers = bearer(alice)
    const unknown = await call(`${url}/things/7`, { method: 'DELETE', headers })
    expect(unknown.status).toBe(404)
    expect(JSON.parse(unknown.text).error).toMatchObject({
      code: 'ADMIN_UNKNOWN',
      fault: { what: 'thing 7' },
    })
    const bug = await call(`${url}/bug`, { headers })
    expect([bug.status, bug.text]).toEqual([500, '{"error":{"code":"INTERNAL"}}'])
    expect(lines.join()).not.toContain('canary')
  })

  test('has none of it where no token file is configured', async () => {
    const { metrics, readiness } = await start()
    const bare = await startAdminServer(testConfig().admin, { metrics, readiness })
    closers.push(() => bare.close())
    expect((await fetch(`${bare.url}/things/7`, { headers: bearer(bob) })).status).toBe(404)
  })

  test('forgets a token that is taken out, and keeps all where the file is bad', async () => {
    const { url, tokens, put } = await start()
    const status = async (token: string) =>
      (await call(`${url}/things/7`, { headers: bearer(token) })).status
    put(`alice ${alice}`)
    tokens.reload()
    expect([await status(alice), await status(bob)]).toEqual([200, 401])
    for (const bad of [
      '',
      'alice',
      `alice ${bob}\nalice ${alice}`,
      'alice short',
      `Al ice ${bob}`,
    ]) {
      put(bad)
      expect(() => tokens.reload()).toThrow(expect.objectContaining({ code: 'SECRET_INVALID' }))
      expect(await status(alice)).toBe(200)
    }
  })
})
