import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Running, start } from './built-command.ts'
import { startOfficialSigner } from './official-signer.ts'
import { credentials, webhookSecret } from './pairing.ts'

describe('boltwarden-sandbox, as it is built', () => {
  let folder: string
  let serving: Running
  let signer: Awaited<ReturnType<typeof startOfficialSigner>>
  let url: string

  const file = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'boltwarden-sandbox-test-'))
    signer = await startOfficialSigner(new Uint8Array(32).fill(4))
    serving = start([
      ...['serve', '--port', '0', '--json', '--client-id', credentials.clientId],
      ...['--client-secret-file', file('client', `${credentials.clientSecret}\n`)],
      ...['--webhook-url', signer.webhookUrl],
      ...['--webhook-secret-file', file('webhook', `${webhookSecret}\n`)],
    ])
    url = JSON.parse(await serving.printed('\n')).url
    signer.connect(url)
  })

  afterAll(async () => {
    serving.signal('SIGTERM')
    expect((await serving.ended).code).toBe(0)
    await signer.close()
    rmSync(folder, { recursive: true })
  })

  test('send-test-event all', async () => {
    const command = start(['send-test-event', 'all', '--sandbox', url])
    const { code, out } = await command.ended
    expect(code).toBe(0)
    expect(out.match(/^accepted {4}200/gm)).toHaveLength(8)
  })

  test('walk prints the table and tells by its exit code that something was given away', async () => {
    const pairing = file('pairing.json', JSON.stringify(signer.pairing))
    const args = ['walk', '--sandbox', url, '--pairing-file', pairing, '--seed', 'cli']
    const { code, out } = await start(args).ended
    expect(code).toBe(1)
    expect(out).toMatch(/^verified {3}200 +[\d.]+ {2}point 0/m)
    expect(out).toMatch(/^GIVEN AWAY 200 .* a good signature under m\/0/m)
    expect(out).toMatch(/\d+ steps: \d+ answers verified, 7 requests refused/)
  })

  test('no sandbox: one line and exit code 2', async () => {
    const args = ['send-test-event', 'ECDH', '--sandbox', 'http://127.0.0.1:9']
    const { code, err } = await start(args).ended
    expect(err).toBe('no sandbox answers at http://127.0.0.1:9\n')
    expect(code).toBe(2)
  })

  test.each([
    ['a secret file that is not there', [], 2],
    ['an address that others reach', ['--host', '0.0.0.0'], 1],
  ])('serve with %s', async (_name, extra, expected) => {
    const missing = join(folder, 'missing')
    const { code, err } = await start([
      ...['serve', '--client-id', 'c', '--client-secret-file', missing],
      ...['--webhook-url', url, '--webhook-secret-file', missing, ...extra],
    ]).ended
    expect(code).toBe(expected)
    expect(err).not.toContain('    at ')
  })
})
