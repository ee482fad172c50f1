import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toHex } from '@boltwarden/core/hex'
import { Keychain } from '@boltwarden/core/keys/keychain'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { auditAct, createStore, makeCheckpoint } from '@boltwarden/store'
import { openSqlite } from '@boltwarden/store/sqlite'
import { declines, pointDelivery, signs } from '@boltwarden/store/testing'
import { mnemonicToSeedSync } from '@scure/bip39'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tamper } from '../../store/test/tamper.ts'
import { initFolder, phrase } from './shared/folder.ts'
import { boltwarden } from './shared/process.ts'

const keys = Keychain.fromSeed(mnemonicToSeedSync(phrase), { secp256k1: portable })
const publicKey = toHex(keys.publicKey({ purpose: 'audit' }))
const realm = { fingerprint: keys.fingerprint, network: 'REGTEST' } as const
const verifier = fileURLToPath(new URL('../../../scripts/verify-audit.mjs', import.meta.url))
const dayMs = 86_400_000

let folder: Awaited<ReturnType<typeof initFolder>>
beforeAll(async () => {
  folder = await initFolder('http://127.0.0.1:1')
  const store = createStore(openSqlite({ path: storeFile(), realm }))
  const old = Date.now() - 100 * dayMs
  for (const [at, event] of ['e-1', 'e-2', 'e-3'].entries()) {
    const delivery = { ...pointDelivery(event, at), receivedAtMs: old }
    const step = at === 1 ? declines(delivery) : signs(delivery)
    await store.decide(delivery, step)
  }
  const { head } = await store.generation()
  const seal = makeCheckpoint(head, old, (digest) => keys.signAudit(digest))
  await store.audit.append({ type: 'checkpoint', ...seal })
  await store.audit.append(auditAct('policy-loaded', { who: 'ålice', atMs: Date.now() }, 'p'))
  await store[Symbol.asyncDispose]()
})
afterAll(() => folder.remove())

const storeFile = () => join(dirname(folder.config), 'data', 'boltwarden.sqlite')
const place = (name: string) => join(folder.folder, name)

async function run(...args: readonly string[]) {
  const at = args[1] === 'export' ? ['--config', folder.config] : folder.unlock
  const { code, out, err } = await boltwarden([...args, ...at, '--json']).ended
  return { code, told: JSON.parse(out === '' ? err : out), err }
}

/** The verifier that stands by itself. */
function verifyAlone(file: string, key = publicKey) {
  return new Promise<{ code: unknown; out: string }>((resolve) => {
    execFile(process.execPath, [verifier, file, key], (error, stdout) =>
      resolve({ code: error?.code ?? 0, out: stdout }),
    )
  })
}

describe('audit', () => {
  test('verify tells how far the log is signed for, and export what it says', async () => {
    expect(await run('audit', 'verify')).toMatchObject({
      code: 0,
      told: { sound: true, rows: 5, checkpoints: 1, signed_up_to: 3, head: { sequence: 5 } },
    })
    const out = place('audit.ndjson')
    expect(await run('audit', 'export', '--out', out)).toMatchObject({ code: 0, told: { rows: 5 } })
    const ofFile = ['audit', 'verify', '--file', out, '--public-key', publicKey]
    expect(await run(...ofFile)).toMatchObject({ code: 0, told: { rows: 5, signed_up_to: 3 } })
    expect(await verifyAlone(out)).toEqual({
      code: 0,
      out: '5 rows, signed for up to row 3 of 5\n',
    })
    const wrong = toHex(keys.publicKey({ purpose: 'node-identity' }))
    expect((await run(...ofFile.slice(0, -1), wrong)).told.findings).toEqual([
      { sequence: 4, flaw: 'unsigned' },
    ])
    expect(await verifyAlone(out, wrong)).toMatchObject({ code: 7 })
  })

  test.each([
    [
      'a changed verdict',
      (lines: string[]) => change(lines, 2, '"decline"', '"sign"'),
      '2: altered',
    ],
    ['a row that is missing', (lines: string[]) => lines.filter((_, at) => at !== 2), '3: missing'],
    [
      'rows in another order',
      ([a = '', b = '', c = '', ...rest]: string[]) => [a, c, b, ...rest],
      '2: missing',
    ],
  ])('%s is found, by either verifier', async (name, alter, expected) => {
    const out = place(`${name}.ndjson`)
    await run('audit', 'export', '--out', out)
    const lines = readFileSync(out, 'utf8').trim().split('\n')
    writeFileSync(out, `${alter(lines).join('\n')}\n`)
    const ofFile = await run('audit', 'verify', '--file', out, '--public-key', publicKey)
    const [{ sequence, flaw }] = ofFile.told.findings
    expect([ofFile.code, `${sequence}: ${flaw}`]).toEqual([7, expected])
    const alone = await verifyAlone(out)
    expect(alone).toMatchObject({ code: 7, out: expect.stringContaining(expected) })
  })

  test('export takes a part of it, from a row or a time on', async () => {
    const since = async (when: string, name: string) => {
      await run('audit', 'export', '--since', when, '--out', place(name))
      return readFileSync(place(name), 'utf8').trim().split('\n').length - 1
    }
    expect(await since('4', 'row.ndjson')).toBe(2)
    expect(await since(new Date(Date.now() - dayMs).toISOString(), 'time.ndjson')).toBe(1)
    const part = ['audit', 'verify', '--file', place('row.ndjson'), '--public-key', publicKey]
    expect(await run(...part)).toMatchObject({ code: 0, told: { rows: 2 } })
    expect(await verifyAlone(place('row.ndjson'))).toMatchObject({ code: 0 })
    expect((await run('audit', 'export', '--since', 'once')).told.error.code).toBe('USAGE')
    writeFileSync(place('none.ndjson'), '{}\n')
    expect((await run('audit', 'verify', '--file', place('none.ndjson'))).told.error).toMatchObject(
      { code: 'AUDIT_FILE_INVALID', fault: { line: 1 } },
    )
  })

  test('prune leaves a signed anchor, and nothing is removed from a log that is not sound', async () => {
    expect((await run('audit', 'prune', '--keep-days', '0')).code).toBe(2)
    expect(await run('audit', 'prune', '--keep-days', '30')).toMatchObject({
      code: 0,
      told: { pruned: 4, anchor: 4 },
    })
    expect(await run('audit', 'verify')).toMatchObject({ code: 0, told: { signed_up_to: 4 } })
    await run('audit', 'export', '--out', place('pruned.ndjson'))
    expect(await verifyAlone(place('pruned.ndjson'))).toEqual({
      code: 0,
      out: '2 rows, signed for up to row 4 of 6\n',
    })
    tamper(storeFile(), "UPDATE audit SET fact = replace(fact, 'policy-loaded', 'state-imported')")
    expect(await run('audit', 'prune', '--keep-days', '1')).toMatchObject({
      code: 7,
      told: { pruned: 0, findings: [{ sequence: 5, flaw: 'altered' }] },
    })
    expect((await run('audit', 'verify')).code).toBe(7)
  })
})

function change(lines: readonly string[], at: number, from: string, to: string): string[] {
  return lines.map((line, index) => (index === at ? line.replace(from, to) : line))
}
