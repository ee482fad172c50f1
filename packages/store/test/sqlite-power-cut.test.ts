import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { env, execPath, platform } from 'node:process'
import { fileURLToPath } from 'node:url'
import { eventId } from '@boltwarden/core/ids'
import { portable } from '@boltwarden/core/secp256k1/portable'
import { createStore, verifyAudit } from '@boltwarden/store'
import { openSqlite } from '@boltwarden/store/sqlite'
import { filled } from '@boltwarden/store/testing'
import { describe, expect, test } from 'vitest'
import { realm, sqliteFile } from './sqlite-database.ts'

const inChild = (file: string) => fileURLToPath(new URL(`./child/${file}`, import.meta.url))
const decisions = 30

/** Only there does the loader take a library that comes before the process's own. */
describe.runIf(platform === 'linux')(
  'a power cut after a decision was reported as committed',
  () => {
    test('loses nothing with synchronous=FULL, wherever it comes', async () => {
      const { cuts, destroy } = await decideAndCut('2')
      for (const [n, cut] of cuts.entries()) {
        const store = createStore(openSqlite({ path: cut, realm }))
        expect(await store.counts(), `cut ${n}`).toEqual({
          channels: n + 1,
          invoices: 0,
          events: n + 1,
        })
        expect((await store.event(eventId(`e-${n}`))) !== undefined).toBe(true)
        const rows = await store.audit.rows({ limit: 1000 })
        const trust = { publicKey: portable.publicKey(filled(1)), secp256k1: portable }
        const report = await verifyAudit(rows, trust)
        expect(report).toMatchObject({ rows: n + 1, findings: [] })
        expect((await store.generation()).head).toEqual(report.head)
        await store[Symbol.asyncDispose]()
      }
      await destroy()
    }, 120_000)

    test('loses decisions with synchronous=NORMAL, which is therefore not enough', async () => {
      const { cuts, destroy } = await decideAndCut('1')
      const lost: number[] = []
      for (const [n, cut] of cuts.entries()) {
        const store = createStore(openSqlite({ path: cut, realm }))
        if ((await store.event(eventId(`e-${n}`))) === undefined) lost.push(n)
        await store[Symbol.asyncDispose]()
      }
      expect(lost.length).toBeGreaterThan(0)
      await destroy()
    }, 120_000)
  },
)

/** What the disk would hold after each of the decisions. */
async function decideAndCut(
  synchronous: string,
): Promise<{ readonly cuts: readonly string[]; readonly destroy: () => Promise<void> }> {
  const file = sqliteFile()
  const folder = dirname(file.path)
  const [image, cuts, library] = ['image', 'cuts', 'image.so'].map((name) => join(folder, name))
  if (image === undefined || cuts === undefined || library === undefined) throw new TypeError()
  for (const made of [image, cuts]) mkdirSync(made)
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, inChild('synced-image.c'), '-ldl'])
  const environment = { ...env, SYNCED_OF: file.path, SYNCED_INTO: image }
  const preloaded = { env: { ...environment, LD_PRELOAD: library }, encoding: 'utf8' } as const
  // The file is made, and on the disk, before anything is decided.
  await (await file.open())[Symbol.asyncDispose]()
  for (const part of ['', '-wal']) {
    copyFileSync(`${file.path}${part}`, join(image, `${basename(file.path)}${part}`))
  }
  const reported = execFileSync(
    execPath,
    [
      '--conditions=@boltwarden/source',
      `--import=${new URL('./child/register.mjs', import.meta.url)}`,
      inChild('power-cut/main.ts'),
      file.path,
      synchronous,
      cuts,
      String(decisions),
    ],
    preloaded,
  )
  expect(reported.trim().split('\n').length).toBe(decisions)
  return {
    cuts: Array.from({ length: decisions }, (_, n) => join(cuts, String(n), 'state.db')),
    destroy: file.destroy,
  }
}
