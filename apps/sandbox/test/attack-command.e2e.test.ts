import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { start } from './built-command.ts'
import { freePort } from './free-port.ts'
import { startOfficialSigner } from './official-signer.ts'
import { credentials, pairingOf, webhookSecret } from './pairing.ts'

const seed = new Uint8Array(32).fill(6)

describe('boltwarden-sandbox attack, as it is built', () => {
  let folder: string
  let signer: Awaited<ReturnType<typeof startOfficialSigner>>
  let flags: readonly string[]

  const file = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'boltwarden-attack-test-'))
    signer = await startOfficialSigner(seed)
    const port = await freePort()
    signer.connect(`http://127.0.0.1:${port}`)
    flags = [
      ...['--webhook', signer.webhookUrl, '--port', String(port)],
      ...['--client-id', credentials.clientId],
      ...['--client-secret-file', file('client', credentials.clientSecret)],
      ...['--webhook-secret-file', file('webhook', webhookSecret)],
      ...['--pairing-file', file('pairing', JSON.stringify(withoutXpubs(pairingOf(seed, 50))))],
    ]
  })

  afterAll(async () => {
    await signer.close()
    rmSync(folder, { recursive: true })
  })

  test('one attack: a line, a summary, exit code 1 where something came out', async () => {
    const { code, out } = await start(['attack', 'digest-alone', ...flags]).ended
    expect(out).toMatch(/^GIVEN AWAY +\d+ {2}digest-alone +the signature of a close/m)
    expect(out).toContain('1 attacks: 0 refused, 1 gave something away, 0 otherwise wrong')
    expect(code).toBe(1)
  })

  test('one honest sequence: exit code 0', async () => {
    const { code, out } = await start(['attack', 'opened-by-us', ...flags]).ended
    expect(out).toMatch(/^answered +\d+ {2}opened-by-us +8 requests/m)
    expect(code).toBe(0)
  })

  test('a family, in JSON; what needs more than a pairing shows is not played', async () => {
    const { code, out } = await start(['attack', 'keys', '--json', ...flags]).ended
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const outcomes = lines.slice(0, -1).map(({ attack }) => `${attack.name}: ${attack.outcome}`)
    expect(outcomes).toContain('identity-key: given-away')
    expect(outcomes).toContain('htlc-key-becomes-funding-key: not-played')
    expect(lines.at(-1)).toMatchObject({ ok: false })
    expect(code).toBe(1)
  })

  test('a sequence that needs the owner is not played without an admin API', async () => {
    const args = ['attack', 'payment-announced', '--policy', 'intents', ...flags]
    const { code, out } = await start(args).ended
    expect(out).toMatch(/^not played +\d+ {2}payment-announced/m)
    expect(code).toBe(0)
  })

  test('an unknown name', async () => {
    const { code, err } = await start(['attack', 'no-such-attack', ...flags]).ended
    expect(err).toBe('nothing of that name is for an owner with policy default\n')
    expect(code).toBe(2)
  })
})

/** As `boltwarden keys show` prints it. */
function withoutXpubs(pairing: unknown): object {
  const { channels, ...rest } = Object(pairing)
  return { ...rest, channels: channels.map(({ xpub: _xpub, ...each }: { xpub: string }) => each) }
}
