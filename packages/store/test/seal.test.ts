import { copyFileSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compactSignature } from '@boltwarden/core/bytes'
import { loadSecp256k1 } from '@boltwarden/core/secp256k1/load'
import { createStore, SealFile, type Store } from '@boltwarden/store'
import { author, filled, pointDelivery, signs } from '@boltwarden/store/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sqliteFile } from './sqlite-database.ts'

const secp256k1 = await loadSecp256k1('auto')
let file: ReturnType<typeof sqliteFile>
let store: Store
beforeEach(async () => {
  file = sqliteFile()
  store = createStore(await file.open())
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  await file.destroy()
})

const sealPath = () => join(dirname(file.path), 'state.seal')

function sealFile(of: Store, fill = 1, name = 'state.seal'): SealFile {
  const key = filled(fill)
  return new SealFile({
    path: join(dirname(file.path), name),
    store: of,
    secp256k1,
    publicKey: secp256k1.publicKey(key),
    sign: (digest) => compactSignature(secp256k1.sign(digest, key)),
  })
}

async function decide(of: Store, event: string): Promise<void> {
  const delivery = pointDelivery(event, 7)
  await of.decide(delivery, signs(delivery))
}

async function reopen(): Promise<void> {
  await store[Symbol.asyncDispose]()
  store = createStore(await file.open())
}

const parts = ['', '-wal']

/** Puts the store back as it was when `copy` was made. */
async function restore(copy: string): Promise<void> {
  await store[Symbol.asyncDispose]()
  for (const part of [...parts, '-shm']) rmSync(`${file.path}${part}`, { force: true })
  for (const part of parts) copyFileSync(`${copy}${part}`, `${file.path}${part}`)
  store = createStore(await file.open())
}

async function copied(): Promise<string> {
  await store[Symbol.asyncDispose]()
  const copy = `${file.path}.copy`
  for (const part of parts) copyFileSync(`${file.path}${part}`, `${copy}${part}`)
  store = createStore(await file.open())
  return copy
}

test('a store that only goes on is the sealed one', async () => {
  const seal = sealFile(store)
  expect(seal.read()).toBe(undefined)
  await seal.check()
  await decide(store, 'e-1')
  await seal.write(5)
  await decide(store, 'e-2')
  await reopen()
  expect(await sealFile(store).check()).toEqual(await store.generation())
  expect(sealFile(store).read()?.head.sequence).toBe(1)
})

test('the file is whole, for its owner only, and nothing is left beside it', async () => {
  await sealFile(store).write(5)
  await sealFile(store).write(6)
  expect((statSync(sealPath()).mode & 0o777).toString(8)).toBe('600')
  expect(readdirSync(dirname(sealPath())).filter((name) => name.includes('seal'))).toEqual([
    'state.seal',
  ])
  expect(JSON.parse(readFileSync(sealPath(), 'utf8'))).toMatchObject({ v: 1, atMs: 6 })
})

test('a store that was restored from a copy is refused, until somebody accepts it', async () => {
  await decide(store, 'e-1')
  const copy = await copied()
  await decide(store, 'e-2')
  const { generation: expected } = await sealFile(store).write(5)
  await restore(copy)
  const refused = { detail: { code: 'STORE_ROLLED_BACK', found: expected - 1, expected } }
  await expect(sealFile(store).check()).rejects.toMatchObject(refused)
  await expect(sealFile(store).write(6)).rejects.toMatchObject(refused)
  await sealFile(store).accept(author, 'disk was replaced')
  const after = await sealFile(store).check()
  expect(after.generation).toBeGreaterThan(expected)
  expect((await store.audit.rows()).at(-1)?.fact).toMatchObject({
    act: 'store-accepted',
    who: 'tester',
    detail: 'disk was replaced',
  })
})

test('a copy that went on by itself is a fork, however far it came', async () => {
  await decide(store, 'e-1')
  const copy = await copied()
  await decide(store, 'e-2')
  await sealFile(store).write(5)
  await restore(copy)
  for (const n of [3, 4, 5]) await decide(store, `e-${n}`)
  await expect(sealFile(store).check()).rejects.toMatchObject({
    detail: {
      code: 'STORE_FORKED',
      reason: 'another row 2 of the audit log than the sealed one',
    },
  })
})

test('another store, also a new one, is a fork', async () => {
  await sealFile(store).write(5)
  const other = sqliteFile()
  const foreign = createStore(await other.open())
  await expect(sealFile(foreign).check()).rejects.toMatchObject({ code: 'STORE_FORKED' })
  await foreign[Symbol.asyncDispose]()
  await other.destroy()
})

test('a store that one signer accepted is accepted by another without taking it back', async () => {
  const seals = () => [sealFile(store), sealFile(store, 1, 'other.seal')]
  await decide(store, 'e-1')
  const copy = await copied()
  await decide(store, 'e-2')
  for (const seal of seals()) await seal.write(5)
  await restore(copy)
  const [mine, other] = seals()
  await mine?.accept(author, 'here')
  await expect(other?.check()).rejects.toMatchObject({ code: 'STORE_FORKED' })
  const { lineage } = await store.generation()
  await other?.accept(author, 'there')
  for (const seal of seals()) expect(await seal.check()).toMatchObject({ lineage })
  const accepted = (await store.audit.rows()).slice(-2).map(({ fact }) => fact)
  expect(accepted).toMatchObject([
    { act: 'store-accepted', detail: 'here' },
    { act: 'store-accepted', detail: 'there' },
  ])
  await restore(copy)
  for (const seal of seals()) {
    await expect(seal.check()).rejects.toMatchObject({ code: 'STORE_FORKED' })
  }
})

test('a halted store gets a new lineage, whatever the seal says', async () => {
  await sealFile(store).write(5)
  const other = sqliteFile()
  const foreign = createStore(await other.open())
  const { lineage } = await foreign.generation()
  const after = await sealFile(foreign).accept(author, 'restored', true)
  expect(after.lineage === lineage).toBe(false)
  await foreign[Symbol.asyncDispose]()
  await other.destroy()
})

test('an accepted store leaves its copies behind', async () => {
  const copy = await copied()
  await sealFile(store).accept(author, 'moved')
  await restore(copy)
  await expect(sealFile(store).check()).rejects.toMatchObject({ code: 'STORE_FORKED' })
})

test.each([
  ['is no seal', () => 'x'],
  ['was changed', (text: string) => text.replace(/"generation":\d+/, '"generation":0')],
])('a file that %s is refused', async (_name, change) => {
  await decide(store, 'e-1')
  await sealFile(store).write(5)
  writeFileSync(sealPath(), change(readFileSync(sealPath(), 'utf8')))
  await expect(sealFile(store).check()).rejects.toMatchObject({
    code: 'STORE_SEAL_INVALID',
    retryable: false,
  })
})

test('a file that another key signed is refused', async () => {
  await sealFile(store, 2).write(5)
  await expect(sealFile(store).check()).rejects.toMatchObject({
    detail: { code: 'STORE_SEAL_INVALID', reason: 'the audit key of this node did not sign it' },
  })
  await sealFile(store).accept(author, 'keys were replaced')
  await sealFile(store).check()
})
