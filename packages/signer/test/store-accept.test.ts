import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openSqlite } from '@boltwarden/store/sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runStoreAccept, runStoreStatus } from '../src/cli/store-care.ts'
import { runStoreBackup, runStoreRestore } from '../src/cli/store-copies.ts'
import { initFolder, passphrase } from './shared/folder.ts'
import { keys, recordingTerminal, type Typed, typingTerminal } from './shared/terminal.ts'

const realm = { network: 'REGTEST', fingerprint: '5436d724' } as const

let folder: Awaited<ReturnType<typeof initFolder>>
let flags: { readonly config: string; readonly reason: string }
beforeEach(async () => {
  folder = await initFolder('http://127.0.0.1:1')
  flags = { config: folder.config, reason: 'the disk broke' }
  await openSqlite({ path: storeFile(), realm })[Symbol.asyncDispose]()
  const { terminal } = recordingTerminal()
  const copy = join(folder.folder, 'backup.db')
  await runStoreBackup({ config: folder.config, out: copy }, terminal)
  const aside = join(folder.folder, 'old.db')
  await runStoreRestore({ config: folder.config, from: copy, aside }, terminal)
})
afterEach(() => folder.remove())

const storeFile = () => join(dirname(folder.config), 'data', 'boltwarden.sqlite')
const seal = () => join(dirname(folder.config), 'seal', 'boltwarden.seal')

async function isAccepted(): Promise<boolean> {
  const { terminal, written } = recordingTerminal()
  const { config, passphraseFile } = folder
  await runStoreStatus({ config, passphraseFile, json: true }, terminal)
  return JSON.parse(written.out).accepted
}

async function acts(): Promise<readonly unknown[]> {
  const backend = openSqlite({ path: storeFile(), realm, evenHalted: true })
  const rows = await backend.audit.rows()
  await backend[Symbol.asyncDispose]()
  return rows.map(({ fact }) => fact)
}

describe('store accept at a terminal', () => {
  const unlock: Typed[number] = ['The passphrase of the key store', `${passphrase}${keys.enter}`]

  test('asks for the passphrase without showing it, says what is at stake, and goes on by a yes', async () => {
    const yes = `${keys.down}${keys.enter}`
    const { terminal, written, modes, left } = typingTerminal([unlock, ['Go on?', yes]])
    await runStoreAccept(flags, terminal)
    expect(left).toEqual([])
    expect(written.err).toContain('restored: restored on ')
    expect(written.err).toContain('a secret may be released')
    expect(written.err).not.toContain(passphrase)
    expect(written.out).toMatch(/^accepted: generation [0-9]+, row [0-9]+ of the audit log\n/)
    // The terminal is given back as it was.
    expect([modes[0], modes.at(-1)]).toEqual([true, false])
    expect(await isAccepted()).toBe(true)
    expect(await acts()).toContainEqual(
      expect.objectContaining({ act: 'store-accepted', detail: 'the disk broke' }),
    )
  })

  test.each([
    ['the first answer, which is no', keys.enter],
    ['Ctrl-C', keys.interrupt],
  ])('changes nothing by %s', async (_name, answer) => {
    const { terminal, written, modes } = typingTerminal([unlock, ['Go on?', answer]])
    const before = await acts()
    await expect(runStoreAccept(flags, terminal)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect([written.out, modes.at(-1)]).toEqual(['', false])
    expect([await isAccepted(), existsSync(seal())]).toEqual([false, false])
    expect(await acts()).toEqual(before)
  })

  test('is not asked where there is no terminal', async () => {
    const { terminal } = recordingTerminal()
    const { passphraseFile } = folder
    await expect(runStoreAccept({ ...flags, passphraseFile }, terminal)).rejects.toMatchObject({
      fault: { code: 'USAGE', expected: '--yes' },
    })
    expect(await isAccepted()).toBe(false)
  })

  test('is not asked with --yes', async () => {
    const { terminal, written } = typingTerminal([unlock])
    await runStoreAccept({ ...flags, yes: true }, terminal)
    expect(written.err).not.toContain('Go on?')
    expect(await isAccepted()).toBe(true)
    expect(JSON.parse(readFileSync(seal(), 'utf8'))).toMatchObject({ v: 1 })
  })
})
