import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PostgresServer } from '../../store/test/postgres/server.ts'
import { bodyOf } from './shared/body.ts'
import { hashRequest } from './shared/events.ts'
import { webhookSecret } from './shared/folder.ts'
import { startPlatform } from './shared/platform.ts'
import { databasePasswords, ownDatabase, postgresFolder, startPostgres } from './shared/postgres.ts'
import { boltwarden } from './shared/process.ts'
import { postEvent, sign } from './shared/service.ts'

let server: PostgresServer
let database: string
let platform: Awaited<ReturnType<typeof startPlatform>>
let folder: Awaited<ReturnType<typeof postgresFolder>>
const closers: (() => unknown)[] = []

beforeAll(async () => {
  server = await startPostgres()
})

beforeEach(async () => {
  database = await ownDatabase(server)
  platform = await startPlatform()
  closers.push(platform.close)
  folder = await postgresFolder(server, platform.url)
  closers.push(folder.remove)
  folder.use(database)
})

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

afterAll(() => server[Symbol.asyncDispose]())

async function serve() {
  const running = boltwarden(['serve', ...folder.unlock])
  closers.push(() => running.child.kill('SIGKILL'))
  const ready = await running.line((line) => line.message === 'ready')
  const webhookUrl = String(ready.webhook)
  const post = (body: string) => postEvent({ webhookUrl }, body, sign(body, webhookSecret))
  return { running, post, adminUrl: String(ready.admin) }
}

const event = (invoice: string) => hashRequest(invoice, { timestamp: new Date().toISOString() })

describe('boltwarden on PostgreSQL', () => {
  test('does not serve before somebody has made the tables, and says so', async () => {
    const { code, err: why } = await boltwarden(['serve', ...folder.unlock]).ended
    expect(code).toBe(5)
    expect(why).toContain('STORE_SCHEMA_OLDER')
    const { code: other, err } = await boltwarden([
      ...['store', 'migrate', '--config', folder.config],
      ...['--user', 'signer', '--password-file', join(folder.folder, 'signer')],
    ]).ended
    expect([other, err]).toEqual([5, expect.stringContaining('STORE_DENIED')])
  })

  test('two signers share it: what one decided, the other answers in the same way', async () => {
    expect(await folder.migrate()).toMatchObject({
      code: 0,
      out: expect.stringContaining(database),
    })
    const [one, other] = await Promise.all([serve(), serve()])
    const bodies = Array.from({ length: 20 }, (_, n) => event(`Invoice:${n}`))
    const replies = await Promise.all(
      bodies.flatMap((body) => [one.post(body), other.post(body), one.post(body)]),
    )
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
    const hashes = new Map<unknown, Set<string>>()
    for (const { variables } of platform.calls) {
      const { invoice_id: invoice } = variables
      hashes.set(invoice, (hashes.get(invoice) ?? new Set()).add(JSON.stringify(variables)))
    }
    expect([...hashes.values()].map(({ size }) => size)).toEqual(Array(20).fill(1))
    for (const { running } of [one, other]) {
      running.child.kill('SIGTERM')
      const { code, out, err } = await running.ended
      expect(code).toBe(0)
      for (const password of Object.values(databasePasswords))
        expect(out + err).not.toContain(password)
    }
  })

  test('lives through a restart of the server', async () => {
    await folder.migrate()
    const { running, post, adminUrl } = await serve()
    expect((await post(event('Invoice:1'))).status).toBe(200)
    await server.kill()
    const down = await post(event('Invoice:2'))
    expect([down.status, await bodyOf(down)]).toEqual([503, { code: 'STORE_UNAVAILABLE' }])
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(503)
    await server.startAgain()
    expect((await post(event('Invoice:2'))).status).toBe(200)
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200)
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(0)
  })

  test('doctor looks at it', async () => {
    await folder.migrate()
    const look = () => boltwarden(['doctor', ...folder.unlock, '--offline', '--json']).ended
    expect((await look()).out).toContain('"detail":"postgres, durable; 0 channels')
    folder.put('signer', 'wrong')
    const { code, out } = await look()
    expect([code, out]).toEqual([7, expect.stringContaining('STORE_DENIED')])
  })
})
